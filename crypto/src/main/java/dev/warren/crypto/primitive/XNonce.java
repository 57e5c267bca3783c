package dev.warren.crypto.primitive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The two parts of XChaCha20 (draft-irtf-cfrg-xchacha §2.2) that are not ChaCha20 itself.
final class XNonce {
    static final int LENGTH = 24;
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    // "expand 32-byte k"
    private static final int[] CONSTANTS = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    private XNonce() {}

    /// Computes HChaCha20 from a ChaCha20 block whose counter and nonce are the first 16 bytes of the long
    /// nonce: ChaCha20 adds its initial state to the output of HChaCha20 at the end, so subtracting it from
    /// words 0-3 and 12-15 gives HChaCha20. Wipes `block`.
    static byte[] subkey(byte[] block, byte[] nonce, int nonceAt) {
        var key = new byte[Aead.KEY_LENGTH];
        for (int i = 0; i < 4; i++) {
            U32.set(key, 4 * i, (int) U32.get(block, 4 * i) - CONSTANTS[i]);
            U32.set(key, 16 + 4 * i, (int) U32.get(block, 48 + 4 * i) - (int) U32.get(nonce, nonceAt + 4 * i));
        }
        Arrays.fill(block, (byte) 0);
        return key;
    }

    /// The nonce for the subkey is 4 zero bytes and this number in little endian.
    static long tail(byte[] nonce, int nonceAt) {
        return (long) U64.get(nonce, nonceAt + 16);
    }

    /// The block counter in the first 4 bytes of the long nonce.
    static int blockCounter(byte[] nonce, int nonceAt) {
        return (int) U32.get(nonce, nonceAt);
    }
}
