package dev.warren.testkit;

import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// The faults of a device that is wrapped for a test, chosen by a seed. Probabilities are 0 to 1.
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

    /// Drops a datagram or packet that is sent or written.
    public Faults drop(double probability) {
        drop = probability;
        return this;
    }

    /// Sends it twice.
    public Faults duplicate(double probability) {
        duplicate = probability;
        return this;
    }

    /// Sends it after the next one, which may be in a later batch.
    public Faults reorder(double probability) {
        reorder = probability;
        return this;
    }

    /// Flips one bit of it.
    public Faults corrupt(double probability) {
        corrupt = probability;
        return this;
    }

    /// Makes the next `times` reads or receives return minus errno and read nothing.
    public Faults failInput(int errno, int times) {
        for (int i = 0; i < times; i++) inputs.add(() -> -errno);
        return this;
    }

    /// Makes the next `times` reads or receives throw.
    public Faults throwInput(Supplier<? extends Throwable> thrown, int times) {
        for (int i = 0; i < times; i++) inputs.add(() -> Faults.<RuntimeException>fail(thrown.get()));
        return this;
    }

    /// Makes the next `times` writes or sends throw.
    public Faults throwOutput(Supplier<? extends Throwable> thrown, int times) {
        for (int i = 0; i < times; i++) outputs.add(() -> Faults.<RuntimeException>fail(thrown.get()));
        return this;
    }

    /// Makes the send buffer full for the next `times` that a send begins or continues.
    public Faults full(int times) {
        full.addAndGet(times);
        return this;
    }

    /// Gives the send buffer room again.
    public Faults notFull() {
        full.set(0);
        return this;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> int fail(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /// The result of the next read when it is to fail, else 0; or throws.
    public int inputError() {
        var fault = inputs.poll();
        return fault == null ? 0 : fault.getAsInt();
    }

    /// Throws when the next write is to throw.
    public void outputError() {
        var fault = outputs.poll();
        if (fault == null) return;
        int _ = fault.getAsInt();
    }

    /// Whether the send buffer is full this time; counts down.
    public boolean full() {
        return full.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    /// Whether all faults that were counted out have happened. May be called from any thread.
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

    /// A random number from 0, below the bound.
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
