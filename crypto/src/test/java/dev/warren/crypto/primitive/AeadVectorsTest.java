package dev.warren.crypto.primitive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Wycheproof;
import dev.warren.crypto.suite.Suite;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Published vectors through every way of sealing and opening, in both back ends.
class AeadVectorsTest {
    private static final int HEAD = 4;

    // RFC 8439 §2.8.2
    @ParameterizedTest
    @EnumSource(
            value = Suite.Choice.class,
            names = {"OPENSSL", "JDK"})
    void theExampleOfTheRfcComesOutToTheByte(Suite.Choice choice) {
        var hex = HexFormat.of();
        var plain = ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                        + "sunscreen would be it.")
                .getBytes(StandardCharsets.US_ASCII);
        var key = hex.parseHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        var nonce = hex.parseHex("070000004041424344454647");
        var aad = hex.parseHex("50515253c0c1c2c3c4c5c6c7");
        var expected = hex.parseHex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                + "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");
        try (var suite = Suite.open(choice)) {
            var out = new byte[expected.length];
            seal(suite.aead(), key, nonce, aad, plain, out);
            assertArrayEquals(expected, out);
            var back = new byte[plain.length];
            assertTrue(open(suite.aead(), key, nonce, aad, expected, back));
            assertArrayEquals(plain, back);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Suite.Choice.class,
            names = {"OPENSSL", "JDK"})
    void wycheproofChaCha20Poly1305(Suite.Choice choice) {
        try (var suite = Suite.open(choice);
                var bench = new PacketBench()) {
            int packets = 0;
            for (var vector : of("chacha20_poly1305.json")) {
                if (vector.group() != 96) {
                    assertFalse(vector.valid(), vector.toString());
                    continue;
                }
                var sealed = join(vector.bytes("ct"), vector.bytes("tag"));
                var plain = vector.bytes("msg");
                var aad = vector.bytes("aad");
                message(suite.aead(), vector, aad, plain, sealed);
                if (aad.length == 0) {
                    packet(suite.aead(), bench, vector, plain, sealed);
                    packets++;
                }
            }
            assertTrue(packets > 20, "packets: " + packets);
        }
    }

    private static void message(Aead aead, Wycheproof vector, byte[] aad, byte[] plain, byte[] sealed) {
        var key = vector.bytes("key");
        var nonce = vector.bytes("iv");
        var back = new byte[plain.length];
        assertEquals(vector.valid(), open(aead, key, nonce, aad, sealed, back), vector.toString());
        if (vector.valid()) {
            assertArrayEquals(plain, back, vector.toString());
            var out = new byte[sealed.length];
            seal(aead, key, nonce, aad, plain, out);
            assertArrayEquals(sealed, out, vector.toString());
        } else {
            //
            assertArrayEquals(new byte[plain.length], back, vector.toString());
        }
    }

    private static void packet(Aead aead, PacketBench bench, Wycheproof vector, byte[] plain, byte[] sealed) {
        var nonce = MemorySegment.ofArray(vector.bytes("iv"));
        int head = nonce.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
        long tail = nonce.get(ValueLayout.JAVA_LONG_UNALIGNED, 4);
        try (var key = aead.key(vector.bytes("key"))) {
            bench.source(sealed);
            boolean opened = bench.opened(aead, key, head, tail, sealed.length);
            assertEquals(vector.valid(), opened, vector.toString());
            assertArrayEquals(
                    opened ? plain : new byte[plain.length], bench.destination(plain.length), vector.toString());
            if (vector.valid()) {
                bench.source(plain);
                bench.seal(aead, key, head, tail, plain.length);
                assertArrayEquals(sealed, bench.destination(sealed.length), vector.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Suite.Choice.class,
            names = {"OPENSSL", "JDK"})
    void wycheproofXChaCha20Poly1305(Suite.Choice choice) {
        try (var suite = Suite.open(choice)) {
            int tried = 0;
            for (var vector : of("xchacha20_poly1305.json")) {
                if (vector.group() != 192) {
                    continue;
                }
                tried++;
                var sealed = join(vector.bytes("ct"), vector.bytes("tag"));
                var plain = vector.bytes("msg");
                var back = new byte[plain.length];
                var key = vector.bytes("key");
                var nonce = vector.bytes("iv");
                var aad = vector.bytes("aad");
                boolean opened = suite.aead().openX(key, nonce, 0, aad, sealed, 0, sealed.length, back, 0);
                assertEquals(vector.valid(), opened, vector.toString());
                if (opened) {
                    assertArrayEquals(plain, back, vector.toString());
                    var out = new byte[sealed.length];
                    PacketBench.forgetNonce(suite.aead());
                    suite.aead().sealX(key, nonce, 0, aad, plain, 0, plain.length, out, 0);
                    assertArrayEquals(sealed, out, vector.toString());
                }
            }
            assertTrue(tried > 200, "tried: " + tried);
        }
    }

    private static List<Wycheproof> of(String file) {
        return Wycheproof.vectors(file, "ivSize").toList();
    }

    private static void seal(Aead aead, byte[] key, byte[] nonce, byte[] aad, byte[] plain, byte[] out) {
        int head = MemorySegment.ofArray(nonce).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
        long tail = MemorySegment.ofArray(nonce).get(ValueLayout.JAVA_LONG_UNALIGNED, HEAD);
        PacketBench.forgetNonce(aead);
        switch (aead) {
            case OpenSslAead openSsl -> openSsl.seal(key, head, tail, aad, plain, 0, plain.length, out, 0);
            case JdkAead jdk -> jdk.seal(key, head, tail, aad, plain, 0, plain.length, out, 0);
        }
    }

    private static boolean open(Aead aead, byte[] key, byte[] nonce, byte[] aad, byte[] sealed, byte[] out) {
        int head = MemorySegment.ofArray(nonce).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
        long tail = MemorySegment.ofArray(nonce).get(ValueLayout.JAVA_LONG_UNALIGNED, HEAD);
        return switch (aead) {
            case OpenSslAead openSsl -> openSsl.open(key, head, tail, aad, sealed, 0, sealed.length, out, 0);
            case JdkAead jdk -> jdk.open(key, head, tail, aad, sealed, 0, sealed.length, out, 0);
        };
    }

    private static byte[] join(byte[] one, byte[] two) {
        var both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }
}
