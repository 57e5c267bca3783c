package dev.warren.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// One short run of `iperf3`.
record Iperf(double bitsPerSecond, long packets, long lost, double slowestInterval, String json) {
    private static final int PORT = 5201;

    /// TCP from `client` to the host that has `address`, or back when `reverse`.
    static Iperf tcp(Host client, Host server, String address, double seconds, boolean reverse) {
        var options = new ArrayList<>(List.of("-t", "" + (int) Math.ceil(seconds)));
        if (reverse) options.add("-R");
        return run(client, server, address, options);
    }

    /// TCP that is held at a rate.
    static Iperf tcpAtRate(Host client, Host server, String address, int seconds, String rate) {
        return run(client, server, address, List.of("-t", "" + seconds, "-b", rate, "-l", "16K"));
    }

    /// UDP at a fixed rate with datagrams of `size` bytes.
    static Iperf udp(Host client, Host server, String address, double seconds, boolean reverse, String rate, int size) {
        var options = new ArrayList<>(
                List.of("-u", "-b", rate, "-l", "" + size, "-t", "" + (int) Math.ceil(seconds), "-w", "1M"));
        if (reverse) options.add("-R");
        return run(client, server, address, options);
    }

    private static Iperf run(Host client, Host server, String address, List<String> options) {
        var listening = server.spawn("iperf3", "-s", "-1", "-p", "" + PORT, "-B", address);
        Poll.until("iperf3 listens", Duration.ofSeconds(10), () -> server.listensTcp(PORT));
        var command = new ArrayList<>(List.of("iperf3", "-c", address, "-p", "" + PORT, "-J", "-i", "0.5"));
        command.addAll(options);
        var result = client.attempt(Duration.ofSeconds(200), Map.of(), command.toArray(String[]::new));
        listening.await(Duration.ofSeconds(10));
        if (!result.ok()) throw new AssertionError(result);
        return parse(result.out());
    }

    static Iperf parse(String json) {
        int end = json.lastIndexOf("\"end\":\t{");
        if (end < 0 || json.contains("\"error\":")) throw new AssertionError("iperf3 says " + json);
        var tail = json.substring(end);
        boolean udp = tail.contains("\"lost_packets\"");
        int sum = udp ? tail.indexOf("\"sum\":") : tail.indexOf("\"sum_received\":");
        var rate = number(tail.substring(sum), "bits_per_second");
        long packets = udp ? (long) number(tail.substring(sum), "packets") : 0;
        long lost = udp ? (long) number(tail.substring(sum), "lost_packets") : 0;
        double slowest = Double.MAX_VALUE;
        var intervals = Pattern.compile(
                        "\"sum\":\\s*\\{[^}]*?\"seconds\":\\s*([0-9.e+-]+)[^}]*?\"bits_per_second\":\\s*([0-9.e+-]+)")
                .matcher(json.substring(0, end));
        while (intervals.find()) {
            if (Double.parseDouble(intervals.group(1)) > 0.25) {
                slowest = Math.min(slowest, Double.parseDouble(intervals.group(2)));
            }
        }
        return new Iperf(rate, packets, lost, slowest, json);
    }

    /// UDP datagrams that came behind a later one; told by the side that receives, so only when the client did.
    long outOfOrder() {
        return (long) number(json.substring(json.lastIndexOf("\"end\":\t{")), "out_of_order");
    }

    private static double number(String json, String key) {
        var matcher = Pattern.compile("\"" + key + "\":\\s*([0-9.e+-]+)").matcher(json);
        if (!matcher.find()) throw new AssertionError("no " + key + " in " + json);
        return Double.parseDouble(matcher.group(1));
    }

    @Override
    public String toString() {
        return String.format(
                "%.1f Mbit/s, slowest half second %.1f, %d packets, %d lost",
                bitsPerSecond / 1e6, slowestInterval / 1e6, packets, lost);
    }
}
