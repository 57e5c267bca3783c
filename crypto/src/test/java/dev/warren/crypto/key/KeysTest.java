package dev.warren.crypto.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    @Test
    void textsAgreeWithTheJdk() {
        var random = new Random(11);
        for (int i = 0; i < 500; i++) {
            var bytes = new byte[32];
            random.nextBytes(bytes);
            var base64 = Base64.getEncoder().encodeToString(bytes);
            var hex = HexFormat.of().formatHex(bytes);
            var key = PublicKey.of(bytes);
            assertEquals(base64, key.toBase64());
            assertEquals(base64, key.toString());
            assertEquals(hex, key.toHex());
            assertEquals(key, PublicKey.fromBase64(base64));
            assertEquals(key, PublicKey.fromHex(hex));
            assertEquals(key, PublicKey.fromHex(hex.toUpperCase(java.util.Locale.ROOT)));
            assertEquals(key.hashCode(), PublicKey.of(bytes).hashCode());
            assertArrayEquals(bytes, key.bytes());
            try (var psk = PresharedKey.fromBase64(base64);
                    var same = PresharedKey.fromHex(hex)) {
                assertTrue(psk.sameAs(same));
                var out = new StringBuilder();
                psk.writeBase64(out);
                psk.writeHex(out);
                assertEquals(base64 + hex, out.toString());
            }
        }
    }

    // the sign at the end belongs to the key.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "A",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
                "AAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAA=",
                "AAAAAAAAAAAAAAAAAAAA=AAAAAAAAAAAAAAAAAAAAAA=",
                "AAAAAAAAAAAAAAAAAAAAÀAAAAAAAAAAAAAAAAAAAAAA=",
                "AAAAAAAAAAAAAAAAAAAA-AAAAAAAAAAAAAAAAAAAAAA=",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=A"
            })
    void badBase64IsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> PublicKey.fromBase64(text));
        assertThrows(IllegalArgumentException.class, () -> PrivateKey.fromBase64(text));
        assertThrows(IllegalArgumentException.class, () -> PresharedKey.fromBase64(text));
    }

    @Test
    void badHexIsRefused() {
        var good = "0123456789abcdefABCDEF".repeat(3).substring(0, 64);
        assertEquals(
                good.toLowerCase(java.util.Locale.ROOT), PublicKey.fromHex(good).toHex());
        for (int at = 0; at < 64; at++) {
            for (char c : new char[] {'g', ' ', '-', '+', '/', ':', '@', 'G', '`', '\u0661', '\uFF11'}) {
                var bad = good.substring(0, at) + c + good.substring(at + 1);
                assertThrows(IllegalArgumentException.class, () -> PublicKey.fromHex(bad), bad);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> PrivateKey.fromHex(good + "0"));
        assertThrows(IllegalArgumentException.class, () -> PresharedKey.fromHex(good.substring(1)));
    }

    //
    @Test
    void secretsAreNotPrinted() {
        try (var key = PrivateKey.generate(new SecureRandom());
                var psk = PresharedKey.generate(new SecureRandom())) {
            assertEquals("PrivateKey[hidden]", key.toString());
            assertEquals("PresharedKey[hidden]", psk.toString());
        }
    }

    //
    @Test
    void aClosedSecretIsWipedAndRefused() {
        var key = PrivateKey.generate(new SecureRandom());
        var memory = key.memory();
        var copy = key.copy();
        assertTrue(key.sameAs(copy));
        key.close();
        key.close();
        assertArrayEquals(new byte[32], memory.toArray(ValueLayout.JAVA_BYTE));
        assertThrows(IllegalStateException.class, () -> key.copyTo(new byte[32]));
        assertThrows(IllegalStateException.class, () -> key.sameAs(copy));
        assertFalse(copy.isZero());
        copy.close();
        var psk = PresharedKey.generate(new SecureRandom());
        psk.close();
        assertThrows(IllegalStateException.class, psk::isZero);
    }

    //
    @Test
    void zeroMeansNone() {
        try (var none = PresharedKey.zero();
                var some = PresharedKey.generate(new SecureRandom());
                var noKey = PrivateKey.of(new byte[32])) {
            assertTrue(none.isZero());
            assertFalse(some.isZero());
            assertFalse(none.sameAs(some));
            assertTrue(noKey.isZero());
            assertTrue(PublicKey.of(new byte[32]).isZero());
        }
    }

    @Test
    void privateKeysAreClampedWhenMade() {
        var bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) 0xFF);
        try (var key = PrivateKey.of(bytes)) {
            var out = new byte[32];
            key.copyTo(out);
            assertEquals((byte) 0xF8, out[0]);
            assertEquals(0x7F, out[31]);
            assertEquals((byte) 0xFF, bytes[0]);
        }
    }

    @Test
    void aKeyHasThirtyTwoBytes() {
        assertThrows(IllegalArgumentException.class, () -> PublicKey.of(new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> PrivateKey.of(new byte[33]));
        assertThrows(IllegalArgumentException.class, () -> PresharedKey.of(new byte[0]));
        assertNotEquals(PublicKey.of(new byte[32]), PublicKey.fromHex("01" + "00".repeat(31)));
    }

    // Arithmetic instead of tables: every character there is, at every kind of place, against the JDK.
    @Test
    void everyCharacterIsReadAsTheJdkReadsIt() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            var hex = "0".repeat(10) + (char) c + "0".repeat(53);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                assertThrows(IllegalArgumentException.class, () -> KeyText.fromHex(hex));
            } else {
                assertEquals(digit << 4, KeyText.fromHex(hex)[5] & 0xff);
            }
            var base64 = "AAAA" + (char) c + "A".repeat(38) + "=";
            byte[] expected = null;
            try {
                expected = java.util.Base64.getDecoder().decode(base64);
            } catch (IllegalArgumentException notOne) {
                // Null.
            }
            if (expected == null) {
                assertThrows(IllegalArgumentException.class, () -> KeyText.fromBase64(base64));
            } else {
                org.junit.jupiter.api.Assertions.assertArrayEquals(expected, KeyText.fromBase64(base64));
            }
        }
    }

    @Test
    void everyByteIsReadAsTheJdkReadsIt() {
        var out = new byte[32];
        for (int b = 0; b < 256; b++) {
            var hex = ("__" + "0".repeat(64) + "_").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            hex[2 + 11] = (byte) b;
            int digit = b < 128 ? Character.digit(b, 16) : -1;
            assertEquals(digit >= 0, KeyText.ofHex(hex, 2, 66, out));
            assertEquals(Math.max(0, digit), out[5]);
            assertFalse(KeyText.ofHex(hex, 2, 65, out));
            for (int at : new int[] {0, 1, 2, 3, 40}) {
                var base64 = ("A".repeat(43) + "=").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
                base64[at] = (byte) b;
                byte[] expected = null;
                try {
                    expected = java.util.Base64.getDecoder().decode(base64);
                } catch (IllegalArgumentException notOne) {
                    // Null.
                }
                org.junit.jupiter.api.Assertions.assertArrayEquals(expected, KeyText.ofBase64(base64));
            }
        }
        var end = ("A".repeat(42) + "B=").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertNull(KeyText.ofBase64(end), "bits behind the end");
        assertNull(KeyText.ofBase64(new byte[0]));
        assertNull(KeyText.ofBase64("A".repeat(44).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
    }

    @Test
    void everySextetIsWrittenAsTheJdkWritesIt() {
        var random = new java.util.Random(5);
        for (int round = 0; round < 500; round++) {
            var key = new byte[32];
            random.nextBytes(key);
            var base64 = new StringBuilder();
            KeyText.base64(key, base64);
            assertEquals(java.util.Base64.getEncoder().encodeToString(key), base64.toString());
            org.junit.jupiter.api.Assertions.assertArrayEquals(
                    java.util.Base64.getEncoder().encode(key), KeyText.toBase64(key));
            var hex = new StringBuilder();
            KeyText.hex(key, hex);
            assertEquals(java.util.HexFormat.of().formatHex(key), hex.toString());
        }
    }
}
