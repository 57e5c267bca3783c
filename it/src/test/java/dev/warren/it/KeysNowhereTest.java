package dev.warren.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// No private key, preshared key or token is in anything that a router says, however talkative it is, and none is in a
/// dump of its heap. Only `wg` on the control socket shows keys, to root.
@Tag("netns")
@OnlyWarren("wireguard-go says nothing")
class KeysNowhereTest {
    private static final Duration SOON = Duration.ofSeconds(40);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final Map<String, byte[]> said = new LinkedHashMap<>();

    @Test
    void theyAreInNothingThatARouterSaysOrKeepsOnItsHeap() throws IOException {
        var host = lab.host("a");
        var other = lab.host("b");
        Pair.connect(lab, host, other, 1500);
        var own = Keys.generate();
        var laptop = Keys.generate();
        var psk = secret("preshared key of a file", Keys.random());
        secret("private key of a file", own.privateKey());
        secret(host, "/run/wg0.key", own.privateKey());
        secret(host, "/run/laptop.psk", psk);
        var run = Router.run(host, Map.of("WARREN_JAVA_OPTS", "-XX:-DisableAttachMechanism"), """
                warren {
                  state-dir = "/run/state"
                  log.level = trace
                  web { listen = "127.0.0.1:9586", token-file = "/run/web.token" }
                  interfaces.wg0 {
                    private-key-file = "/run/wg0.key"
                    listen-port = 51820
                    addresses = ["%s/24"]
                    peers.laptop { public-key = "%s", preshared-key-file = "/run/laptop.psk", allowed-ips = ["%s/32"] }
                  }
                  interfaces.wg1 { addresses = ["10.10.0.1/24"] }
                }
                """.formatted(
                        Pair.A4, laptop.publicKey(), Pair.B4));
        secret(
                "private key that the router made",
                host.read("/run/state/wg1.key").strip());
        var token = secret("token", host.read("/run/web.token").strip());
        var authorization = "Authorization: Bearer " + token;
        var streams = List.of(
                host.spawn("sh", "-c", Router.underTest() + " events"),
                host.spawn("sh", "-c", Router.underTest() + " events wg0 --json"),
                stream(host, "/api/events", authorization),
                stream(host, "/api/metrics", authorization));

        Pair.serve(other, laptop, own);
        var client = new Wg(other, "wg0");
        introduce(client, own, psk);
        client.set("peer", own.publicKey(), "endpoint", Pair.OUTER_A4 + ":51820");
        Ping.untilAnswered(other, Pair.A4, SOON);
        var process = host.processes("run --config").getLast();
        handshakesThatFail(host, other, own, laptop, psk);
        reconfigure(host, own, psk);
        Ping.untilAnswered(other, Pair.A4, SOON);
        pages(host, authorization);
        commands(host, laptop);
        said.put("environment", Files.readAllBytes(host.file("/proc/" + process + "/environ")));
        said.put("command line", Files.readAllBytes(host.file("/proc/" + process + "/cmdline")));

        // Also what the collector would take away, but for the token, which every request brings.
        var garbage = dump(host, process, "-all");
        assertFalse(found(own.publicKey(), garbage).isEmpty(), "the search finds a public key in a dump");
        assertNowhere("the whole heap", garbage, "token");
        // What the token came with is kept as long as a connection.
        for (int reader : host.processes("cat")) host.signal("KILL", reader);
        Poll.until("the heap is without the token", SOON, () -> found(token, dump(host, process))
                .isEmpty());

        for (var stream : streams) say(stream.command().getLast(), stream.output() + stream.errors());
        assertTrue(
                streams.get(2).output().contains("handshake-failed"),
                streams.get(2).output());
        host.signal("TERM", process);
        Poll.until("it ends", SOON, () -> !run.running());
        say("log", run.output() + run.errors());
        assertTrue(run.errors().contains("DEBUG"), run::errors);
        try (var kept = Files.walk(host.file("/run/state"))) {
            for (var file : kept.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("wg1.key")) said.put(file.toString(), Files.readAllBytes(file));
            }
        }
        assertFalse(
                found(own.privateKey(), host.read("/run/wg0.key").getBytes(UTF_8))
                        .isEmpty(),
                "the search finds");
        said.forEach((where, bytes) -> assertNowhere(where, bytes, ""));
    }

    @Test
    void theyAreInNoErrorOfAConfiguration() throws IOException {
        var host = lab.host("a");
        var key = secret("private key", Keys.generate().privateKey());
        var psk = secret("preshared key", Keys.random());
        var shortKey = key.substring(0, 42) + "=";
        secret(host, "/run/short.key", shortKey);
        secret(host, "/run/long.key", key + key);
        var peer = Keys.generate().publicKey();
        for (var line : List.of(
                "private-key = \"" + shortKey + "\"",
                "private-key = \"" + key.substring(0, 43) + "\"",
                "private-key = \"" + key + "x\"",
                "private-key = " + key,
                "private-key = \"" + key,
                "private-key = ${" + key.substring(0, 43) + "}",
                "private-key = [\"" + key + "\"]",
                "private-key { a = \"" + key + "\" }",
                "private-key = \"" + key + "\", private-key = \"" + psk + "\"",
                "private-key = \"" + key + "\", private-key-file = \"/run/short.key\"",
                "privat-key = \"" + key + "\"",
                "private-key-file = \"/run/short.key\"",
                "private-key-file = \"/run/long.key\"",
                "private-key-file = \"" + key + "\"",
                "listen-port = \"" + key + "\"",
                "private-key = \"" + key + "\", peers.b { public-key = \"" + peer + "\", preshared-key = \""
                        + psk.substring(1) + "\" }",
                "private-key = \"" + key + "\", peers.b { public-key = \"" + peer + "\", preshared-key = " + psk + " }",
                "private-key = \"" + key + "\", peers.b { public-key = \"" + peer + "\", preshared-key-file = \"" + psk
                        + "\" }",
                "private-key = \"" + key + "\", peers.b { public-key = \"" + peer + "\", presharedkey = \"" + psk
                        + "\" }")) {
            secret(host, "/run/warren.conf", "warren.interfaces.wg0 {\n" + line + "\n}\n");
            var result = warren(host, "run --check /run/warren.conf");
            assertNotEquals(0, result.code(), result::toString);
            assertTrue(result.err().contains("warren.conf") || result.err().contains("key"), result::toString);
            said.put(line.substring(0, line.indexOf(' ')), (result.out() + result.err()).getBytes(UTF_8));
            said.forEach((where, bytes) -> assertNowhere(where + ": " + new String(bytes, UTF_8), bytes, ""));
        }
        var pubkey = host.feed(shortKey + "\n", "sh", "-c", Router.underTest() + " pubkey || true");
        assertNowhere("pubkey", (pubkey.out() + pubkey.err()).getBytes(UTF_8), "");
    }

    /// Forgeries, a peer that is not known, and preshared keys that differ.
    private static void handshakesThatFail(Host host, Host other, Keys own, Keys laptop, String psk)
            throws IOException {
        var forgery = new Forgery(7);
        var target = new InetSocketAddress(Pair.OUTER_A4, 51820);
        try (var attacker = other.udp(Pair.OUTER_B4, 0)) {
            for (int i = 0; i < 200; i++) {
                Forgery.send(attacker, target, forgery.typed(i % 5, 60 + i));
                Forgery.send(attacker, target, forgery.initiationWithMac1(own.publicKey()));
                Forgery.send(attacker, target, forgery.typed(1, Forgery.INITIATION));
            }
        }
        var client = new Wg(other, "wg0");
        var again = new String[] {
            "private-key", client.file(laptop.privateKey() + "\n").toString()
        };
        client.set(
                "private-key", client.file(Keys.generate().privateKey() + "\n").toString());
        failed(host, other, Pair.A4, "handshake.drop.unknown-peer");
        client.set(again);
        // The router's session is one that the other end has forgotten: it begins anew when nothing comes back for 15
        // s.
        client.set("peer", own.publicKey(), "remove");
        introduce(client, own, Keys.random());
        new Wg(host, "wg0").set("peer", laptop.publicKey(), "endpoint", Pair.endpointB(Pair.Outer.V4));
        failed(host, host, Pair.B4, "handshake.drop.psk-mismatch");
        introduce(client, own, psk);
        client.set("peer", own.publicKey(), "endpoint", Pair.OUTER_A4 + ":51820");
    }

    private static void introduce(Wg client, Keys own, String psk) {
        var file = client.file(psk + "\n").toString();
        client.set("peer", own.publicKey(), "allowed-ips", Pair.A4 + "/32", "preshared-key", file);
    }

    private static void failed(Host host, Host from, String to, String counter) {
        Poll.until(counter, SOON, () -> {
            from.attempt("ping", "-c", "1", "-W", "1", to);
            return new Uapi(host, "wg0").counter(counter) > 0;
        });
    }

    /// What `wg` sets, and what it would never send.
    private void reconfigure(Host host, Keys own, String psk) {
        var wg = new Wg(host, "wg0");
        var second = Keys.generate();
        var secondPsk = secret("preshared key of wg", Keys.random());
        secret("private key of wg", second.privateKey());
        wg.set("private-key", wg.file(second.privateKey() + "\n").toString());
        wg.set(
                "peer",
                Keys.generate().publicKey(),
                "allowed-ips",
                "10.9.0.7/32",
                "preshared-key",
                wg.file(secondPsk + "\n").toString());
        wg.wg("showconf").orFail();
        wg.wg("syncconf", "/run/wg0.key");
        var uapi = new Uapi(host, "wg0");
        for (var line : List.of(
                "private_key=" + own.privateHex().substring(1),
                "private_key=" + own.privateKey(),
                "privatekey=" + own.privateHex(),
                "public_key=" + second.publicHex() + "\npreshared_key=" + Keys.hex(psk) + "00",
                "listen_port=" + own.privateHex())) assertNotEquals(0, uapi.set(line + "\n"), line);
        wg.set("private-key", "/run/wg0.key");
    }

    private void pages(Host host, String authorization) {
        for (var path : List.of(
                "/",
                "/metrics",
                "/health/live",
                "/health/ready",
                "/api/status",
                "/api/interfaces/wg0/peers",
                "/api/interfaces/wg7/peers")) {
            var page = Http.fetch(host, 9586, path, authorization);
            assertTrue(page.ok() || path.contains("wg7"), path + ": " + page.head());
            say(path, page.head() + page.body());
        }
        for (var script : Http.fetch(host, 9586, "/").body().split("(src|href)=\"")) {
            if (script.startsWith("/"))
                say(script, Http.fetch(host, 9586, script.split("\"")[0]).body());
        }
        var open = Http.fetch(host, 9586, "/metrics", authorization, "Accept: application/openmetrics-text");
        say("OpenMetrics", open.head() + open.body());
        var refused = Http.fetch(host, 9586, "/metrics", authorization.replaceFirst(".$", ""));
        assertTrue(refused.status().contains("401"), refused.head());
        say("what is refused", refused.head() + refused.body());
    }

    private void commands(Host host, Keys laptop) {
        for (var arguments : List.of(
                "status",
                "status wg0",
                "status --json wg0",
                "stats wg0",
                "stats --json wg0",
                "stats --explain wg0",
                "explain wg0 laptop",
                "explain wg0 " + Pair.B4,
                "explain wg0 " + laptop.publicKey())) {
            var result = warren(host, arguments).orFail();
            say(arguments, result.out() + result.err());
        }
        var top = host.attempt("timeout", "3", "sh", "-c", "exec " + Router.underTest() + " top wg0");
        assertTrue(top.out().contains("laptop"), top.toString());
        say("top", top.out() + top.err());
    }

    private static Program.Result warren(Host host, String arguments) {
        return host.attempt("sh", "-c", Router.underTest() + " " + arguments);
    }

    private static Program stream(Host host, String path, String authorization) {
        return host.spawn("bash", "-c", """
                exec 3<>/dev/tcp/127.0.0.1/9586 || exit 1
                printf 'GET %s HTTP/1.1\\r\\nHost: localhost\\r\\n%s\\r\\n\\r\\n' "$1" "$0" >&3
                cat <&3""", authorization, path);
    }

    private static byte[] dump(Host host, int process, String... options) {
        var jdk = warren(host, "--print-jdk").orFail().out().strip();
        var command = new ArrayList<>(List.of(jdk + "/bin/jcmd", "" + process, "GC.heap_dump"));
        command.addAll(List.of(options));
        command.add("/run/heap.hprof");
        host.run(command.toArray(String[]::new));
        try {
            var bytes = Files.readAllBytes(host.file("/run/heap.hprof"));
            Files.delete(host.file("/run/heap.hprof"));
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String secret(String what, String base64) {
        assertEquals(32, Base64.getDecoder().decode(base64).length, what);
        secrets.put(what, base64);
        return base64;
    }

    private static void secret(Host host, String file, String text) throws IOException {
        Files.writeString(host.file(file), text + "\n");
        host.run("chmod", "600", file);
    }

    private void say(String where, String text) {
        assertFalse(text.isBlank(), where + " says nothing");
        said.put(where, text.getBytes(UTF_8));
    }

    private void assertNowhere(String where, byte[] bytes, String butFor) {
        secrets.forEach((what, base64) -> {
            if (!what.equals(butFor)) assertEquals(List.of(), found(base64, bytes), "the " + what + " in " + where);
        });
    }

    /// The forms in which either half of a key is there, and where.
    private static List<String> found(String base64, byte[] bytes) {
        var raw = Base64.getDecoder().decode(base64);
        var found = new ArrayList<String>();
        for (var half : List.of(Arrays.copyOf(raw, 15), Arrays.copyOfRange(raw, 15, raw.length))) {
            for (var form : KeyForm.of(half)) {
                for (int at : form.in(bytes, bytes.length)) found.add(form.name() + " at " + at);
            }
        }
        return found;
    }
}
