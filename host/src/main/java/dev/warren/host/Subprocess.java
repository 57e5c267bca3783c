package dev.warren.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A program of this host that was run to its end.
///
/// @param code its exit code
/// @param output what it wrote
record Subprocess(int code, String output) {
    /// Runs a program without input. Blocks.
    ///
    /// @param most bytes of output that are taken
    /// @param errors whether its error output counts as output, or is thrown away
    /// @throws IOException when it cannot be run
    /// @throws SetupException when it writes more than that, or this thread is interrupted
    static Subprocess run(int most, boolean errors, List<String> command) throws IOException, SetupException {
        var builder = new ProcessBuilder(command).redirectErrorStream(errors);
        if (!errors) builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        var process = builder.start();
        try {
            process.getOutputStream().close();
            var output = process.getInputStream().readNBytes(most);
            if (output.length == most) {
                throw new SetupException("'" + String.join(" ", command) + "' has more than " + most + " bytes to say");
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
