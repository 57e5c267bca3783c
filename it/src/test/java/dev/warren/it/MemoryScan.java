package dev.warren.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// Looks for a key in all that a process can write, in every [KeyForm].
final class MemoryScan {
    private static final int CHUNK = 4 << 20;

    /// Where the JVM puts a small heap, so that its pointers fit into 32 bits; nothing of libc's is below.
    private static final long END_OF_JAVA_HEAP = 32L << 30;

    /// @param locked whether it cannot be swapped out
    record Copy(String form, long address, String area, boolean locked) {
        boolean onJavaHeap() {
            return address < END_OF_JAVA_HEAP;
        }

        @Override
        public String toString() {
            return form + " at " + Long.toHexString(address) + " in " + (onJavaHeap() ? "the Java heap" : area)
                    + (locked ? ", locked" : "");
        }
    }

    private record Area(long from, long to, String name, boolean locked) {}

    private final Host host;
    private final int process;

    MemoryScan(Host host, int process) {
        this.host = host;
        this.process = process;
    }

    List<Copy> copies(String base64) {
        try (var memory = FileChannel.open(host.file("/proc/" + process + "/mem"), StandardOpenOption.READ)) {
            var needles = KeyForm.of(Base64.getDecoder().decode(base64));
            var found = new ArrayList<Copy>();
            var bytes = new byte[CHUNK];
            for (var area : areas()) search(memory, area, needles, bytes, found);
            return found;
        } catch (IOException e) {
            throw new AssertionError("the memory of " + process, e);
        }
    }

    // Two reads overlap by the longest needle.
    private static void search(FileChannel memory, Area area, List<KeyForm> needles, byte[] bytes, List<Copy> found) {
        long at = area.from;
        while (at < area.to) {
            int length;
            try {
                length = memory.read(ByteBuffer.wrap(bytes, 0, (int) Math.min(CHUNK, area.to - at)), at);
            } catch (IOException gone) {
                return; // or never backed by anything
            }
            if (length <= 0) return;
            boolean last = at + length >= area.to;
            int starts = last ? length : length - KeyForm.LONGEST;
            search(bytes, length, Math.max(starts, 1), at, area, needles, found);
            at += last ? length : Math.max(starts, 1);
        }
    }

    private static void search(
            byte[] bytes, int length, int starts, long at, Area area, List<KeyForm> needles, List<Copy> found) {
        for (var needle : needles) {
            for (int i : needle.in(bytes, length)) {
                if (i < starts) found.add(new Copy(needle.name(), at + i, area.name, area.locked));
            }
        }
    }

    /// What the process has written: files that are mapped for reading hold no keys of ours.
    private List<Area> areas() {
        var areas = new ArrayList<Area>();
        String[] head = {};
        for (var line : host.read("/proc/" + process + "/smaps").split("\n")) {
            var words = line.split(" +", 6);
            if (words[0].matches("[0-9a-f]+-[0-9a-f]+")) {
                head = words;
            } else if (words[0].equals("VmFlags:") && head[1].startsWith("rw")) {
                var ends = head[0].split("-");
                areas.add(new Area(
                        Long.parseUnsignedLong(ends[0], 16),
                        Long.parseUnsignedLong(ends[1], 16),
                        head.length > 5 && !head[5].isEmpty() ? head[5] : "memory",
                        Arrays.asList(line.split(" +")).contains("lo")));
            }
        }
        return areas;
    }
}
