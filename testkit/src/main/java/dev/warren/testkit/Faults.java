package dev.warren.testkit;

import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// What goes wrong on a device that is wrapped for a test, decided by a seed. Probabilities are 0 to 1.
public final class Faults {
    private final long seed;
    private final Random random;
    private final Queue<IntSupplier> inputs = new ConcurrentLinkedQueue<>();
    private final Queue<IntSupplier> outputs = new ConcurrentLinkedQueue<>();
    private final AtomicInteger full = new AtomicInteger();
    private double drop;
    private double duplicate;
    private double reorder;
    private double corrupt;

    public Faults(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    /// A datagram or packet on its way out is lost.
    public Faults drop(double probability) {
        drop = probability;
        return this;
    }

    /// It is sent twice.
    public Faults duplicate(double probability) {
        duplicate = probability;
        return this;
    }

    /// It is sent after the next one, which may be in a later batch.
    public Faults reorder(double probability) {
        reorder = probability;
        return this;
    }

    /// One bit of it is flipped.
    public Faults corrupt(double probability) {
        corrupt = probability;
        return this;
    }

    /// The next `times` reads or receives answer minus errno and touch nothing.
    public Faults failInput(int errno, int times) {
        for (int i = 0; i < times; i++) inputs.add(() -> -errno);
        return this;
    }

    /// The next `times` reads or receives throw what this one makes.
    public Faults throwInput(Supplier<? extends Throwable> thrown, int times) {
        for (int i = 0; i < times; i++) inputs.add(() -> Faults.<RuntimeException>fail(thrown.get()));
        return this;
    }

    /// The next `times` writes or sends throw what this one makes.
    public Faults throwOutput(Supplier<? extends Throwable> thrown, int times) {
        for (int i = 0; i < times; i++) outputs.add(() -> Faults.<RuntimeException>fail(thrown.get()));
        return this;
    }

    /// The next `times` that a send begins or goes on, the send buffer is full.
    public Faults full(int times) {
        full.addAndGet(times);
        return this;
    }

    /// The send buffer has room again.
    public Faults notFull() {
        full.set(0);
        return this;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> int fail(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /// 0, or what the next read is to answer; or throws what it is to throw.
    public int inputError() {
        var fault = inputs.poll();
        return fault == null ? 0 : fault.getAsInt();
    }

    /// Throws what the next write is to throw.
    public void outputError() {
        var fault = outputs.poll();
        if (fault == null) return;
        int _ = fault.getAsInt();
    }

    /// Whether the send buffer is full this time.
    public boolean full() {
        return full.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    /// Whether all that was to fail has failed. Any thread.
    public boolean over() {
        return inputs.isEmpty() && outputs.isEmpty() && full.get() == 0;
    }

    public boolean drops() {
        return happens(drop);
    }

    public boolean duplicates() {
        return happens(duplicate);
    }

    public boolean reorders() {
        return happens(reorder);
    }

    public boolean corrupts() {
        return happens(corrupt);
    }

    /// For choosing what to corrupt.
    public int below(int bound) {
        return random.nextInt(bound);
    }

    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    @Override
    public String toString() {
        return "Faults[seed " + seed + "]";
    }
}
