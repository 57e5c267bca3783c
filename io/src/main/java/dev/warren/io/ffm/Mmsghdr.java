package dev.warren.io.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/// An array of `struct mmsghdr`, see recvmmsg(2): a 56-byte `msghdr` and the bytes received or sent.
public final class Mmsghdr {
    public static final long SIZE = 64;
    public static final long MSGHDR_SIZE = 56;
    private static final long NAME = 0;
    private static final long NAMELEN = 8;
    private static final long IOV = 16;
    private static final long IOVLEN = 24;
    private static final long CONTROL = 32;
    private static final long CONTROLLEN = 40;
    private static final long FLAGS = 48;
    private static final long LEN = 56;

    private Mmsghdr() {}

    /// Points message `index` at its name, vectors and control data. The lengths are set separately.
    public static void point(MemorySegment messages, int index, long name, long vectors, long control) {
        long at = index * SIZE;
        messages.set(JAVA_LONG, at + NAME, name);
        messages.set(JAVA_LONG, at + IOV, vectors);
        messages.set(JAVA_LONG, at + CONTROL, control);
    }

    /// Sets the lengths, which the kernel overwrites on receive.
    public static void lengths(MemorySegment messages, int index, int name, int vectors, int control) {
        long at = index * SIZE;
        messages.set(JAVA_INT, at + NAMELEN, name);
        messages.set(JAVA_LONG, at + IOVLEN, vectors);
        messages.set(JAVA_LONG, at + CONTROLLEN, control);
        messages.set(JAVA_INT, at + FLAGS, 0);
        messages.set(JAVA_INT, at + LEN, 0);
    }

    public static int nameLength(MemorySegment messages, int index) {
        return messages.get(JAVA_INT, index * SIZE + NAMELEN);
    }

    public static int controlLength(MemorySegment messages, int index) {
        return (int) messages.get(JAVA_LONG, index * SIZE + CONTROLLEN);
    }

    public static int flags(MemorySegment messages, int index) {
        return messages.get(JAVA_INT, index * SIZE + FLAGS);
    }

    public static int length(MemorySegment messages, int index) {
        return messages.get(JAVA_INT, index * SIZE + LEN);
    }
}
