package dev.warren.host;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Runs the `ip` command, see ip(8), for the few operations that have no netlink message here. Blocks.
public final class IpTool {
    /// A whole routing table of the Internet has less.
    private static final int MAX_OUTPUT = 1 << 30;

    private IpTool() {}

    /// Runs `ip` and ignores its output.
    ///
    /// @throws SetupException with its output when it fails, or when it cannot be run
    public static void run(String... arguments) throws SetupException {
        execute(true, arguments);
    }

    /// Runs `ip` and returns its output; empty when it fails.
    static String output(String... arguments) throws SetupException {
        return execute(false, arguments);
    }

    private static String execute(boolean mustSucceed, String... arguments) throws SetupException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            var done = Subprocess.run(MAX_OUTPUT, true, command);
            if (done.code() != 0 && mustSucceed) {
                throw new SetupException("'" + String.join(" ", command) + "' failed: "
                        + done.output().strip());
            }
            return done.code() == 0 ? done.output() : "";
        } catch (IOException e) {
            throw new SetupException("cannot run 'ip'; install iproute2", e);
        }
    }
}
