package dev.warren.app.daemon;

import dev.warren.host.SetupException;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How the work is laid out over the cores, by one rule for every way to start: see the table in
/// docs/ARCHITECTURE.md.
///
/// @param packetLoops event loops for packets, 1 to 256
/// @param tunQueues queues of each TUN, 1 to as many as packet loops
public record LoopLayout(int packetLoops, int tunQueues) {
    private static final int MOST = 256;
    /// With more of them the work of the first loop for all (TUN, UDP) is the limit.
    private static final int MAX_BY_ITSELF = 8;

    /// @param loops empty: decided by the number of cores
    /// @param queues empty: one on each packet loop; more than that are not made
    /// @param cores that this process may use, 1 or more
    public static LoopLayout of(OptionalInt loops, OptionalInt queues, int cores) {
        int packetLoops = loops.orElse(byCores(cores));
        return new LoopLayout(packetLoops, Math.min(queues.orElse(packetLoops), packetLoops));
    }

    /// Up to three cores everything that is hot shares one loop: a hop to another one costs more than it
    /// gains, and the kernel, the programs that send and receive, and the control loop want cores too. From
    /// then on half of them.
    private static int byCores(int cores) {
        return cores <= 3 ? 1 : Math.min(cores / 2, MAX_BY_ITSELF);
    }

    /// Of the environment: WARREN_LOOPS, by the number of cores when it is not set, and WARREN_TUN_QUEUES, 1 when
    /// it is not.
    ///
    /// @throws SetupException when a value is neither `auto` nor a number in range
    public static LoopLayout ofEnvironment(Function<String, @Nullable String> environment, int cores)
            throws SetupException {
        return of(
                number(environment, "WARREN_LOOPS", OptionalInt.empty()),
                number(environment, "WARREN_TUN_QUEUES", OptionalInt.of(1)),
                cores);
    }

    /// Empty for `auto`.
    private static OptionalInt number(
            Function<String, @Nullable String> environment, String variable, OptionalInt otherwise)
            throws SetupException {
        var value = environment.apply(variable);
        if (value == null || value.isEmpty()) return otherwise;
        if (value.equals("auto")) return OptionalInt.empty();
        try {
            int number = Integer.parseUnsignedInt(value);
            if (number >= 1 && number <= MOST) return OptionalInt.of(number);
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new SetupException(variable + "=" + value + " is neither auto nor 1 to " + MOST);
    }
}
