package dev.warren.verticles.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The `ip` command, for the little that is not worth a netlink message of our own.
final class Ip {
    private Ip() {}

    /// Runs it and ignores what it prints.
    static void run(String... arguments) throws LaunchException {
        execute(true, arguments);
    }

    /// Runs it and gives what it prints. A failure is an empty answer.
    static String output(String... arguments) throws LaunchException {
        return execute(false, arguments);
    }

    private static String execute(boolean mustSucceed, String... arguments) throws LaunchException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0 && mustSucceed) {
                throw new LaunchException("'" + String.join(" ", command) + "' failed: " + said.strip());
            }
            return code == 0 ? said : "";
        } catch (IOException e) {
            throw new LaunchException("cannot run 'ip'; install iproute2", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("interrupted", e);
        }
    }
}
