package dev.warren.conf.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.TestDevice;
import dev.warren.conf.uapi.UapiParser.Bad;
import dev.warren.conf.uapi.UapiParser.Get;
import dev.warren.conf.uapi.UapiParser.Hangup;
import dev.warren.conf.uapi.UapiParser.Request;
import dev.warren.conf.uapi.UapiParser.Set;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UapiParserTest {
    private static final String A = "11".repeat(31) + "12";
    private static final String B = "22".repeat(32);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<Request> requests(UapiParser parser, String text) {
        var requests = new ArrayList<Request>();
        var buffer = ByteBuffer.wrap(bytes(text));
        for (var request = parser.next(buffer); request != null; request = parser.next(buffer)) {
            requests.add(request);
        }
        assertFalse(buffer.hasRemaining());
        return requests;
    }

    private static int errno(Request request) {
        return assertInstanceOf(Bad.class, request).errno();
    }

    @Test
    void pipelinedRequestsAreAllAnswered() {
        var requests = requests(new UapiParser(), "get=1\n\nset=1\nfwmark=1\n\nset=1\n\nget=1\n\n");
        assertEquals(4, requests.size());
        assertInstanceOf(Get.class, requests.get(0));
        assertEquals(1, ((Set) requests.get(1)).update().fwmark().getAsInt());
        assertTrue(((Set) requests.get(2)).update().isEmpty());
        assertInstanceOf(Get.class, requests.get(3));
    }

    @Test
    void afterABadLineTheRestOfThatSetIsSkipped() {
        var parser = new UapiParser();
        var requests = requests(parser, "set=1\nbogus=1\nfwmark=2\nx\n\nset=1\nfwmark=3\n\n");
        assertEquals(2, requests.size());
        assertEquals(-22, errno(requests.get(0)));
        assertEquals(3, ((Set) requests.get(1)).update().fwmark().getAsInt());
    }

    @Test
    void afterABadLineANewRequestNeedsNoEmptyLineBefore() {
        var parser = new UapiParser();
        assertEquals(-71, errno(requests(parser, "set=1\nbogus\n").get(0)));
        assertFalse(parser.midway());
        assertInstanceOf(Get.class, requests(parser, "get=1\n\n").get(0));
        assertEquals(-71, errno(requests(parser, "set=1\nbogus\n").get(0)));
        assertInstanceOf(Set.class, requests(parser, "set=1\n\n").get(0));
    }

    @Test
    void whatIsNoRequestAtAllHangsUp() {
        for (var text : List.of("\n", "foo=1\n", "get=2\n", "set=1\r\n", "GET=1\n", "get=1 \n", "set=1 \n")) {
            var parser = new UapiParser();
            var requests = requests(parser, text + "get=1\n\n");
            assertEquals(1, requests.size(), text);
            assertInstanceOf(Hangup.class, requests.get(0), text);
            assertNull(parser.end());
        }
    }

    @Test
    void aGetWithoutItsEmptyLineIsInvalidAndThenHangsUp() {
        var requests = requests(new UapiParser(), "get=1\nx\n\n");
        assertEquals(2, requests.size());
        assertEquals(-22, errno(requests.get(0)));
        assertInstanceOf(Hangup.class, requests.get(1));
    }

    @Test
    void requestsOfOurOwnEndWithAnEmptyLine() {
        assertEquals(
                List.of(
                        new UapiParser.Stats(),
                        new UapiParser.Status(0, Integer.MAX_VALUE),
                        new UapiParser.Status(500, 20),
                        new UapiParser.Events()),
                requests(new UapiParser(), "stats=1\n\nstatus=1\n\nstatus=1\nlimit=20\noffset=500\n\nevents=1\n\n"));
        for (var word : List.of("stats", "status", "events", "capture")) {
            var parser = new UapiParser();
            assertEquals(List.of(), requests(parser, word + "=1\n"));
            assertTrue(parser.midway());
            assertNull(parser.end(), "a half is none");
        }
        for (var text :
                List.of("stats=1\r\n", "status=2\n", "status=12\n", "stats=1\nget=1\n", "events=1\nlimit=1\n")) {
            assertInstanceOf(Hangup.class, requests(new UapiParser(), text).getLast(), text);
        }
    }

    @Test
    void aPageOfAStatusIsTwoNumbers() {
        for (var line : List.of("offset=-1", "limit=", "limit=x", "offset=9999999999", "peers=3", "limit=1\r")) {
            var requests = requests(new UapiParser(), "status=1\n" + line + "\nlimit=3\n\nget=1\n\n");
            assertEquals(-22, errno(requests.get(0)), line);
            assertInstanceOf(Get.class, requests.get(1), line);
            assertEquals(2, requests.size(), line);
        }
    }

    @Test
    void aCaptureIsReadAsItIsWritten() {
        var usual = CaptureRequest.usual();
        var other = new CaptureRequest(true, "laptop=1", 96, 3600, 4096);
        assertEquals(
                List.of(new UapiParser.Capture(usual), new UapiParser.Capture(usual), new UapiParser.Capture(other)),
                requests(new UapiParser(), "capture=1\n\n" + usual.text() + other.text()));
        for (var line : List.of(
                "snaplen=0",
                "snaplen=65536",
                "snaplen=",
                "seconds=0",
                "seconds=3601",
                "bytes=4095",
                "bytes=9999999999999999999",
                "wire=yes",
                "file=x",
                "peer")) {
            var requests = requests(new UapiParser(), "capture=1\n" + line + "\nwire=1\n\nget=1\n\n");
            assertEquals(-22, errno(requests.get(0)), line);
            assertInstanceOf(Get.class, requests.get(1), line);
            assertEquals(2, requests.size(), line);
        }
        assertThrows(IllegalArgumentException.class, () -> new CaptureRequest(false, "a\nb", 96, 1, 4096));
    }

    @Test
    void theRestOfABadSetEndsAtARequestOfOurOwn() {
        for (var word : List.of("stats", "status", "events", "capture")) {
            var requests = requests(new UapiParser(), "set=1\nbogus\nlisten_port=1\n" + word + "=1\n\n");
            assertEquals(2, requests.size(), word);
            assertEquals(-71, errno(requests.get(0)), word);
        }
    }

    @Test
    void theEndOfTheStreamCompletesASetButNothingElse() {
        for (var text : List.of("", "get=1", "get=1\n", "set=1", "foo")) {
            var parser = new UapiParser();
            assertEquals(List.of(), requests(parser, text), text);
            assertNull(parser.end(), text);
        }
        var parser = new UapiParser();
        requests(parser, "set=1\npublic_key=" + A + "\npersistent_keepalive_interval=7");
        var update = assertInstanceOf(Set.class, parser.end()).update();
        assertEquals(7, update.peers().get(0).persistentKeepalive().getAsInt());
    }

    @Test
    void aLineMayBeAsLongAsWireguardGoReadsAndNotLonger() {
        var longest = "a=" + "b".repeat(UapiParser.MAX_LINE - 2);
        assertEquals(
                -22,
                errno(requests(new UapiParser(), "set=1\n" + longest + "\n\n").get(0)));
        assertEquals(
                -5,
                errno(requests(new UapiParser(), "set=1\n" + longest + "b\n\n").get(0)));
        var parser = new UapiParser();
        assertEquals(1, requests(parser, "set=1\n" + longest.repeat(5)).size());
        assertEquals(List.of(), requests(parser, longest + "\n" + longest.repeat(2) + "\n\n"));
        assertInstanceOf(Get.class, requests(parser, "get=1\n\n").get(0));
        assertInstanceOf(
                Hangup.class, requests(new UapiParser(), longest + "bc").get(0));
    }

    @Test
    void anEndlessSetIsRefusedBeforeItIsTooLarge() {
        for (var line : List.of("public_key=" + A + "\n", "allowed_ip=::/0\n", "preshared_key=" + B + "\n")) {
            var parser = new UapiParser(new UapiBudget(1 << 16));
            var chunk = line.repeat(100);
            assertEquals(List.of(), requests(parser, "set=1\npublic_key=" + A + "\n"));
            var answers = new ArrayList<Request>();
            for (int i = 0; i < 100; i++) {
                answers.addAll(requests(parser, chunk));
            }
            assertEquals(1, answers.size());
            assertEquals(-7, errno(answers.get(0)));
            assertInstanceOf(Set.class, requests(parser, "\nset=1\n\n").get(0));
        }
    }

    @Test
    void replacingAllowedIpsAgainAndAgainStaysLinear() {
        var parser = new UapiParser();
        var block = "allowed_ip=10.0.0.0/8\nreplace_allowed_ips=true\n".repeat(20_000);
        var update = ((Set) assertTimeout(
                        Duration.ofSeconds(5), () -> requests(parser, "set=1\npublic_key=" + A + "\n" + block + "\n")
                                .get(0)))
                .update();
        assertEquals(40_000, update.peers().get(0).allowedIps().size());
    }

    @Test
    void bytesAreWipedWhenTheyAreEaten() {
        var text = bytes("set=1\nprivate_key=" + B + "\npublic_key=" + A + "\npreshared_key=" + B);
        for (var buffer : List.of(
                ByteBuffer.wrap(text),
                ByteBuffer.allocateDirect(text.length).put(text).flip())) {
            try (var parser = new UapiParser()) {
                assertNull(parser.next(buffer));
                for (int i = 0; i < buffer.limit(); i++) {
                    assertTrue(buffer.get(i) == 0 || buffer.get(i) == '\n', "byte " + i);
                }
            }
        }
    }

    @Test
    void aReadOnlyBufferIsLeftAsItIs() {
        var text = bytes("get=1\n\n");
        assertInstanceOf(Get.class, new UapiParser().next(ByteBuffer.wrap(text).asReadOnlyBuffer()));
        assertEquals('g', text[0]);
    }

    //
    @Test
    void noMessageHoldsAValue() {
        var secret = "5e".repeat(32);
        for (var line : List.of(
                "private_key=" + secret + "00",
                secret,
                secret + "=1",
                "private_key" + secret + "=1",
                "public_key=" + A + "\npreshared_key=" + secret + "0",
                "public_key=" + A + "\nendpoint=" + secret,
                "public_key=" + A + "\nallowed_ip=" + secret,
                "public_key=" + A + "\nprivate_key=" + secret)) {
            var bad =
                    (Bad) requests(new UapiParser(), "set=1\n" + line + "\n\n").get(0);
            assertFalse(bad.reason().contains("5e5e"), bad.reason());
            assertFalse(bad.toString().contains("5e5e"), bad.toString());
        }
        var good = requests(
                        new UapiParser(),
                        "set=1\nprivate_key=" + secret + "\npublic_key=" + A + "\npreshared_key=" + secret + "\n\n")
                .get(0);
        assertFalse(good.toString().contains("5e5e"), good.toString());
    }

    @Test
    void onlyPlainWordsAreNamedAsUnknownKeys() {
        var bad = (Bad) requests(new UapiParser(), "set=1\nlisten_prt=1\n\n").get(0);
        assertEquals("unknown device key listen_prt", bad.reason());
    }

    //
    @ParameterizedTest
    @ValueSource(ints = {1, 22, 23, 24, 999, 1000, 1001, 100_000})
    void anyNumberOfPeersFitsInOneSet(int count) {
        var text = bytes(manyPeers(count));
        var device = new TestDevice();
        var cpu = ManagementFactory.getThreadMXBean(); // not the clock: the machine may be busy
        long start = cpu.getCurrentThreadCpuTime();
        var parser = new UapiParser();
        var requests = new ArrayList<Request>();
        for (int at = 0; at < text.length; at += 65536) {
            var buffer = ByteBuffer.wrap(text, at, Math.min(65536, text.length - at));
            for (var request = parser.next(buffer); request != null; request = parser.next(buffer)) {
                requests.add(request);
            }
        }
        long millis = (cpu.getCurrentThreadCpuTime() - start) / 1_000_000;
        assertEquals(1, requests.size());
        var update = ((Set) requests.get(0)).update();
        assertEquals(count, update.peers().size());
        assertTrue(millis < 2000, millis + " ms");
        if (count == 100_000) {
            System.out.println("UAPI set of 100000 peers parsed in " + millis + " ms of CPU");
        }
        if (count <= 1001) {
            device.apply(update);
            assertEquals(count, device.size());
            assertEquals(count, occurrences(device.answer(new UapiParser(), bytes("get=1\n\n"), 100, true)));
        }
    }

    static String manyPeers(int count) {
        var text = new StringBuilder(250 * count + 100).append("set=1\nreplace_peers=true\n");
        for (int i = 0; i < count; i++) {
            text.append("public_key=").append(String.format("%08x", i)).append("ab".repeat(28));
            text.append("\nreplace_allowed_ips=true\nendpoint=192.0.2.1:").append(i & 0xffff);
            text.append("\nallowed_ip=10.")
                    .append(i >> 16)
                    .append('.')
                    .append(i >> 8 & 255)
                    .append('.');
            text.append(i & 255).append("/32\nallowed_ip=fd00::").append(Integer.toHexString(i & 0xffff));
            text.append("/128\npersistent_keepalive_interval=25\n");
        }
        return text.append('\n').toString();
    }

    private static int occurrences(String answer) {
        return (int) answer.lines().filter(l -> l.startsWith("public_key=")).count();
    }

    @Test
    void nothingAClientSendsBreaksTheParser() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var words = List.of(
                "set=1\n",
                "get=1\n",
                "\n",
                "public_key=" + A,
                "private_key=" + B,
                "\r",
                "=",
                "allowed_ip=",
                "-",
                "10.0.0.0/8",
                "::/0",
                "endpoint=",
                "[fe80::1%lo]:5",
                "1.2.3.4:5",
                "remove=true",
                "update_only=true",
                "replace_peers=true",
                "replace_allowed_ips=true",
                "preshared_key=" + B,
                "\0",
                "\u00ff",
                "true",
                "fwmark=",
                "listen_port=",
                "12345",
                "protocol_version=1",
                "persistent_keepalive_interval=",
                "x".repeat(300));
        for (int round = 0; round < 1500; round++) {
            var text = new StringBuilder(random.nextInt(4) > 0 ? "set=1\n" : "");
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(words.get(random.nextInt(words.size())));
                text.append(random.nextInt(3) > 0 ? "\n" : "");
            }
            var whole = new TestDevice().answer(new UapiParser(), bytes(text.toString()), 1 << 20, true);
            var pieces = new TestDevice().answer(new UapiParser(), bytes(text.toString()), 1 + random.nextInt(9), true);
            assertEquals(whole, pieces, "seed " + seed);
        }
    }

    // S15.8: what replaces what was given before costs as much as what it replaces.
    @Test
    void aKeyGivenOverAndOverIsTooMuchOnce() {
        var text = "set=1\n" + ("private_key=" + "1".repeat(64) + "\n").repeat(1000) + "\n";
        assertEquals(
                -7,
                errno(requests(new UapiParser(new UapiBudget(1 << 16)), text).get(0)));
    }

    @Test
    void allClientsTogetherHoldNoMoreThanTheirBudget() {
        var budget = new UapiBudget(1 << 16);
        var peers = new StringBuilder("set=1\n");
        for (int i = 0; i < 300; i++)
            peers.append("public_key=").append("%064x".formatted(i)).append('\n');
        var first = new UapiParser(budget);
        assertEquals(1, requests(first, peers + "\n").size());
        try (var second = new UapiParser(budget)) {
            assertEquals(-12, errno(requests(second, peers + "\n").get(0)));
            second.answered();
            first.answered(); // the change is applied
            assertInstanceOf(
                    UapiParser.Set.class, requests(second, peers + "\n").get(0));
        }
        // A client that goes in the middle gives back what it held.
        var third = new UapiParser(budget);
        assertNull(third.next(ByteBuffer.wrap(peers.toString().getBytes(StandardCharsets.US_ASCII))));
        third.close();
        assertInstanceOf(
                UapiParser.Set.class,
                requests(new UapiParser(budget), peers + "\n").get(0));
    }
}
