package dev.warren.crypto.peer;

import java.security.SecureRandom;
import java.util.Random;

/// Repeatable randomness for tests.
final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final Random random;

    SeededRandom(long seed) {
        super(null, null);
        random = new Random(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        random.nextBytes(bytes);
    }

    @Override
    public String getAlgorithm() {
        return "seeded";
    }
}
