package dev.warren.bench.storm;

import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.suite.Suite;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Plays many initiators against one WireGuard responder and counts the handshakes it answers; `bench/handshakes` and
/// `bench/flood` run it. Without arguments it says what it takes. Results are lines of name, tab, value.
public final class HandshakeStorm {
    private static final String USAGE = """
            HandshakeStorm --config [--peers N]                        the peers, for wg addconf
            HandshakeStorm [OPTION...] HOST PORT PUBLIC_KEY            handshakes as fast as they are answered
            HandshakeStorm --rate R [OPTION...] HOST PORT PUBLIC_KEY   R initiations a second, answered or not
            HandshakeStorm --rate R --forged 1 ... HOST PORT PUBLIC_KEY  what one who knows only public keys can make

              --peers N          initiators, 2000
              --rounds N         initiations made for each beforehand, 40; without more a fast responder ends early
              --outstanding N    unanswered at a time, 32; from 128 on wireguard-go asks for cookies
              --warmup SECONDS   before counting, 3
              --seconds SECONDS  of counting, 8
              --patience MS      until an initiation is given up, 250
              --pid PID          of the responder, for its CPU time""";

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private int peers = 2000;
    private int rounds = 40;
    private int outstanding = 32;
    private int warmup = 3;
    private int seconds = 8;
    private int patience = 250;
    private int rate;
    private int pid;
    private boolean forged;
    private boolean config;
    private final List<String> target = new ArrayList<>();

    private HandshakeStorm() {}

    public static void main(String[] arguments) throws IOException {
        var storm = new HandshakeStorm();
        var wrong = storm.parse(arguments);
        if (wrong != null) {
            System.err.println(wrong);
            System.err.println(USAGE);
            System.exit(2);
        }
        storm.run();
    }

    private @Nullable String parse(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            var argument = arguments[i];
            if (argument.equals("--config")) {
                config = true;
            } else if (!argument.startsWith("--")) {
                target.add(argument);
            } else {
                if (++i == arguments.length || !NUMBER.matcher(arguments[i]).matches())
                    return argument + " takes a number";
                if (!option(argument, Integer.parseInt(arguments[i]))) return "There is no " + argument;
            }
        }
        if (peers < 1 || rounds < 1 || outstanding < 1) return "At least one of each is needed";
        return target.size() == (config ? 0 : 3) ? null : "Whom? HOST PORT PUBLIC_KEY";
    }

    private boolean option(String name, int value) {
        switch (name) {
            case "--peers" -> peers = value;
            case "--rounds" -> rounds = value;
            case "--outstanding" -> outstanding = value;
            case "--warmup" -> warmup = value;
            case "--seconds" -> seconds = value;
            case "--patience" -> patience = value;
            case "--rate" -> rate = value;
            case "--pid" -> pid = value;
            case "--forged" -> forged = value != 0;
            default -> {
                return false;
            }
        }
        return true;
    }

    private void run() throws IOException {
        if (config) {
            try (var suite = Suite.open(Suite.Choice.AUTO)) {
                System.out.print(Initiator.configuration(peers, suite));
            }
            return;
        }
        var address = new InetSocketAddress(target.get(0), Integer.parseInt(target.get(1)));
        var responder = PublicKey.fromBase64(target.get(2));
        try (var initiations = Initiations.prepare(responder, 0, peers, forged ? 1 : rounds, forged)) {
            if (rate > 0) flood(initiations, address);
            else storm(initiations, address);
        }
    }

    private void storm(Initiations initiations, InetSocketAddress responder) throws IOException {
        try (var loop = new ClosedLoop(
                initiations, () -> connect(responder), outstanding, TimeUnit.MILLISECONDS.toNanos(patience))) {
            if (!loop.run(TimeUnit.SECONDS.toNanos(warmup))) {
                throw new IllegalStateException("All initiations were sent in the warm-up: more --rounds are needed.");
            }
            long answered = loop.answered(), lost = loop.lost(), cookies = loop.cookies();
            long cpu = cpu(pid), own = cpu(ProcessHandle.current().pid()), begin = System.nanoTime();
            loop.run(TimeUnit.SECONDS.toNanos(seconds));
            double took = (System.nanoTime() - begin) / 1e9;
            cpu = cpu(pid) - cpu;
            own = cpu(ProcessHandle.current().pid()) - own;
            answered = loop.answered() - answered;
            print("handshakes/s", answered / took);
            if (pid > 0 && answered > 0) print("CPU us per handshake", cpu / 1e3 / answered);
            if (answered > 0) print("own CPU us per handshake", own / 1e3 / answered);
            print("seconds", took);
            print("lost", loop.lost() - lost);
            print("cookies", loop.cookies() - cookies);
            loop.drain();
            print("strange", loop.strange());
            long verified = loop.samples().entrySet().stream()
                    .filter(sample -> initiations.verify(sample.getKey(), sample.getValue()))
                    .count();
            print("sampled", loop.samples().size());
            print("verified", verified);
        }
    }

    private void flood(Initiations initiations, InetSocketAddress responder) throws IOException {
        int first = forged ? 0 : Initiator.FIRST_STRANGER;
        try (var strangers = Initiations.prepare(initiations.responder(), first, peers, 1, forged);
                var loop = new OpenLoop(initiations, strangers, connect(responder))) {
            System.out.println("ready"); // for the script: the making of initiations is over
            loop.run(rate, TimeUnit.SECONDS.toNanos(seconds));
            print("sent/s", (double) loop.sent() / seconds);
            print("responses/s", (double) loop.responses() / seconds);
            print("cookies/s", (double) loop.cookies() / seconds);
        }
    }

    private static DatagramChannel connect(InetSocketAddress responder) throws IOException {
        return DatagramChannel.open().connect(responder);
    }

    /// Nanoseconds of CPU that a process has used, 0 when there is none. The kernel tells it in steps of 10 ms.
    private static long cpu(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toNanos)
                .orElse(0L);
    }

    private static void print(String name, double value) {
        System.out.println(name + "\t" + String.format(Locale.ROOT, "%.1f", value));
    }

    private static void print(String name, long value) {
        System.out.println(name + "\t" + value);
    }
}
