package dev.warren.crypto.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KeyMemoryTest {
    @Test
    void pagesAreLockedAndNotDumped() throws IOException {
        long before = KeyMemory.unlocked();
        var pages = KeyMemory.pages(5000);
        assertEquals(5000, pages.byteSize());
        assertEquals(0, pages.address() % 4096);
        assertEquals(-1, pages.mismatch(MemorySegment.ofArray(new byte[5000])));
        assertEquals(before, KeyMemory.unlocked(), "ulimit -l is too small for this test");
        for (long address : new long[] {pages.address(), pages.address() + 4999}) {
            var flags = flags(address);
            assertTrue(flags.contains("lo") && flags.contains("dd"), flags.toString());
        }
    }

    // What is unreachable goes back as it came: the heap's next owner has no use for locked pages.
    @Test
    void unreachablePagesAreFreed() throws Exception {
        var addresses = new HashSet<Long>();
        for (int i = 0; i < 64; i++) {
            addresses.add(KeyMemory.pages(64 << 10).address());
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (locked(addresses) > 0) {
            assertTrue(System.nanoTime() < end, "still locked: " + locked(addresses));
            System.gc();
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void noTwoThreadsGetTheSameCell() throws Exception {
        int threads = 4;
        int each = 1000;
        Callable<List<MemorySegment>> taker = () -> {
            var taken = new ArrayList<MemorySegment>();
            for (int i = 0; i < each; i++) {
                taken.add(KeyMemory.cell());
            }
            return taken;
        };
        var cells = new ArrayList<MemorySegment>();
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var tasks = new ArrayList<Callable<List<MemorySegment>>>();
            for (int i = 0; i < threads; i++) {
                tasks.add(taker);
            }
            for (var done : executor.invokeAll(tasks)) {
                cells.addAll(done.get());
            }
        }
        var starts = new HashSet<Long>();
        for (var cell : cells) {
            assertEquals(32, cell.byteSize());
            assertEquals(0, cell.get(ValueLayout.JAVA_LONG, 0));
            starts.add(cell.address());
        }
        assertEquals(threads * each, starts.size());
    }

    /// For a JVM of its own.
    public static final class Limited {
        public static void main(String[] args) {
            var pages = KeyMemory.pages(1 << 20);
            pages.fill((byte) 1);
            System.out.println(KeyMemory.unlocked() >= 1 << 20 ? "told" : "not told");
        }
    }

    @Test
    void pagesThatCannotBeLockedAreUsedAndCounted() throws Exception {
        assertEquals(List.of("told"), limited("--enable-native-access=ALL-UNNAMED"));
        assertEquals(List.of("told"), limited("--illegal-native-access=deny"));
    }

    private static List<String> limited(String option) throws Exception {
        var command = new ArrayList<String>();
        // Root's locks have no limit while it has the capability.
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("setpriv", "--bounding-set", "-ipc_lock"));
        }
        command.addAll(List.of("sh", "-c", "ulimit -l 64; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(option, "-cp", System.getProperty("java.class.path"), Limited.class.getName()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var lines = process.inputReader().lines().toList();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return lines;
    }

    private static long locked(Set<Long> addresses) throws IOException {
        long locked = 0;
        for (var area : areas()) {
            if (area.flags.contains("lo") && addresses.stream().anyMatch(area::holds)) {
                locked++;
            }
        }
        return locked;
    }

    private static List<String> flags(long address) throws IOException {
        return areas().stream().filter(area -> area.holds(address)).findFirst().orElseThrow().flags;
    }

    private record Area(long from, long to, List<String> flags) {
        boolean holds(long address) {
            return from <= address && address < to;
        }
    }

    private static List<Area> areas() throws IOException {
        var areas = new ArrayList<Area>();
        long from = 0;
        long to = 0;
        for (var line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            var words = line.split(" +");
            if (words[0].contains("-")) {
                var ends = words[0].split("-");
                from = Long.parseUnsignedLong(ends[0], 16);
                to = Long.parseUnsignedLong(ends[1], 16);
            } else if (words[0].equals("VmFlags:")) {
                areas.add(new Area(from, to, List.of(words)));
            }
        }
        return areas;
    }
}
