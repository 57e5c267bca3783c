package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/// The `ping` program.
record Ping(int sent, int received, String text) {
    private static final Pattern SUMMARY = Pattern.compile("(\\d+) packets transmitted, (\\d+) received");

    /// Sends `count` echo requests, 50 ms apart, each with `size` bytes of data, and waits up to 2 s for the last.
    static Ping run(Host host, String target, int count, int size, String... options) {
        var command = new java.util.ArrayList<>(
                java.util.List.of("ping", "-n", "-c", "" + count, "-i", "0.05", "-W", "2", "-s", "" + size));
        command.addAll(java.util.List.of(options));
        command.add(target);
        var result = host.attempt(Duration.ofSeconds(60), Map.of(), command.toArray(String[]::new));
        var text = result.out() + result.err();
        var summary = SUMMARY.matcher(text);
        if (!summary.find()) return new Ping(0, 0, text);
        return new Ping(Integer.parseInt(summary.group(1)), Integer.parseInt(summary.group(2)), text);
    }

    /// All of these must be answered. On a machine that is short of CPU a queue of the kernel may overflow
    /// once; twice in a row is a bug.
    static void all(Host host, String target, int count, int size, String... options) {
        var ping = run(host, target, count, size, options);
        if (ping.received < count) ping = run(host, target, count, size, options);
        check(host, target, count, ping);
    }

    private static void check(Host host, String target, int count, Ping ping) {
        assertEquals(
                count, ping.received, () -> "answers to " + host.name() + "'s ping of " + target + ":\n" + ping.text);
    }

    static void once(Host host, String target) {
        all(host, target, 1, 56);
    }

    static boolean answered(Host host, String target) {
        return run(host, target, 1, 56, "-W", "1").received == 1;
    }

    /// Pings with short patience until there is an answer; returns how long it took.
    static Duration untilAnswered(Host host, String target, Duration limit) {
        return Poll.until(
                host.name() + " hears from " + target,
                limit,
                () -> run(host, target, 1, 56, "-W", "0.3").received == 1);
    }
}
