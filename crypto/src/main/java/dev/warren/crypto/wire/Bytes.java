package dev.warren.crypto.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Little-endian words in byte arrays.
final class Bytes {
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Bytes() {}

    static int u32(byte[] array, int at) {
        return (int) U32.get(array, at);
    }

    static void u32(byte[] array, int at, int value) {
        U32.set(array, at, value);
    }
}
