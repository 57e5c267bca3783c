package dev.warren.io.counters;

import java.util.ArrayDeque;
import java.util.Arrays;

/// The counters that are written on one loop, a row for each owner. Rows lie together, and apart from what
/// other loops write, so that no two loops share a line of the CPU's cache.
///
/// No count is ever reset: a closed row keeps its counts, and its next owner counts on from them and
/// remembers them. So the sum of all rows is that of all owners so far, and only grows. Rows are opened and
/// closed on one thread; sums may be read from any.
public final class CounterTable<C extends Enum<C> & Counter> {
    private static final int MAX_ROWS = 64;
    /// Longs between the rows and the next object: two lines, since CPUs fetch them in pairs.
    private static final int APART = 16;

    private final int columns;
    private final ArrayDeque<CounterRow<C>> closed = new ArrayDeque<>();
    private volatile long[][] blocks = {};
    /// Rows of the last block, and (below) how many of them are in use. Blocks grow from one row to many.
    private int rows;

    private int used;

    public CounterTable(Class<C> kind) {
        columns = kind.getEnumConstants().length;
    }

    /// A row whose counts begin at zero, for its owner.
    public CounterRow<C> open() {
        var earlier = closed.poll();
        if (earlier != null) {
            var before = new long[columns];
            for (int i = 0; i < columns; i++) before[i] = CounterRow.cell(earlier.cells(), earlier.first() + i);
            return new CounterRow<>(earlier.cells(), earlier.first(), before);
        }
        if (used == rows) grow();
        var block = blocks[blocks.length - 1];
        return new CounterRow<>(block, APART + columns * used++, null);
    }

    private void grow() {
        rows = rows == 0 ? 1 : Math.min(MAX_ROWS, 4 * rows);
        used = 0;
        var more = Arrays.copyOf(blocks, blocks.length + 1);
        more[blocks.length] = new long[APART + rows * columns + APART];
        blocks = more;
    }

    /// Closes a row, whose owner adds no more; its counts stay in the sums.
    public void close(CounterRow<C> row) {
        closed.add(row);
    }

    /// Adds the sum of all rows to each column's.
    public void addTo(long[] sums) {
        for (var block : blocks) {
            int end = block.length - APART;
            for (int at = APART, column = 0; at < end; at++) {
                sums[column] += CounterRow.cell(block, at);
                if (++column == columns) column = 0;
            }
        }
    }
}
