package dev.warren.crypto.primitive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class Blake2sTest {
    private static final byte[] EMPTY = {};

    private final Blake2s blake2s = new Blake2s();
    private final Kdf kdf = new Kdf(blake2s);

    // RFC 7693 appendix B
    @Test
    void theExampleOfTheRfc() {
        var out = new byte[32];
        blake2s.hash("abc".getBytes(java.nio.charset.StandardCharsets.US_ASCII), EMPTY, 0, 0, out);
        assertEquals("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982", hex(out));
    }

    // RFC 7693 appendix E: all lengths, keyed and not, in one number.
    @Test
    void theSelfTestOfTheRfc() {
        var total = new Blake2s();
        total.begin(32, 0);
        for (int outLength : new int[] {16, 20, 28, 32}) {
            for (int inLength : new int[] {0, 3, 64, 65, 255, 1024}) {
                var in = selfTestSequence(inLength, inLength);
                var out = new byte[outLength];
                blake2s.begin(outLength, 0);
                blake2s.update(in, 0, inLength);
                blake2s.finish(out, 0, outLength);
                total.update(out, 0, outLength);

                var key = selfTestSequence(outLength, outLength);
                blake2s.begin(outLength, outLength);
                var block = Arrays.copyOf(key, 64);
                blake2s.update(block, 0, 64);
                blake2s.update(in, 0, inLength);
                blake2s.finish(out, 0, outLength);
                total.update(out, 0, outLength);
            }
        }
        var out = new byte[32];
        total.finish(out, 0, 32);
        assertEquals("6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe", hex(out));
    }

    private static byte[] selfTestSequence(int length, int seed) {
        int a = 0xDEAD4BAD * seed;
        int b = 1;
        var out = new byte[length];
        for (int i = 0; i < length; i++) {
            int t = a + b;
            a = b;
            b = t;
            out[i] = (byte) (t >>> 24);
        }
        return out;
    }

    // HMAC is HMAC.
    @Test
    void agreesWithBouncyCastleOnRandomInput() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            var what = "seed " + seed + ", round " + round;
            var key = random(random, 32);
            var first = random(random, random.nextInt(200));
            var second = random(random, random.nextInt(200));
            int at = random.nextInt(second.length + 1);
            int length = random.nextInt(second.length - at + 1);
            var out = new byte[32];
            var expected = new byte[32];

            var digest = new Blake2sDigest(256);
            digest.update(first, 0, first.length);
            digest.update(second, at, length);
            digest.doFinal(expected, 0);
            blake2s.hash(first, second, at, length, out);
            assertArrayEquals(expected, out, what);

            var hmac = new HMac(new Blake2sDigest(256));
            hmac.init(new KeyParameter(key));
            hmac.update(second, at, length);
            hmac.doFinal(expected, 0);
            kdf.hmac(key, second, at, length, out);
            assertArrayEquals(expected, out, what);

            var mac = new byte[16];
            var shortKey = random(random, random.nextBoolean() ? 16 : 32);
            var keyed = new Blake2sDigest(shortKey, 16, null, null);
            keyed.update(second, at, length);
            keyed.doFinal(mac, 0);
            var got = new byte[20];
            blake2s.mac(shortKey, second, at, length, got, 3);
            assertArrayEquals(mac, Arrays.copyOfRange(got, 3, 19), what);
            assertFalse(Arrays.equals(mac, Arrays.copyOf(expected, 16)), what);
            if (length == 0) {
                continue;
            }
            var state = new int[Blake2s.WORDS];
            blake2s.key(shortKey, state);
            for (int twice = 0; twice < 2; twice++) {
                Arrays.fill(got, (byte) 0);
                blake2s.mac(state, second, at, length, got, 1);
                assertArrayEquals(mac, Arrays.copyOfRange(got, 1, 17), what);
            }
        }
    }

    @Test
    void keyDerivationIsHkdf() {
        var random = new Random(5);
        for (int length : new int[] {0, 32, 64, 100}) {
            var chainKey = random(random, 32);
            var input = random(random, length);
            var expected = new byte[96];
            var hkdf = new HKDFBytesGenerator(new Blake2sDigest(256));
            hkdf.init(new HKDFParameters(input, chainKey, null));
            hkdf.generateBytes(expected, 0, 96);
            var out = new byte[3][32];
            kdf.derive(chainKey, input, 0, length, out[0], out[1], out[2]);
            assertEquals(hex(expected), hex(out[0]) + hex(out[1]) + hex(out[2]));
            var two = new byte[2][32];
            kdf.derive(chainKey, input, 0, length, two[0], two[1]);
            assertArrayEquals(out[1], two[1]);
            kdf.derive(chainKey, input, 0, length, chainKey);
            assertArrayEquals(out[0], chainKey);
        }
    }

    private static byte[] random(Random random, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
