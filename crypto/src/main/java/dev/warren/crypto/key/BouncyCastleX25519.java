package dev.warren.crypto.key;

import java.util.Arrays;

/// X25519 of BouncyCastle. Decodes the private key into an array on the heap that cannot be wiped, so it is
/// used only when it is chosen explicitly.
public final class BouncyCastleX25519 implements X25519 {
    private final byte[] scalar = new byte[LENGTH];

    @Override
    public boolean agree(PrivateKey mine, byte[] theirs, int at, byte[] shared) {
        mine.copyTo(scalar);
        try {
            // False for an all-zero result.
            return org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(scalar, 0, theirs, at, shared, 0);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }

    @Override
    public void publicKey(PrivateKey mine, byte[] out, int at) {
        mine.copyTo(scalar);
        try {
            org.bouncycastle.math.ec.rfc7748.X25519.scalarMultBase(scalar, 0, out, at);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }

    @Override
    public void forget(PrivateKey mine) {
        // Nothing is kept.
    }

    @Override
    public int kept() {
        return 0;
    }

    @Override
    public String describe() {
        return "BouncyCastle";
    }

    @Override
    public void close() {
        Arrays.fill(scalar, (byte) 0);
    }
}
