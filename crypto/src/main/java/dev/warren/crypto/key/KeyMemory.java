package dev.warren.crypto.key;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Where keys lie: whole pages that nothing else lies in, locked so that they are not swapped out, and left out
/// of core dumps, as far as the system allows it. They go back to it when the last segment in them is
/// unreachable. Like malloc it serves all threads of the process, without a lock.
public final class KeyMemory {
    private static final int CELL = 32;
    private static final long CELLS_PER_SLAB = 128;

    // Null where native access is denied: then keys lie off the heap all the same, but among other things.
    private static final @Nullable Pages PAGES = Pages.load();
    private static final AtomicLong UNLOCKED = new AtomicLong();
    private static final AtomicReference<Slab> SLAB = new AtomicReference<>(new Slab());

    private KeyMemory() {}

    /// Zeros in pages of their own; for what belongs together and is much.
    public static MemorySegment pages(long bytes) {
        return PAGES == null ? plain(bytes) : PAGES.allocate(bytes);
    }

    /// Zeros for one key of 32 bytes. It lies beside other keys, and is never another's before it is unreachable:
    /// whoever reads it while its owner wipes it reads zeros.
    public static MemorySegment cell() {
        while (true) {
            var slab = Objects.requireNonNull(SLAB.get());
            long index = slab.taken.getAndIncrement();
            if (index < CELLS_PER_SLAB) {
                return slab.memory.asSlice(index * CELL, CELL);
            }
            SLAB.compareAndSet(slab, new Slab());
        }
    }

    /// How many bytes of keys may be swapped out because the system did not let them be locked; for the log.
    public static long unlocked() {
        return UNLOCKED.get();
    }

    private static MemorySegment plain(long bytes) {
        UNLOCKED.addAndGet(bytes);
        return Arena.ofAuto().allocate(bytes, 64);
    }

    private static final class Slab {
        private final MemorySegment memory = pages(CELL * CELLS_PER_SLAB);
        private final AtomicInteger taken = new AtomicInteger();
    }

    /// What libc does with pages.
    private static final class Pages {
        // Of madvise(2), as on all of Linux.
        private static final long DONTDUMP = 16, DODUMP = 17;
        // That of the other libraries: see LibCrypto.
        private static final FunctionDescriptor SHAPE =
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

        private final MethodHandle allocate = bind("aligned_alloc");
        private final MethodHandle free = bind("free");
        private final MethodHandle lock = bind("mlock");
        private final MethodHandle unlock = bind("munlock");
        private final MethodHandle advise = bind("madvise");
        private final long size = call(bind("getpagesize"), 0, 0, 0);

        static @Nullable Pages load() {
            try {
                return new Pages();
            } catch (IllegalCallerException denied) {
                return null;
            }
        }

        private static MethodHandle bind(String name) {
            var linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), SHAPE);
        }

        MemorySegment allocate(long bytes) {
            long rounded = Math.ceilDiv(bytes, size) * size;
            long address = call(allocate, size, rounded, 0);
            if (address == 0) {
                throw new OutOfMemoryError("There is no memory for keys.");
            }
            // Best effort: what may not be locked is told, and used.
            if ((int) call(lock, address, rounded, 0) != 0) {
                UNLOCKED.addAndGet(rounded);
            }
            call(advise, address, rounded, DONTDUMP);
            return MemorySegment.ofAddress(address)
                    .reinterpret(rounded, Arena.ofAuto(), this::release)
                    .fill((byte) 0)
                    .asSlice(0, bytes);
        }

        private void release(MemorySegment pages) {
            long address = pages.address();
            pages.fill((byte) 0);
            call(advise, address, pages.byteSize(), DODUMP);
            call(unlock, address, pages.byteSize(), 0);
            call(free, address, 0, 0);
        }

        private static long call(MethodHandle function, long first, long second, long third) {
            try {
                return (long) function.invokeExact(first, second, third, 0L, 0L);
            } catch (Throwable t) {
                throw new AssertionError(t); // no function of C throws
            }
        }
    }
}
