package dev.warren.crypto.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Wycheproof;
import dev.warren.crypto.openssl.AwsLc;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Optional;
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
    private final X25519 java = new JavaX25519();

    // Maven unpacks it.
    private static final Path AWS_LC = Path.of("target/aws-lc/com/amazon/corretto/crypto/provider/libcrypto.so");

    private final Optional<X25519> awsLc =
            Files.exists(AWS_LC) ? Optional.of(new AwsLcX25519(AwsLc.load(AWS_LC))) : Optional.empty();

    Stream<X25519> engines() {
        return Stream.concat(Stream.of(openSsl, java, new BouncyCastleX25519()), awsLc.stream());
    }

    @AfterAll
    void closed() {
        openSsl.close();
        openSsl.close();
        java.close();
        try (var key = PrivateKey.generate(new SecureRandom())) {
            assertThrows(RuntimeException.class, () -> openSsl.agree(key, new byte[32], 0, new byte[32]));
        }
    }

    // RFC 7748 §5.2
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void thousandIterationsOfRfc7748(X25519 engine) {
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
            boolean good = bouncyCastle(key, theirs, 8, one);
            var publicKey = new byte[32];
            try (var copy = key.copy()) {
                bouncyCastlePublic(copy, publicKey);
            }
            for (var engine : engines().toList()) {
                var what = engine.describe() + ", seed " + seed;
                assertEquals(good, engine.agree(key, theirs, 8, two), what);
                assertArrayEquals(one, two, what);
                assertEquals(PublicKey.of(publicKey), engine.publicKey(key), what);
            }
            if (round % 10 == 9) {
                int changed = random.nextInt(keys.size());
                keys.get(changed).close();
                keys.set(changed, key(random));
            }
        }
        keys.forEach(PrivateKey::close);
    }

    private static boolean bouncyCastle(PrivateKey key, byte[] theirs, int at, byte[] shared) {
        var scalar = new byte[32];
        key.copyTo(scalar);
        return org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(scalar, 0, theirs, at, shared, 0);
    }

    private static void bouncyCastlePublic(PrivateKey key, byte[] out) {
        var scalar = new byte[32];
        key.copyTo(scalar);
        org.bouncycastle.math.ec.rfc7748.X25519.scalarMultBase(scalar, 0, out, 0);
    }

    // Where sums and differences carry far: what is close to 0, p and 2^255, and limbs that are all ones.
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void theEdgesOfTheField(X25519 engine) {
        var points = new ArrayList<byte[]>();
        for (int bit = 0; bit <= 256; bit++) {
            for (int offset = -20; offset <= 20; offset += bit % 51 == 0 || bit > 254 ? 1 : 20) {
                var number = BigInteger.ONE.shiftLeft(bit).add(BigInteger.valueOf(offset));
                var point = new byte[32];
                for (int i = 0; i < 32; i++) {
                    point[i] = number.shiftRight(8 * i).byteValue();
                }
                points.add(point);
            }
        }
        var random = new Random(11);
        for (var point : points) {
            try (var key = key(random)) {
                var one = new byte[32];
                var two = new byte[32];
                assertEquals(bouncyCastle(key, point, 0, one), engine.agree(key, point, 0, two), hex(point));
                assertArrayEquals(one, two, hex(point));
                engine.forget(key);
            }
        }
    }

    // A static key that was replaced must not stay where nobody sees it.
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void nothingIsKeptOfAForgottenKey(X25519 engine) {
        var random = new SecureRandom();
        var first = PrivateKey.generate(random);
        var second = PrivateKey.generate(random);
        var third = PrivateKey.generate(random);
        var point = engine.publicKey(first);
        assertTrue(engine.agree(second, point, new byte[32]));
        assertTrue(engine.agree(third, point, new byte[32]));
        int kept = engine.kept();
        engine.forget(first);
        assertEquals(Math.max(0, kept - 1), engine.kept());
        second.close();
        third.close();
        // The first is not there any more, and the others are closed.
        engine.forget(first);
        assertEquals(0, engine.kept());
        first.close();
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
