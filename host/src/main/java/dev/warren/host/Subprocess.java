package dev.warren.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A program of this host that was run to its end.
///
/// @param code its exit code
/// @param output what it wrote
record Subprocess(int code, String output) {
    private static final int MAX_OUTPUT = 16 << 20;

    /// Runs a program without input. Blocks.
    ///
    /// @param errors whether its error output counts as output, or is thrown away
    /// @throws IOException when it cannot be run
    /// @throws SetupException when it writes more than 16 MiB, or this thread is interrupted
    static Subprocess run(boolean errors, List<String> command) throws IOException, SetupException {
        var builder = new ProcessBuilder(command).redirectErrorStream(errors);
        if (!errors) builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        var process = builder.start();
        try {
            process.getOutputStream().close();
            var output = process.getInputStream().readNBytes(MAX_OUTPUT + 1);
            if (output.length > MAX_OUTPUT) {
                throw new SetupException(
                        "'" + String.join(" ", command) + "' has more than " + (MAX_OUTPUT >> 20) + " MiB to say");
            }
            return new Subprocess(process.waitFor(), new String(output, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SetupException("interrupted", e);
        } finally {
            process.destroy();
        }
    }
}
