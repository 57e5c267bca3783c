package dev.warren.io;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The runs of one batch and the stable grouping that makes them. Allocates when it first has several keys to group by,
/// then no more.
final class RunTable {
    private final PacketBatch batch;
    private final int maxEntries;
    private final @Nullable PacketRun[] runs;
    private int count;

    private PacketBatch.@Nullable Scratch scratch;
    private int[] runOfEntry = {};
    private int[] ends = {};
    /// Open addressing: key to run. A slot is valid only when its stamp is that of the current grouping.
    private int[] slotRun = {};
    private int[] slotStamp = {};
    private int stamp;

    RunTable(PacketBatch batch, int maxEntries) {
        this.batch = batch;
        this.maxEntries = maxEntries;
        this.runs = new @Nullable PacketRun[maxEntries];
    }

    PacketRun run(int k) {
        Objects.checkIndex(k, count);
        return Objects.requireNonNull(runs[k]);
    }

    int group(@Nullable Object[] keys, int entries) {
        count = 0;
        if (entries == 0) {
            return 0;
        }
        Object first = keys[0];
        int same = 1;
        while (same < entries && keys[same] == first) {
            same++;
        }
        if (same < entries) {
            return groupMany(keys, entries);
        }
        if (first != null) {
            add(first, 0, entries);
        }
        return count;
    }

    private void add(Object key, int from, int to) {
        PacketRun run = runs[count];
        if (run == null) {
            run = new PacketRun(batch, key);
            runs[count] = run;
        }
        run.set(key, from, to);
        count++;
    }

    private int groupMany(@Nullable Object[] keys, int entries) {
        PacketBatch.Scratch other = scratch;
        if (other == null) {
            other = grow();
        }
        stamp++;
        // Counting sort: the size of each run first, in order of appearance, then where each begins.
        int keyless = 0;
        boolean inOrder = true;
        int previous = 0;
        for (int i = 0; i < entries; i++) {
            int run = -1;
            Object key = keys[i];
            if (key != null) {
                run = runOf(key);
                ends[run]++;
                inOrder &= run >= previous && keyless == 0;
                previous = run;
            } else {
                keyless++;
            }
            runOfEntry[i] = run;
        }
        int at = 0;
        for (int k = 0; k < count; k++) {
            int size = ends[k];
            Objects.requireNonNull(runs[k]).place(at, at + size);
            ends[k] = at;
            at += size;
        }
        if (!inOrder) {
            int last = at;
            for (int i = 0; i < entries; i++) {
                int run = runOfEntry[i];
                runOfEntry[i] = run < 0 ? last++ : ends[run]++;
            }
            batch.permute(runOfEntry, other);
        }
        return count;
    }

    private int runOf(Object key) {
        int mask = slotRun.length - 1;
        int slot = ((System.identityHashCode(key) * 0x9E3779B9) >>> 7) & mask;
        while (slotStamp[slot] == stamp) {
            int known = slotRun[slot];
            if (Objects.requireNonNull(runs[known]).owner() == key) {
                return known;
            }
            slot = (slot + 1) & mask;
        }
        slotStamp[slot] = stamp;
        slotRun[slot] = count;
        ends[count] = 0;
        add(key, 0, 0);
        return count - 1;
    }

    private PacketBatch.Scratch grow() {
        int slots = Integer.highestOneBit(Math.max(2, maxEntries) - 1) << 2;
        slotRun = new int[slots];
        slotStamp = new int[slots];
        runOfEntry = new int[maxEntries];
        ends = new int[maxEntries];
        var made = new PacketBatch.Scratch(maxEntries);
        scratch = made;
        return made;
    }
}
