package dev.warren.crypto;

import dev.warren.crypto.aead.Aead;
import dev.warren.crypto.aead.JdkAead;
import dev.warren.crypto.aead.OpenSslAead;
import dev.warren.crypto.noise.Blake2s;
import dev.warren.crypto.noise.JavaX25519;
import dev.warren.crypto.noise.OpenSslX25519;
import dev.warren.crypto.noise.SymmetricState;
import dev.warren.crypto.noise.X25519;
import dev.warren.crypto.openssl.LibCrypto;

/// What one thread needs to do cryptography. Open one per event loop; nothing in it may be used by two threads at a
/// time. It may be opened and closed on another thread than the one that uses it.
public final class Suite implements AutoCloseable {
    public enum Choice {
        AUTO,
        OPENSSL,
        JDK
    }

    private final Secrets keyCells = new Secrets(64, 64);
    private final Secrets handshakeCells = new Secrets(256, 16);
    private final Blake2s blake2s = new Blake2s();
    private final Aead aead;
    private final X25519 x25519;
    private final SymmetricState symmetricState;

    private Suite(boolean openSsl) {
        aead = openSsl ? new OpenSslAead(keyCells) : new JdkAead(keyCells);
        x25519 = openSsl ? new OpenSslX25519() : new JavaX25519();
        symmetricState = new SymmetricState(blake2s, aead);
        SelfTest.run(aead, x25519, blake2s);
    }

    /// AUTO takes OpenSSL where libcrypto loads and passes its self-test, else JDK and BouncyCastle.
    ///
    /// @throws IllegalStateException with a sentence when OPENSSL was asked for and cannot be had
    public static Suite open(Choice choice) {
        return switch (choice) {
            case JDK -> new Suite(false);
            case OPENSSL -> {
                if (!LibCrypto.available()) {
                    throw new IllegalStateException("OpenSSL was asked for, but libcrypto.so.3 was not found.");
                }
                yield new Suite(true);
            }
            case AUTO -> {
                if (!LibCrypto.available()) {
                    yield new Suite(false);
                }
                try {
                    yield new Suite(true);
                } catch (IllegalStateException unusable) {
                    yield new Suite(false);
                }
            }
        };
    }

    public Aead aead() {
        return aead;
    }

    public X25519 x25519() {
        return x25519;
    }

    public Blake2s blake2s() {
        return blake2s;
    }

    /// Cells of 64 bytes for a pair of transport keys.
    public Secrets keyCells() {
        return keyCells;
    }

    /// Cells of 256 bytes for a handshake.
    public Secrets handshakeCells() {
        return handshakeCells;
    }

    /// The scratch in which every handshake of this thread is computed.
    public SymmetricState symmetricState() {
        return symmetricState;
    }

    /// What runs, for the log: "OpenSSL 3.0.19 (ChaCha20 + Poly1305), X25519 OpenSSL".
    public String describe() {
        return aead.describe() + ", X25519 " + x25519.describe();
    }

    /// Wipes all keys made here. Idempotent.
    @Override
    public void close() {
        aead.close();
        x25519.close();
        symmetricState.wipe();
        keyCells.close();
        handshakeCells.close();
    }
}
