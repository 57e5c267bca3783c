package dev.warren.crypto.suite;

import dev.warren.crypto.key.KeyCells;
import dev.warren.crypto.key.X25519;
import dev.warren.crypto.primitive.Aead;
import dev.warren.crypto.primitive.Blake2s;
import dev.warren.crypto.primitive.SymmetricState;
import java.util.function.Function;
import java.util.function.Supplier;

/// The cryptography of one thread. Open one per event loop; nothing in it may be used by two threads at the
/// same time. It may be opened and closed on another thread than the one that uses it.
public final class Suite implements AutoCloseable {
    /// The AEAD library: AUTO is OpenSSL where libcrypto loads and passes its self-test, else the JDK. As a
    /// suite each comes with its own X25519; [Engines] offers more choices.
    public enum Choice implements SuiteOpener {
        AUTO,
        OPENSSL,
        JDK;

        @Override
        public Suite open() {
            return Suite.open(this);
        }
    }

    private final KeyCells keyCells = new KeyCells(64, 64);
    private final KeyCells handshakeCells = new KeyCells(256, 16);
    private final Blake2s blake2s = new Blake2s();
    private final Aead aead;
    private final X25519 x25519;
    private final SymmetricState symmetricState;

    Suite(Function<KeyCells, Aead> aeads, Supplier<X25519> exchanges) {
        aead = aeads.apply(keyCells);
        x25519 = exchanges.get();
        symmetricState = new SymmetricState(blake2s, aead);
        SelfTest.run(aead, x25519, blake2s);
    }

    /// Opens OpenSSL's cryptography or the JDK's; AUTO is the first of them that works. The caller closes
    /// it.
    ///
    /// @throws IllegalStateException with a sentence when OPENSSL is requested and cannot be used
    public static Suite open(Choice choice) {
        var x25519 =
                switch (choice) {
                    case AUTO -> X25519Choice.AUTO;
                    case OPENSSL -> X25519Choice.OPENSSL;
                    case JDK -> X25519Choice.JAVA;
                };
        return Engines.choose(choice, x25519, null).open();
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

    /// Cells of 64 bytes, one for each pair of transport keys.
    public KeyCells keyCells() {
        return keyCells;
    }

    /// Cells of 256 bytes, one for each handshake.
    public KeyCells handshakeCells() {
        return handshakeCells;
    }

    /// Scratch of all handshakes of this thread.
    public SymmetricState symmetricState() {
        return symmetricState;
    }

    /// Names of the libraries, for the log: "OpenSSL 3.0.19 (ChaCha20 + Poly1305), X25519 OpenSSL".
    public String describe() {
        return aead.describe() + ", X25519 " + x25519.describe();
    }

    /// Wipes all keys made with this suite. Idempotent.
    @Override
    public void close() {
        aead.close();
        x25519.close();
        symmetricState.wipe();
        keyCells.close();
        handshakeCells.close();
    }
}
