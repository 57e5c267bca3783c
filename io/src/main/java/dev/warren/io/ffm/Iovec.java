package dev.warren.io.ffm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// `struct iovec`, see readv(2): `base(8) length(8)`.
public final class Iovec {
    public static final long SIZE = 16;

    private Iovec() {}

    /// Makes vector `index` name a range of `buffer`, which must outlive the call that uses it.
    public static void set(MemorySegment vectors, int index, MemorySegment buffer, long at, long length) {
        Objects.checkFromIndexSize(at, length, buffer.byteSize());
        long to = index * SIZE;
        vectors.set(JAVA_LONG, to, buffer.address() + at);
        vectors.set(JAVA_LONG, to + 8, length);
    }
}
