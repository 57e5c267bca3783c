package dev.warren.crypto.peer;

import static dev.warren.crypto.Protocol.MILLISECOND;

import java.util.Random;
import java.util.function.Predicate;

/// The way between the two: seeded; perfect with 5 ms until told otherwise.
final class LossyLink {
    private final Random random;
    private long delay = 5 * MILLISECOND;
    private long jitter;
    private long dataDelay;
    private double loss;
    private double duplication;
    private Predicate<Wire.Sighting> dropped = s -> false;

    LossyLink(long seed) {
        random = new Random(seed);
    }

    /// Every datagram takes `base` and a random part of `spread` nanoseconds: more than the gap between two reorders
    /// them.
    LossyLink delay(long base, long spread) {
        delay = base;
        jitter = spread;
        return this;
    }

    /// Data takes so much longer than handshakes.
    LossyLink dataDelay(long more) {
        dataDelay = more;
        return this;
    }

    LossyLink loss(double share) {
        loss = share;
        return this;
    }

    LossyLink duplication(double share) {
        duplication = share;
        return this;
    }

    LossyLink drop(Predicate<Wire.Sighting> which) {
        dropped = which;
        return this;
    }

    LossyLink dropAll() {
        return drop(s -> true);
    }

    LossyLink dropNothing() {
        return drop(s -> false);
    }

    int copies(Wire.Sighting datagram) {
        if (dropped.test(datagram) || random.nextDouble() < loss) {
            return 0;
        }
        return random.nextDouble() < duplication ? 2 : 1;
    }

    long latency(Wire.Kind kind) {
        long extra = kind == Wire.Kind.DATA ? dataDelay : 0;
        return delay + extra + (jitter == 0 ? 0 : random.nextLong(jitter));
    }
}
