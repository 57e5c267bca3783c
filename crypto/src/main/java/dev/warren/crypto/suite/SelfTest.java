package dev.warren.crypto.suite;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.X25519;
import dev.warren.crypto.primitive.Aead;
import dev.warren.crypto.primitive.Blake2s;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;

/// Published test vectors, run whenever a Suite is opened: a library that computes something else is not
/// used.
final class SelfTest {
    private static final byte[] EMPTY = {};

    private SelfTest() {}

    /// @throws IllegalStateException with the name of the primitive that failed
    static void run(Aead aead, X25519 x25519, Blake2s blake2s) {
        check("BLAKE2s (RFC 7693 appendix B)", hash(blake2s));
        x25519(x25519);
        aead(aead);
    }

    /// @throws IllegalStateException with the name of the primitive that failed
    static void x25519(X25519 engine) {
        check("X25519 (RFC 7748 §5.2) of " + engine.describe(), scalarMultiplication(engine));
    }

    /// @throws IllegalStateException with the name of the primitive that failed
    static void aead(Aead engine) {
        check("ChaCha20-Poly1305 (RFC 8439 appendix A.5) of " + engine.describe(), shortMessage(engine));
        check("ChaCha20-Poly1305 on packets of " + engine.describe(), packets(engine));
    }

    private static void check(String what, boolean passed) {
        if (!passed) {
            throw new IllegalStateException("The self-test of " + what + " failed.");
        }
    }

    private static boolean hash(Blake2s blake2s) {
        var out = new byte[32];
        blake2s.hash(new byte[] {'a', 'b', 'c'}, EMPTY, 0, 0, out);
        return Arrays.equals(out, hex("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"));
    }

    private static boolean scalarMultiplication(X25519 x25519) {
        var out = new byte[32];
        var nine = new byte[32];
        nine[0] = 9;
        try (var scalar = PrivateKey.of(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"));
                var clampedNine = PrivateKey.of(nine)) {
            var point = hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
            boolean first = x25519.agree(scalar, point, 0, out)
                    && Arrays.equals(out, hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
            x25519.publicKey(clampedNine, out, 0);
            boolean second =
                    Arrays.equals(out, hex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"));
            boolean zeroRefused = !x25519.agree(scalar, new byte[32], 0, out);
            x25519.forget(scalar);
            x25519.forget(clampedNine);
            return first && second && zeroRefused;
        }
    }

    private static boolean shortMessage(Aead aead) {
        var key = hex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
        var additional = hex("f33388860000000000004e91");
        var sealed = hex("64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
                + "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
                + "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
                + "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
                + "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
                + "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
                + "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
                + "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
                + "a6ad5cb4022b02709beead9d67890cbb22392336fea1851f38");
        long nonce = 0x0807060504030201L;
        var plain = new byte[sealed.length - Aead.TAG_LENGTH];
        var again = new byte[sealed.length];
        if (!aead.open(key, nonce, additional, sealed, 0, sealed.length, plain, 0)) {
            return false;
        }
        // The JDK refuses to encrypt with the last key and nonce, so another nonce is used in between.
        boolean otherNonceRefused = !aead.open(key, nonce + 1, additional, sealed, 0, sealed.length, again, 0);
        aead.seal(key, nonce, additional, plain, 0, plain.length, again, 0);
        again[again.length - 1] ^= 1;
        boolean forgedRefused = !aead.open(key, nonce, additional, again, 0, again.length, plain, 0);
        again[again.length - 1] ^= 1;
        return forgedRefused && otherNonceRefused && Arrays.equals(sealed, again) && plain[0] == 'I' && plain[1] == 'n';
    }

    // Compares the packet path with the short path, which the RFC's vector has tested.
    private static boolean packets(Aead aead) {
        var bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 7 + 1);
        }
        boolean good = true;
        try (var arena = Arena.ofConfined();
                var key = aead.key(bytes)) {
            int margin = Aead.MARGIN;
            var plain = arena.allocate(2048, 64);
            var sealed = arena.allocate(2048, 64);
            var opened = arena.allocate(2048, 64);
            for (int length : new int[] {0, 1, 16, 63, 64, 65, 512, 1420}) {
                var source = new byte[length];
                Arrays.fill(source, (byte) length);
                var expected = new byte[length + Aead.TAG_LENGTH];
                aead.seal(bytes, length, EMPTY, source, 0, length, expected, 0);
                good &= !aead.open(bytes, ~length, EMPTY, expected, 0, expected.length, source.clone(), 0);
                MemorySegment.copy(source, 0, plain, ValueLayout.JAVA_BYTE, margin, length);
                key.seal(length, plain, margin, length, sealed, margin);
                good &= Arrays.equals(
                        expected, sealed.asSlice(margin, expected.length).toArray(ValueLayout.JAVA_BYTE));
                good &= key.open(length, sealed, margin, expected.length, opened, margin);
                good &= Arrays.equals(source, opened.asSlice(margin, length).toArray(ValueLayout.JAVA_BYTE));
                good &= !key.open(~length, sealed, margin, expected.length, opened, margin);
            }
        }
        return good;
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
