package dev.warren.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The `wg` program, for one interface of one host.
record Wg(Host host, String device) {
    /// `wg show INTERFACE dump`.
    record Dump(String privateKey, String publicKey, int listenPort, String fwmark, List<Peer> peers) {
        Optional<Peer> peer(String key) {
            return peers.stream().filter(p -> p.publicKey.equals(key)).findFirst();
        }
    }

    record Peer(
            String publicKey,
            String presharedKey,
            String endpoint,
            String allowedIps,
            long latestHandshake,
            long received,
            long sent,
            String keepalive) {}

    /// The subcommand and interface go before the rest: `wg.set("listen-port", "1")` is `wg set wg0 listen-port 1`.
    Program.Result set(String... arguments) {
        return wg("set", arguments).orFail();
    }

    Program.Result wg(String subcommand, String... arguments) {
        var all = new ArrayList<>(List.of("wg", subcommand, device));
        all.addAll(List.of(arguments));
        return host.attempt(all.toArray(String[]::new));
    }

    /// What `wg show INTERFACE` prints, or one of its questions.
    String show(String... what) {
        return wg("show", what).orFail().out();
    }

    void setconf(String text) {
        configure("setconf", text);
    }

    void syncconf(String text) {
        configure("syncconf", text);
    }

    void addconf(String text) {
        configure("addconf", text);
    }

    private void configure(String subcommand, String text) {
        var file = file(text);
        wg(subcommand, file.toString()).orFail();
    }

    /// A file for a key or a configuration that only root can read. Lives in the host's /run, and goes with it.
    Path file(String text) {
        try {
            var inside = "/run/" + Long.toHexString(System.nanoTime());
            Files.write(host.file(inside), text.getBytes(UTF_8));
            return Path.of(inside);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Dump dump() {
        var lines = wg("show", "dump").orFail().lines();
        var own = lines.getFirst().split("\t");
        var peers = new ArrayList<Peer>();
        for (var line : lines.subList(1, lines.size())) {
            var f = line.split("\t");
            peers.add(new Peer(
                    f[0], f[1], f[2], f[3], Long.parseLong(f[4]), Long.parseLong(f[5]), Long.parseLong(f[6]), f[7]));
        }
        return new Dump(own[0], own[1], Integer.parseInt(own[2]), own[3], peers);
    }

    /// The only peer there is.
    Peer onlyPeer() {
        var peers = dump().peers();
        if (peers.size() != 1) throw new AssertionError("not one peer: " + peers);
        return peers.getFirst();
    }
}
