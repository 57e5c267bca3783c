package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Router.Maker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The control protocol, compared line by line with wireguard-go's answers to the same words.
@Tag("netns")
class UapiDialogTest {
    private static final Keys SELF = Keys.generate();
    private static final String ONE = Keys.hex(Keys.random());
    private static final String TWO = Keys.hex(Keys.random());
    private static final String PSK = Keys.hex(Keys.random());
    private static final String ZERO = "0".repeat(64);
    private static final String PEER = "public_key=" + ONE + "\n";

    @RegisterExtension
    static final Lab LAB = Lab.ofClass();

    private static Router ours;
    private static Router theirs;

    @BeforeAll
    static void bothRun() {
        ours = Router.start(LAB.host("a"), Maker.UNDER_TEST, "wg0");
        theirs = Router.start(LAB.host("b"), Maker.WIREGUARD_GO, "wg0");
    }

    static Stream<Arguments> goodUpdates() {
        return Stream.of(
                        good("nothing", ""),
                        good("private key again", "private_key=" + SELF.privateHex() + "\n"),
                        good("no private key", "private_key=" + ZERO + "\n"),
                        good("fwmark", "fwmark=42\n"),
                        good("fwmark off", "fwmark=42\nfwmark=0\n"),
                        good("a bare peer", PEER),
                        good("a peer twice", PEER + PEER),
                        good("two peers", PEER + "public_key=" + TWO + "\n"),
                        good("psk", PEER + "preshared_key=" + PSK + "\n"),
                        good("psk off", PEER + "preshared_key=" + PSK + "\n" + PEER + "preshared_key=" + ZERO + "\n"),
                        good("endpoint v4", PEER + "endpoint=192.0.2.1:51820\n"),
                        good("endpoint v6", PEER + "endpoint=[2001:db8::1]:51820\n"),
                        good("endpoint v6 long form", PEER + "endpoint=[2001:0db8:0:0:0:0:0:1]:65535\n"),
                        good("keepalive", PEER + "persistent_keepalive_interval=65535\n"),
                        good(
                                "keepalive off",
                                PEER + "persistent_keepalive_interval=25\npersistent_keepalive_interval=0\n"),
                        good("allowed ips of both families", PEER + "allowed_ip=10.0.0.0/8\nallowed_ip=fd00::/8\n"),
                        good("host bits", PEER + "allowed_ip=10.1.2.3/8\nallowed_ip=fd00::1/8\n"),
                        good("everything", PEER + "allowed_ip=0.0.0.0/0\nallowed_ip=::/0\n"),
                        good("hosts", PEER + "allowed_ip=10.0.0.1/32\nallowed_ip=fd00::1/128\n"),
                        good("the same prefix twice", PEER + "allowed_ip=10.0.0.0/8\nallowed_ip=10.0.0.0/8\n"),
                        good(
                                "prefix moves",
                                PEER + "allowed_ip=10.0.0.0/8\npublic_key=" + TWO + "\nallowed_ip=10.0.0.0/8\n"),
                        good(
                                "replace allowed ips",
                                PEER + "allowed_ip=10.0.0.0/8\n" + PEER
                                        + "replace_allowed_ips=true\nallowed_ip=10.1.0.0/16\n"),
                        good("remove", PEER + "allowed_ip=10.0.0.0/8\n" + PEER + "remove=true\n"),
                        good("remove the unknown", PEER + "remove=true\n"),
                        good("update only, unknown", PEER + "update_only=true\nendpoint=192.0.2.1:1\n"),
                        good("update only, known", PEER + PEER + "update_only=true\nendpoint=192.0.2.1:1\n"),
                        good("replace peers", PEER + "replace_peers=true\npublic_key=" + TWO + "\n"),
                        good("replace peers first", "replace_peers=true\n" + PEER),
                        good("replace by nobody", PEER + "allowed_ip=10.0.0.0/8\n")
                                .twoStep("replace_peers=true\n"),
                        good("our own key as a peer", "public_key=" + SELF.publicHex() + "\nallowed_ip=10.0.0.0/8\n"),
                        good("protocol version", PEER + "protocol_version=1\n"),
                        good("upper case hex", "public_key=" + ONE.toUpperCase(java.util.Locale.ROOT) + "\n"),
                        good(
                                "all together, last peer not forgotten",
                                "private_key=" + SELF.privateHex() + "\nfwmark=7\nreplace_peers=true\n"
                                        + PEER + "preshared_key=" + PSK
                                        + "\nendpoint=192.0.2.1:51820\npersistent_keepalive_interval=5\n"
                                        + "replace_allowed_ips=true\nallowed_ip=10.0.0.0/24\nallowed_ip=fd01::/64\n"
                                        + "public_key=" + TWO + "\nallowed_ip=10.0.1.0/24\n"))
                .map(c -> Arguments.of(c.name, c));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goodUpdates")
    void theSameWordsGiveTheSameState(String name, Update update) {
        for (var step : update.steps) {
            assertEquals(theirs().set(step), ours().set(step), "errno");
        }
        assertEquals(normal(theirs().get()), normal(ours().get()));
    }

    static Stream<String> badUpdates() {
        return Stream.of(
                "nonsense=1\n",
                "nonsense\n",
                "=\n",
                "=1\n",
                "private_key\n",
                "private_key=\n",
                "private_key=00\n",
                "private_key=" + "0".repeat(66) + "\n",
                "private_key=" + "x".repeat(64) + "\n",
                "private_key=" + SELF.privateKey() + "\n",
                "listen_port=\n",
                "listen_port=-1\n",
                "listen_port=65536\n",
                "listen_port=99999999999999999999\n",
                "listen_port=port\n",
                "listen_port= 1\n",
                "listen_port=0x10\n",
                "fwmark=\n",
                "fwmark=-1\n",
                "fwmark=4294967296\n",
                "fwmark=mark\n",
                "replace_peers=false\n",
                "replace_peers=1\n",
                "replace_peers=\n",
                "public_key=\n",
                "public_key=" + "0".repeat(63) + "\n",
                "public_key=" + "z".repeat(64) + "\n",
                PEER + "preshared_key=12\n",
                PEER + "preshared_key=\n",
                PEER + "endpoint=\n",
                PEER + "endpoint=192.0.2.1\n",
                PEER + "endpoint=192.0.2.1:65536\n",
                PEER + "endpoint=192.0.2.1:-1\n",
                PEER + "endpoint=192.0.2.300:1\n",
                PEER + "endpoint=2001:db8::1:51820\n",
                PEER + "endpoint=[2001:db8::1]\n",
                PEER + "endpoint=[2001:db8::g]:1\n",
                PEER + "endpoint=localhost:1\n",
                PEER + "persistent_keepalive_interval=\n",
                PEER + "persistent_keepalive_interval=-1\n",
                PEER + "persistent_keepalive_interval=65536\n",
                PEER + "persistent_keepalive_interval=off\n",
                PEER + "replace_allowed_ips=false\n",
                PEER + "replace_allowed_ips=\n",
                PEER + "allowed_ip=\n",
                PEER + "allowed_ip=10.0.0.0\n",
                PEER + "allowed_ip=10.0.0.0/33\n",
                PEER + "allowed_ip=10.0.0.0/-1\n",
                PEER + "allowed_ip=10.0.0/8\n",
                PEER + "allowed_ip=10.0.0.256/8\n",
                PEER + "allowed_ip=fd00::/129\n",
                PEER + "allowed_ip=fd00::/x\n",
                PEER + "allowed_ip=10.0.0.0/8,10.1.0.0/16\n",
                PEER + "remove=false\n",
                PEER + "remove=\n",
                PEER + "update_only=false\n",
                PEER + "protocol_version=2\n",
                PEER + "protocol_version=\n",
                PEER + "listen_port=1\n",
                PEER + "nonsense=1\n",
                "endpoint=192.0.2.1:1\n",
                "allowed_ip=10.0.0.0/8\n",
                "preshared_key=" + PSK + "\n",
                "persistent_keepalive_interval=1\n",
                "remove=true\n",
                "update_only=true\n",
                "protocol_version=1\n");
    }

    @ParameterizedTest
    @MethodSource("badUpdates")
    void badWordsGiveTheSameErrno(String lines) {
        int expected = theirs().set(lines);
        assertNotEquals(0, expected, "wireguard-go takes this; it belongs among the good ones");
        assertEquals(expected, ours().set(lines));
        assertTrue(ours().answers(), "no answer after an error");
    }

    @Test
    void peculiarConversationsGoTheSameWay() throws IOException {
        var conversation =
                List.of("get=1\n\n", "set=1\n\n", "set=1\n" + PEER + "\n", "get=1\n\n", "set=1\nx=y\n\n", "get=1\n\n");
        var reset = good("", "").steps.getFirst();
        assertEquals(theirs().set(reset), ours().set(reset));
        try (var one = theirs().connect();
                var other = ours().connect()) {
            for (var words : conversation) {
                one.send(words);
                other.send(words);
                var expected = one.answer(Duration.ofSeconds(5));
                assertEquals(normal(expected), normal(other.answer(Duration.ofSeconds(5))), words);
                // An error may end the conversation.
                if (expected.contains("errno=-")) break;
            }
        }
        for (var words : List.of("get=2\n\n", "hello\n\n", "\n", "get=1\nfoo=bar\n\n", "set=2\n\n")) {
            assertEquals(oneAnswer(theirs(), words), oneAnswer(ours(), words), words);
        }
    }

    @Test
    @OnlyWarren("newer than Debian's wireguard-go")
    void aPrefixMayBeTakenBack() {
        assertEquals(
                0,
                ours().set(PEER + "allowed_ip=10.0.0.0/8\nallowed_ip=10.1.0.0/16\n" + PEER
                        + "allowed_ip=-10.0.0.0/8\n"));
        assertTrue(ours().get().contains("allowed_ip=10.1.0.0/16\n"));
        assertTrue(!ours().get().contains("allowed_ip=10.0.0.0/8\n"));
        assertEquals(0, ours().set(PEER + "allowed_ip=-10.7.0.0/16\n"));
    }

    @Test
    @OnlyWarren("wireguard-go holds its lock while a client does not read")
    void stalledClientsHarmNobody() throws IOException {
        var text = new StringBuilder("replace_peers=true\n");
        for (int i = 0; i < 2000; i++)
            text.append("public_key=").append(Keys.hex(Keys.random())).append('\n');
        assertEquals(0, ours().set(text.toString()));
        var stalled = new ArrayList<Uapi.Connection>();
        try {
            for (int i = 0; i < 30; i++) {
                var connection = ours().connect();
                stalled.add(connection);
                // Some never finish a sentence, some never listen to the answer, some say nothing.
                if (i % 3 == 0) connection.send("set=1\npublic_key=" + ONE + "\nallowed_ip=10.0");
                if (i % 3 == 1) connection.send("get=1\n\n");
            }
            long start = System.nanoTime();
            assertEquals(0, ours().set("fwmark=9\n"));
            assertTrue(ours().get().contains("fwmark=9\n"));
            var took = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(took.toMillis() < 2000, "took " + took);
        } finally {
            stalled.forEach(Uapi.Connection::close);
        }
        // Half a sentence is no sentence: closed without the empty line.
        assertTrue(ours().answers());
    }

    @Test
    @OnlyWarren("wireguard-go collects a line without end in memory")
    void anEndlessLineIsCutOff() throws IOException {
        int process = ours.process();
        var host = ours.host();
        long before = host.residentKilobytes(process);
        var chunk = "a".repeat(1 << 20);
        try (var connection = ours().connect()) {
            connection.send("set=1\nprivate_key=");
            for (int i = 0; i < 256; i++) connection.send(chunk);
        } catch (IOException e) {
            // Closed or no longer read: both are an answer.
        }
        assertTrue(ours().answers());
        long grown = host.residentKilobytes(process) - before;
        assertTrue(grown < 128 * 1024, () -> "memory grew by " + grown + " kB");
    }

    @Test
    void manyPeersInOneSetDoNotOverflow() {
        int count = Router.underTestIsWireGuardGo() ? 24_000 : 100_000;
        var text = new StringBuilder("replace_peers=true\n");
        for (int i = 0; i < count; i++) {
            text.append("public_key=").append(Keys.hex(Keys.random())).append("\nallowed_ip=10.");
            text.append(i >> 16)
                    .append('.')
                    .append((i >> 8) & 255)
                    .append('.')
                    .append(i & 255)
                    .append("/32\n");
        }
        long start = System.nanoTime();
        assertEquals(0, ours().set(text.toString()));
        var setTook = Duration.ofNanos(System.nanoTime() - start);
        var answer = ours().get();
        assertEquals(
                count, answer.lines().filter(l -> l.startsWith("public_key=")).count());
        System.out.println(count + " peers: set " + setTook + ", both " + Duration.ofNanos(System.nanoTime() - start));
        assertTrue(
                setTook.toMillis() < 5000 || Router.underTestIsWireGuardGo(),
                () -> "set of " + count + " peers took " + setTook);
        assertEquals(0, ours().set("replace_peers=true\n"));
        assertTrue(!ours().get().contains("public_key="));
    }

    // ---- words and answers

    /// What is said, in one or more `set`s, each test starting from the same state.
    record Update(String name, List<String> steps) {
        Update twoStep(String more) {
            var all = new ArrayList<>(steps);
            all.add(more);
            return new Update(name, all);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Update good(String name, String lines) {
        var reset = "private_key=" + SELF.privateHex() + "\nlisten_port=51820\nfwmark=0\nreplace_peers=true\n";
        return new Update(name, List.of(reset, lines));
    }

    /// The interface part as it is; peers sorted by key, their allowed IPs sorted within.
    private static List<String> normal(String answer) {
        var blocks = new ArrayList<>(Arrays.asList(answer.split("(?=public_key=)")));
        var own = blocks.getFirst();
        var peers = new TreeSet<String>();
        for (var block : blocks.subList(1, blocks.size())) {
            var plain = new ArrayList<String>();
            var prefixes = new TreeSet<String>();
            block.lines().filter(l -> !l.isEmpty() && !l.startsWith("errno=")).forEach(l -> {
                if (l.startsWith("allowed_ip=")) prefixes.add(l);
                else plain.add(l);
            });
            plain.addAll(prefixes);
            peers.add(String.join("\n", plain));
        }
        var all = new ArrayList<>(
                own.lines().filter(l -> !l.isEmpty() && !l.startsWith("errno=")).toList());
        all.addAll(peers);
        all.add(
                answer.endsWith("errno=0\n\n")
                        ? "ends well"
                        : "ends with " + answer.substring(Math.max(0, answer.length() - 20)));
        return all;
    }

    /// What comes back on a connection that is then closed by either side.
    private static String oneAnswer(Uapi uapi, String words) throws IOException {
        try (var connection = uapi.connect()) {
            connection.send(words);
            var answer = connection.answer(Duration.ofSeconds(2));
            return answer.lines()
                    .filter(l -> l.startsWith("errno="))
                    .findFirst()
                    .orElse("(closed)");
        } catch (IOException e) {
            return "(silence)";
        }
    }

    private static Uapi ours() {
        return ours.uapi();
    }

    private static Uapi theirs() {
        return theirs.uapi();
    }
}
