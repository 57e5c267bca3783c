package dev.warren.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The `ip` command, for the little that is not worth a netlink message of our own.
public final class IpTool {
    private IpTool() {}

    /// Runs it and ignores what it prints.
    public static void run(String... arguments) throws SetupException {
        execute(true, arguments);
    }

    /// Runs it and gives what it prints. A failure is an empty answer.
    static String output(String... arguments) throws SetupException {
        return execute(false, arguments);
    }

    private static String execute(boolean mustSucceed, String... arguments) throws SetupException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0 && mustSucceed) {
                throw new SetupException("'" + String.join(" ", command) + "' failed: " + said.strip());
            }
            return code == 0 ? said : "";
        } catch (IOException e) {
            throw new SetupException("cannot run 'ip'; install iproute2", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SetupException("interrupted", e);
        }
    }
}
