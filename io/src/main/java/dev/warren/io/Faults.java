package dev.warren.io;

import java.util.ArrayDeque;
import java.util.Random;

/// What goes wrong on a device that is wrapped for a test, decided by a seed. Probabilities are 0 to 1.
public final class Faults {
    private final long seed;
    private final Random random;
    private final ArrayDeque<Integer> inputErrors = new ArrayDeque<>();
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
        for (int i = 0; i < times; i++) inputErrors.add(-errno);
        return this;
    }

    /// 0, or what the next read is to answer.
    public int inputError() {
        return inputErrors.isEmpty() ? 0 : inputErrors.remove();
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
