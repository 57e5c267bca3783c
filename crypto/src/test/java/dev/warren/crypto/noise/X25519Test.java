package dev.warren.crypto.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Wycheproof;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class X25519Test {
    private final X25519 openSsl = new OpenSslX25519();
    private final X25519 bouncyCastle = new BouncyCastleX25519();

    Stream<X25519> engines() {
        return Stream.of(openSsl, bouncyCastle);
    }

    @AfterAll
    void closed() {
        openSsl.close();
        openSsl.close();
        bouncyCastle.close();
        try (var key = PrivateKey.generate(new SecureRandom())) {
            assertThrows(RuntimeException.class, () -> openSsl.agree(key, new byte[32], 0, new byte[32]));
        }
    }

    // RFC 7748 §5.2
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void thousandRoundsOfTheRfc(X25519 engine) {
        var k = new byte[32];
        k[0] = 9;
        var u = k.clone();
        var out = new byte[32];
        for (int round = 1; round <= 1000; round++) {
            try (var key = PrivateKey.of(k)) {
                assertTrue(engine.agree(key, u, 0, out));
                engine.forget(key);
            }
            u = k;
            k = out.clone();
            if (round == 1) {
                assertEquals("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", hex(k));
            }
        }
        assertEquals("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", hex(k));
    }

    //
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void wycheproof(X25519 engine) {
        var vectors = Wycheproof.vectors("x25519.json", "none").toList();
        assertTrue(vectors.size() > 500);
        int zero = 0;
        for (var vector : vectors) {
            var shared = new byte[32];
            var expected = vector.bytes("shared");
            boolean isZero = hex(expected).equals("0".repeat(64));
            zero += isZero ? 1 : 0;
            try (var key = PrivateKey.of(vector.bytes("private"))) {
                assertEquals(!isZero, engine.agree(key, vector.bytes("public"), 0, shared), vector.toString());
            }
            assertArrayEquals(expected, shared, vector.toString());
        }
        assertTrue(zero > 10, "zero: " + zero);
    }

    @Test
    void enginesAgreeAndKeysTakeTurns() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var keys = new ArrayList<PrivateKey>();
        for (int i = 0; i < 12; i++) {
            keys.add(key(random));
        }
        for (int round = 0; round < 200; round++) {
            var key = keys.get(random.nextInt(keys.size()));
            var theirs = new byte[40];
            random.nextBytes(theirs);
            var one = new byte[32];
            var two = new byte[32];
            assertEquals(openSsl.agree(key, theirs, 8, one), bouncyCastle.agree(key, theirs, 8, two));
            assertArrayEquals(one, two, "seed " + seed);
            assertEquals(openSsl.publicKey(key), bouncyCastle.publicKey(key), "seed " + seed);
            if (round % 10 == 9) {
                int changed = random.nextInt(keys.size());
                keys.get(changed).close();
                keys.set(changed, key(random));
            }
        }
        keys.forEach(PrivateKey::close);
    }

    private static PrivateKey key(Random random) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return PrivateKey.of(bytes);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void aClosedKeyIsNotUsed(X25519 engine) {
        var key = PrivateKey.generate(new SecureRandom());
        var point = engine.publicKey(key);
        key.close();
        assertThrows(IllegalStateException.class, () -> engine.agree(key, point, new byte[32]));
        assertThrows(IllegalStateException.class, () -> engine.publicKey(key));
        assertFalse(point.isZero());
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
