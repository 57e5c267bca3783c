package dev.warren.io.counters;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The counters of one owner. The owner alone adds, on its loop, by a plain read and an opaque write, which
/// costs as much as a field. Any thread may read, and sees each counter grow.
public final class CounterRow<C extends Enum<C> & Counter> {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells;
    private final int first;
    /// The counts of earlier owners of this row; null when it is new.
    private final long @Nullable [] before;

    CounterRow(long[] cells, int first, long @Nullable [] before) {
        this.cells = cells;
        this.first = first;
        this.before = before;
    }

    /// A row of its own, for an owner without a table.
    public static <C extends Enum<C> & Counter> CounterRow<C> single(Class<C> kind) {
        return new CounterTable<>(kind).open();
    }

    /// Called by the owner.
    @SuppressWarnings("EnumOrdinal")
    public void add(C counter, long amount) {
        int cell = first + counter.ordinal();
        CELL.setOpaque(cells, cell, cells[cell] + amount);
    }

    /// Called by the owner.
    public void increment(C counter) {
        add(counter, 1);
    }

    /// Sets a gauge, or a counter that the kernel keeps. Called by the owner.
    @SuppressWarnings("EnumOrdinal")
    public void set(C gauge, long value) {
        CELL.setOpaque(cells, first + gauge.ordinal(), value);
    }

    /// The count of this owner. May be called from any thread.
    @SuppressWarnings("EnumOrdinal")
    public long get(C counter) {
        int column = counter.ordinal();
        long earlier = before == null ? 0 : before[column];
        return cell(cells, first + column) - earlier;
    }

    static long cell(long[] cells, int at) {
        return (long) CELL.getOpaque(cells, at);
    }

    long[] cells() {
        return cells;
    }

    int first() {
        return first;
    }
}
