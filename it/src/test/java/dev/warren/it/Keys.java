package dev.warren.it;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.util.Base64;
import java.util.HexFormat;

/// A key pair in base64, made by the JDK and not by what is tested.
record Keys(String privateKey, String publicKey) {
    static Keys generate() {
        try {
            var pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            var scalar = ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow();
            scalar[0] &= (byte) 248;
            scalar[31] = (byte) ((scalar[31] & 127) | 64);
            return new Keys(base64(scalar), base64(littleEndian(((XECPublicKey) pair.getPublic()).getU())));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// 32 random bytes: a preshared key, or a public key whose owner nobody knows.
    static String random() {
        var bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        bytes[31] &= 127;
        return base64(bytes);
    }

    String privateHex() {
        return hex(privateKey);
    }

    String publicHex() {
        return hex(publicKey);
    }

    static String hex(String base64) {
        return HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] littleEndian(BigInteger number) {
        var bytes = new byte[32];
        for (int i = 0; i < 32; i++) bytes[i] = number.shiftRight(8 * i).byteValue();
        return bytes;
    }
}
