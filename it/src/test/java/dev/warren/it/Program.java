package dev.warren.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A program that was started, with its output in two files, so that a silent reader never blocks it.
final class Program implements AutoCloseable {
    /// What a finished program said.
    record Result(List<String> command, int code, String out, String err) {
        boolean ok() {
            return code == 0;
        }

        Result orFail() {
            if (code != 0) throw new AssertionError(this);
            return this;
        }

        List<String> lines() {
            return out.lines().toList();
        }

        @Override
        public String toString() {
            return String.join(" ", command) + "\nexit code " + code + "\n" + out + err;
        }
    }

    private final List<String> command;
    private final Process process;
    private final Path out;
    private final Path err;

    private Program(List<String> command, Process process, Path out, Path err) {
        this.command = command;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /// Starts a program. Its input is a pipe that stays open until [#closeInput] or the end of this JVM.
    static Program start(Path outputs, Map<String, String> environment, List<String> command) {
        try {
            var out = Files.createTempFile(outputs, "", ".out");
            var err = Files.createTempFile(outputs, "", ".err");
            var builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(environment);
            return new Program(command, builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits for the end; a program that takes longer is killed and the test fails.
    Result await(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "still running after " + limit + ": " + String.join(" ", command) + "\n" + output() + errors());
            }
            return new Result(command, process.exitValue(), output(), errors());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    void input(String text) {
        try {
            process.outputWriter(UTF_8).write(text);
            process.outputWriter(UTF_8).flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean running() {
        return process.isAlive();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    String output() {
        return read(out);
    }

    String errors() {
        return read(err);
    }

    List<String> command() {
        return command;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
