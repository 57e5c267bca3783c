package dev.warren.verticles.peer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.events.RouterEvents;
import dev.warren.verticles.loop.LogLimit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the log says of a peer that comes and goes, with the time as an argument.
class PresenceTest {
    private static final PublicKey KEY = PublicKey.of(new byte[32]);
    private static final Endpoint ENDPOINT = Endpoint.of(new InetSocketAddress("192.0.2.7", 51820));

    private final Presence presence =
            new Presence(new PeerRef(0, KEY, "laptop"), new PeerLog("wg7", RouterEvents.discarded("wg7")));

    @Test
    void aPeerIsOnlineUntilThereWasNoHandshakeForThreeMinutes() {
        var lines = logged(() -> {
            presence.established(ENDPOINT, false, -1, seconds(10));
            presence.established(ENDPOINT, false, -1, seconds(130)); // a rekey: nothing new
            assertEquals(seconds(310), presence.deadline());
            presence.advance(seconds(310) - 1);
        });
        assertEquals(List.of("(wg7) peer laptop (AAAA…AAAA): online, endpoint 192.0.2.7:51820"), lines);
        assertEquals(
                List.of("(wg7) peer laptop (AAAA…AAAA): offline, no handshake for 180 s"),
                logged(() -> presence.advance(seconds(310))));
        assertEquals(Long.MAX_VALUE, presence.deadline());
        assertEquals(List.of(), logged(() -> presence.ended("twice", seconds(400))));
        assertEquals(
                1,
                logged(() -> presence.established(null, false, -1, seconds(500)))
                        .size());
    }

    @Test
    void aNameIsNoWayToWriteLinesOfOnesOwn() {
        var odd = new PeerRef(0, KEY, "a\n(wg0) peer\u001b[2J\u202e");
        assertEquals("peer a?(wg0) peer?[2J? (AAAA…AAAA)", odd.toString());
        assertEquals("peer(AAAA…AAAA)", new PeerRef(0, KEY).toString());
    }

    @Test
    void aCrowdThatComesAtOnceGetsSomeLines() {
        var log = new PeerLog("wg7", RouterEvents.discarded("wg7"));
        var lines = logged(() -> {
            for (int i = 0; i < 10_000; i++)
                new Presence(new PeerRef(i, KEY), log).established(null, false, -1, seconds(1));
        });
        assertEquals(100, lines.size());
        lines = logged(() -> new Presence(new PeerRef(0, KEY), log).established(null, false, -1, seconds(3)));
        assertTrue(lines.getFirst().endsWith(" (9900 more were not logged)"), lines.toString());
    }

    @Test
    void aLimitIsForEachSecond() {
        var limit = new LogLimit(2);
        for (int second = 0; second < 3; second++) {
            assertTrue(limit.admit(seconds(second)) != null);
            assertTrue(limit.admit(seconds(second)) != null);
            assertNull(limit.admit(seconds(second)));
        }
    }

    private static long seconds(long seconds) {
        return SECONDS.toNanos(seconds);
    }

    /// The lines of the log, without their level.
    private static List<String> logged(Runnable work) {
        var before = System.err;
        var bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("(wg7)"))
                .map(line -> line.substring(line.indexOf("(wg7)")))
                .toList();
    }
}
