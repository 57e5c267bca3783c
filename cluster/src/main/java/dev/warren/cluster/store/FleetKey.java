package dev.warren.cluster.store;

import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The key that all nodes of a fleet have and ZooKeeper has not: it encrypts the keys that are kept there, with
/// ChaCha20-Poly1305 (RFC 8439) and a random nonce of 96 bits. What a sealed key belongs to is authenticated with it,
// so
/// that none can be put in another's place. Usable from any thread; [#close] wipes it.
public final class FleetKey implements AutoCloseable {
    private static final int NONCE = 12;
    private static final byte VERSION = 1;

    private final PresharedKey secret;
    private final SecureRandom random;

    private enum Kind {
        PRESHARED,
        PRIVATE
    }

    /// @param secret closed with this
    public FleetKey(PresharedKey secret, SecureRandom random) {
        this.secret = secret;
        this.random = random;
    }

    /// Seals the preshared key of a peer.
    public SealedKey seal(PresharedKey key, PublicKey peer) {
        var plain = new byte[PresharedKey.LENGTH];
        key.copyTo(plain);
        return seal(plain, Kind.PRESHARED, peer.raw());
    }

    /// Seals the private key of an interface.
    public SealedKey seal(PrivateKey key, String interfaceName) {
        var plain = new byte[PrivateKey.LENGTH];
        key.copyTo(plain);
        return seal(plain, Kind.PRIVATE, interfaceName.getBytes(StandardCharsets.UTF_8));
    }

    /// The preshared key of a peer, which the caller closes.
    ///
    /// @throws StoreException when it was sealed with another key or for another peer
    public PresharedKey open(SealedKey sealed, PublicKey peer) {
        var plain = open(sealed, Kind.PRESHARED, peer.raw(), "the peer " + peer);
        try {
            return PresharedKey.of(plain);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /// The private key of an interface, which the caller closes.
    ///
    /// @throws StoreException when it was sealed with another key or for another interface
    public PrivateKey open(SealedKey sealed, String interfaceName) {
        var name = interfaceName.getBytes(StandardCharsets.UTF_8);
        var plain = open(sealed, Kind.PRIVATE, name, "the interface " + interfaceName);
        try {
            return PrivateKey.of(plain);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private SealedKey seal(byte[] plain, Kind kind, byte[] owner) {
        var out = new byte[SealedKey.LENGTH];
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        System.arraycopy(nonce, 0, out, 0, NONCE);
        try {
            cipher(Cipher.ENCRYPT_MODE, nonce, kind, owner).doFinal(plain, 0, plain.length, out, NONCE);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no ChaCha20-Poly1305.", e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
        return new SealedKey(out);
    }

    private byte[] open(SealedKey sealed, Kind kind, byte[] owner, String what) {
        var nonce = Arrays.copyOf(sealed.raw(), NONCE);
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce, kind, owner)
                    .doFinal(sealed.raw(), NONCE, sealed.raw().length - NONCE);
        } catch (AEADBadTagException e) {
            throw new StoreException("The key of " + what
                    + " in the directory cannot be opened: give this node the fleet key that it was sealed with.");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no ChaCha20-Poly1305.", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, Kind kind, byte[] owner) throws GeneralSecurityException {
        var key = new byte[PresharedKey.LENGTH];
        secret.copyTo(key);
        try {
            var cipher = Cipher.getInstance("ChaCha20-Poly1305");
            cipher.init(mode, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
            cipher.updateAAD(new byte[] {VERSION, (byte) kind.ordinal()});
            cipher.updateAAD(owner);
            return cipher;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    @Override
    public void close() {
        secret.close();
    }
}
