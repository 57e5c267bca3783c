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

/// Allocates memory for keys: whole pages that hold nothing else, locked against swapping (mlock(2)) and
/// excluded from core dumps (madvise(2)), as far as the system allows it. Pages are wiped and freed when
/// the last segment in them is unreachable. Usable from any thread, without a lock.
public final class KeyMemory {
    private static final int CELL = 32;
    private static final long CELLS_PER_SLAB = 128;

    // Null where native access is denied: keys then lie off-heap too, but in ordinary memory.
    private static final @Nullable Pages PAGES = Pages.load();
    private static final AtomicLong UNLOCKED = new AtomicLong();
    private static final AtomicReference<Slab> SLAB = new AtomicReference<>(new Slab());

    private KeyMemory() {}

    /// Allocates zeroed pages of their own, for many keys with one owner.
    ///
    /// @throws OutOfMemoryError when there are none
    public static MemorySegment pages(long bytes) {
        return PAGES == null ? plain(bytes) : PAGES.allocate(bytes);
    }

    /// Allocates a zeroed cell for one key of 32 bytes, beside other keys. A cell is not reused before it
    /// is unreachable: reading it after its owner wiped it gives zeros.
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

    /// Bytes of key memory that may be swapped out because the system refused to lock them; for the log.
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

    /// Functions of libc that allocate, lock and free pages.
    private static final class Pages {
        // MADV_DONTDUMP and MADV_DODUMP of madvise(2), on Linux.
        private static final long DONTDUMP = 16, DODUMP = 17;
        // The same shape as in LibCrypto, and for its reason.
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
            // Best effort: pages that cannot be locked are counted and used all the same.
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
