package dev.warren.crypto.key;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// X25519 in Java, used where no native library has it: the Montgomery ladder of RFC 7748 §5 over five
/// limbs of 51 bits. No branch and no index depends on a secret. Reads the scalar bit by bit in its
/// off-heap memory and never copies it; wipes all intermediate values. (BouncyCastle decodes the scalar
/// into a heap array that cannot be wiped.)
public final class JavaX25519 implements X25519 {
    private static final int LIMBS = 5, LIMB = 51;
    private static final long MASK = (1L << LIMB) - 1;
    // (486662 - 2) / 4
    private static final long A24 = 121665;
    // 4 p, added so that the difference of limbs below 2^53 is not negative.
    private static final long FOUR_P0 = (1L << 53) - 76, FOUR_P = (1L << 53) - 4;
    private static final byte[] BASE_POINT = {
        9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private final long[] x1 = new long[LIMBS];
    private final long[] x2 = new long[LIMBS];
    private final long[] z2 = new long[LIMBS];
    private final long[] x3 = new long[LIMBS];
    private final long[] z3 = new long[LIMBS];
    private final long[] a = new long[LIMBS];
    private final long[] b = new long[LIMBS];
    private final long[] c = new long[LIMBS];
    private final long[] d = new long[LIMBS];
    private final long[] e = new long[LIMBS];
    private final long[][] all = {x1, x2, z2, x3, z3, a, b, c, d, e};

    @Override
    public boolean agree(PrivateKey mine, byte[] theirs, int at, byte[] shared) {
        multiply(mine.memory(), theirs, at, shared, 0);
        int any = 0;
        for (int i = 0; i < LENGTH; i++) {
            any |= shared[i];
        }
        return any != 0;
    }

    @Override
    public void publicKey(PrivateKey mine, byte[] out, int at) {
        multiply(mine.memory(), BASE_POINT, 0, out, at);
    }

    private void multiply(MemorySegment scalar, byte[] point, int at, byte[] out, int to) {
        decode(point, at, x1);
        System.arraycopy(x1, 0, x3, 0, LIMBS);
        one(x2);
        one(z3);
        try {
            long swapped = 0;
            for (int i = 254; i >= 0; i--) {
                // Clamps: bit 254 is one, bits 0 to 2 are zero.
                long bit = i == 254 ? 1 : i < 3 ? 0 : (scalar.get(JAVA_BYTE, i >>> 3) >>> (i & 7)) & 1;
                swap(swapped ^ bit);
                swapped = bit;
                step();
            }
            swap(swapped);
            invert(z2, a);
            multiply(x2, a, x2);
            encode(x2, out, to);
        } finally {
            for (var element : all) {
                Arrays.fill(element, 0);
            }
        }
    }

    // One step of the ladder, RFC 7748 §5.
    private void step() {
        add(x2, z2, a);
        subtract(x2, z2, b);
        add(x3, z3, c);
        subtract(x3, z3, d);
        multiply(d, a, d); // DA
        multiply(c, b, c); // CB
        add(d, c, x3);
        multiply(x3, x3, x3);
        subtract(d, c, z3);
        multiply(z3, z3, z3);
        multiply(z3, x1, z3);
        multiply(a, a, a); // AA
        multiply(b, b, b); // BB
        multiply(a, b, x2);
        subtract(a, b, e); // E
        scale(e, c); // a24 E
        add(a, c, c);
        multiply(e, c, z2);
    }

    private void swap(long bit) {
        long mask = -bit;
        for (int i = 0; i < LIMBS; i++) {
            long x = mask & (x2[i] ^ x3[i]);
            x2[i] ^= x;
            x3[i] ^= x;
            long z = mask & (z2[i] ^ z3[i]);
            z2[i] ^= z;
            z3[i] ^= z;
        }
    }

    // Raises to the power of p - 2; clobbers `in`, b, c and d.
    private void invert(long[] in, long[] out) {
        power(in, 1, b); // 2
        power(b, 2, c); // 8
        multiply(c, in, c); // 9
        multiply(b, c, b); // 11
        power(b, 1, d); // 22
        multiply(d, c, c); // 2^5 - 1
        power(c, 5, d);
        multiply(d, c, c); // 2^10 - 1
        power(c, 10, d);
        multiply(d, c, d); // 2^20 - 1
        power(d, 20, in);
        multiply(in, d, d); // 2^40 - 1
        power(d, 10, d);
        multiply(d, c, c); // 2^50 - 1
        power(c, 50, d);
        multiply(d, c, d); // 2^100 - 1
        power(d, 100, in);
        multiply(in, d, d); // 2^200 - 1
        power(d, 50, d);
        multiply(d, c, d); // 2^250 - 1
        power(d, 5, d);
        multiply(d, b, out); // 2^255 - 21
    }

    // Squares `times` times.
    private static void power(long[] in, int times, long[] out) {
        multiply(in, in, out);
        for (int i = 1; i < times; i++) {
            multiply(out, out, out);
        }
    }

    private static void one(long[] out) {
        Arrays.fill(out, 0);
        out[0] = 1;
    }

    // Sums and differences of reduced elements are below 2^53, as a product requires.
    private static void add(long[] one, long[] two, long[] out) {
        for (int i = 0; i < LIMBS; i++) {
            out[i] = one[i] + two[i];
        }
    }

    private static void subtract(long[] one, long[] two, long[] out) {
        carry(
                out,
                one[0] + FOUR_P0 - two[0],
                one[1] + FOUR_P - two[1],
                one[2] + FOUR_P - two[2],
                one[3] + FOUR_P - two[3],
                one[4] + FOUR_P - two[4]);
    }

    private static void scale(long[] in, long[] out) {
        long a0 = in[0], a1 = in[1], a2 = in[2], a3 = in[3], a4 = in[4];
        carry(
                out,
                low(a0, A24) + 19 * high(a4, A24),
                low(a1, A24) + high(a0, A24),
                low(a2, A24) + high(a1, A24),
                low(a3, A24) + high(a2, A24),
                low(a4, A24) + high(a3, A24));
    }

    private static long low(long one, long two) {
        return (one * two) & MASK;
    }

    // The product without its lowest 51 bits; both factors are below 2^53.
    private static long high(long one, long two) {
        return Math.multiplyHigh(one << 6, two << 7);
    }

    /// `out` may be one of the factors.
    private static void multiply(long[] one, long[] two, long[] out) {
        long a0 = one[0], a1 = one[1], a2 = one[2], a3 = one[3], a4 = one[4];
        long b0 = two[0], b1 = two[1], b2 = two[2], b3 = two[3], b4 = two[4];
        long c0 = low(a0, b0);
        long c1 = high(a0, b0) + low(a0, b1) + low(a1, b0);
        long c2 = high(a0, b1) + low(a0, b2) + high(a1, b0) + low(a1, b1) + low(a2, b0);
        long c3 = high(a0, b2) + low(a0, b3) + high(a1, b1) + low(a1, b2) + high(a2, b0) + low(a2, b1) + low(a3, b0);
        long c4 = high(a0, b3)
                + low(a0, b4)
                + high(a1, b2)
                + low(a1, b3)
                + high(a2, b1)
                + low(a2, b2)
                + high(a3, b0)
                + low(a3, b1)
                + low(a4, b0);
        long c5 = high(a0, b4)
                + high(a1, b3)
                + low(a1, b4)
                + high(a2, b2)
                + low(a2, b3)
                + high(a3, b1)
                + low(a3, b2)
                + high(a4, b0)
                + low(a4, b1);
        long c6 = high(a1, b4) + high(a2, b3) + low(a2, b4) + high(a3, b2) + low(a3, b3) + high(a4, b1) + low(a4, b2);
        long c7 = high(a2, b4) + high(a3, b3) + low(a3, b4) + high(a4, b2) + low(a4, b3);
        long c8 = high(a3, b4) + high(a4, b3) + low(a4, b4);
        long c9 = high(a4, b4);
        // 2^255 = 19 modulo p.
        carry(out, c0 + 19 * c5, c1 + 19 * c6, c2 + 19 * c7, c3 + 19 * c8, c4 + 19 * c9);
    }

    // Carries between limbs, so that they are barely above 2^51 at most.
    private static void carry(long[] out, long l0, long l1, long l2, long l3, long l4) {
        long n1 = l1 + (l0 >>> LIMB);
        long n2 = l2 + (n1 >>> LIMB);
        long n3 = l3 + (n2 >>> LIMB);
        long n4 = l4 + (n3 >>> LIMB);
        long n0 = (l0 & MASK) + 19 * (n4 >>> LIMB);
        out[0] = n0 & MASK;
        out[1] = (n1 & MASK) + (n0 >>> LIMB);
        out[2] = n2 & MASK;
        out[3] = n3 & MASK;
        out[4] = n4 & MASK;
    }

    private static void decode(byte[] in, int at, long[] out) {
        Arrays.fill(out, 0);
        for (int i = 0; i < 255; i++) {
            out[i / LIMB] |= (long) ((in[at + (i >>> 3)] >>> (i & 7)) & 1) << (i % LIMB);
        }
    }

    // Reduces to below p first.
    private static void encode(long[] in, byte[] out, int to) {
        carry(in, in[0], in[1], in[2], in[3], in[4]);
        carry(in, in[0], in[1], in[2], in[3], in[4]);
        // One when the value is at least p: adding 19 then carries into bit 255.
        long over = (in[0] + 19) >>> LIMB;
        for (int i = 1; i < LIMBS; i++) {
            over = (in[i] + over) >>> LIMB;
        }
        in[0] += 19 * over;
        for (int i = 0; i < LIMBS - 1; i++) {
            in[i + 1] += in[i] >>> LIMB;
            in[i] &= MASK;
        }
        in[4] &= MASK;
        Arrays.fill(out, to, to + LENGTH, (byte) 0);
        for (int i = 0; i < 255; i++) {
            out[to + (i >>> 3)] |= (byte) (((in[i / LIMB] >>> (i % LIMB)) & 1) << (i & 7));
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
        return "Java";
    }

    @Override
    public void close() {
        // Nothing is kept.
    }
}
