package dev.warren.crypto.key;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/// Off-heap cells of one size for short-lived keys, cut from slabs that live as long as their owner: taking
/// and returning a cell costs neither malloc nor garbage. Confined to the thread of its Suite.
public final class KeyCells implements AutoCloseable {
    private final ArrayDeque<MemorySegment> slabs = new ArrayDeque<>();
    private final ArrayDeque<MemorySegment> free = new ArrayDeque<>();
    private final int cellBytes;
    private final int cellsPerSlab;
    private int taken;

    public KeyCells(int cellBytes, int cellsPerSlab) {
        this.cellBytes = cellBytes;
        this.cellsPerSlab = cellsPerSlab;
    }

    /// Takes a cell, which is zero. The caller owns it until [#giveBack].
    public MemorySegment take() {
        if (free.isEmpty()) {
            var slab = KeyMemory.pages((long) cellBytes * cellsPerSlab);
            slabs.add(slab);
            for (int i = 0; i < cellsPerSlab; i++) {
                free.add(slab.asSlice((long) i * cellBytes, cellBytes));
            }
        }
        taken++;
        return free.pop();
    }

    /// Wipes the cell and frees it; the caller must not use it any more.
    public void giveBack(MemorySegment cell) {
        cell.fill((byte) 0);
        taken--;
        free.push(cell);
    }

    /// Cells in use.
    public int taken() {
        return taken;
    }

    /// Wipes all cells, also those still in use.
    @Override
    public void close() {
        slabs.forEach(slab -> slab.fill((byte) 0));
    }
}
