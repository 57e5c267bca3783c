package dev.warren.bench.storm;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Verdict;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.ResponseMessage;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The storm against a responder that is known to be right, or known to be wrong.
final class StormTest {
    private static final int PEERS = 100;
    private static final int ROUNDS = 2;
    private static final int WINDOW = 50;

    /// What a storm of all initiations came to.
    private record Outcome(
            int sent, long answered, long lost, long cookies, long strange, int sampled, long verified) {}

    private static Outcome storm(Responder responder, long patience) throws Exception {
        try (var initiations = Initiations.prepare(responder.publicKey(), 0, PEERS, ROUNDS, false);
                var loop = new ClosedLoop(initiations, responder::connect, WINDOW, patience)) {
            assertFalse(loop.run(HOURS.toNanos(1)), "time was up");
            loop.drain();
            long verified = loop.samples().entrySet().stream()
                    .filter(sample -> initiations.verify(sample.getKey(), sample.getValue()))
                    .count();
            return new Outcome(
                    loop.sent(),
                    loop.answered(),
                    loop.lost(),
                    loop.cookies(),
                    loop.strange(),
                    loop.samples().size(),
                    verified);
        }
    }

    @Test
    void everyInitiationIsGoodAndItsResponseIsVerified() throws Exception {
        try (var responder = new Responder((_, response) -> response)) {
            // Places 0, 97 and 194 are samples.
            assertEquals(new Outcome(200, 200, 0, 0, 0, 3, 3), storm(responder, HOURS.toNanos(1)));
            assertEquals(Collections.nCopies(PEERS * ROUNDS, Verdict.OK), responder.verdicts);
        }
    }

    @Test
    void whatIsNotAnsweredIsLost() throws Exception {
        try (var responder = new Responder((n, response) -> n % 10 == 0 ? null : response)) {
            var outcome = storm(responder, MILLISECONDS.toNanos(500));
            assertEquals(200, outcome.sent);
            assertEquals(180, outcome.answered);
            assertEquals(20, outcome.lost);
        }
    }

    @Test
    void aForgedResponseIsFoundOut() throws Exception {
        try (var responder = new Responder((_, response) -> {
            response[ResponseMessage.NOTHING] ^= 1;
            return response;
        })) {
            assertEquals(new Outcome(200, 200, 0, 0, 0, 3, 0), storm(responder, HOURS.toNanos(1)));
        }
    }

    @Test
    void aResponseThatNobodyWaitsForDoesNotCount() throws Exception {
        try (var responder = new Responder((_, response) -> {
            response[ResponseMessage.RECEIVER + 3] ^= 1;
            return response;
        })) {
            var outcome = storm(responder, MILLISECONDS.toNanos(500));
            assertEquals(0, outcome.answered);
            assertEquals(200, outcome.lost);
            assertEquals(200, outcome.strange);
        }
    }

    @Test
    void whoAsksForACookieGetsIt() throws Exception {
        try (var responder = new Responder((_, response) -> response)) {
            responder.underLoad();
            // Each peer has its own, and uses it in the second round.
            // Samples of the first round are 0 and 97, of the second 194.
            assertEquals(new Outcome(200, PEERS, 0, PEERS, 0, 1, 1), storm(responder, HOURS.toNanos(1)));
            assertEquals(PEERS, Collections.frequency(responder.verdicts, Verdict.COOKIE_SENT));
        }
    }

    @Test
    void noMoreThanTheWindowIsUnanswered() throws Exception {
        try (var responder = new Responder((_, _) -> null);
                var initiations = Initiations.prepare(responder.publicKey(), 0, PEERS, ROUNDS, false);
                var loop = new ClosedLoop(initiations, responder::connect, WINDOW, HOURS.toNanos(1))) {
            assertTrue(loop.run(MILLISECONDS.toNanos(200)), "all were sent");
            assertEquals(WINDOW, loop.sent());
        }
    }

    @Test
    void aFloodIsAlwaysSignedAndNeverTheSame() throws Exception {
        try (var responder = new Responder((_, response) -> response);
                var peers = Initiations.prepare(responder.publicKey(), 0, 5, 2, false);
                var strangers = Initiations.prepare(responder.publicKey(), Initiator.FIRST_STRANGER, 5, 1, false);
                var loop = new OpenLoop(peers, strangers, responder.connect())) {
            while (responder.verdicts.size() < 60) loop.run(1000, MILLISECONDS.toNanos(10));
            assertFalse(responder.verdicts.contains(Verdict.MAC1_INVALID), responder.verdicts::toString);
            // Ten of peers and ten of strangers at first; then those of peers are replays.
            assertEquals(
                    Collections.nCopies(20, Verdict.OK),
                    responder.verdicts.subList(0, 20).stream()
                            .map(verdict -> verdict == Verdict.OLD_TIMESTAMP ? Verdict.OK : verdict)
                            .toList());
            assertEquals(Verdict.OLD_TIMESTAMP, responder.verdicts.get(20));
            var different = new HashSet<String>();
            for (var message : responder.received) different.add(new String(message, StandardCharsets.ISO_8859_1));
            assertEquals(responder.received.size(), different.size());
        }
    }

    @Test
    void whatIsForgedIsSignedAndDoesNotAuthenticate() throws Exception {
        try (var responder = new Responder((_, response) -> response);
                var peers = Initiations.prepare(responder.publicKey(), 0, 5, 1, true);
                var others = Initiations.prepare(responder.publicKey(), 0, 5, 1, true);
                var loop = new OpenLoop(peers, others, responder.connect())) {
            while (responder.verdicts.size() < 60) loop.run(1000, MILLISECONDS.toNanos(10));
            assertEquals(Set.of(Verdict.DECRYPT_FAILED), Set.copyOf(responder.verdicts));
        }
    }

    @Test
    void theConfigurationNamesTheInitiators() {
        try (var suite = Suite.open(Suite.Choice.AUTO)) {
            var lines = Initiator.configuration(300, suite).lines().toList();
            assertEquals(900, lines.size());
            try (var last = Initiator.identity(299, suite)) {
                assertEquals("PublicKey = " + last.publicKey().toBase64(), lines.get(898));
            }
            assertEquals("AllowedIPs = 10.64.1.43/32", lines.get(899));
            assertEquals(601, new HashSet<>(lines).size(), "[Peer], and two different lines for each");
        }
    }

    @Test
    void manyPeersAreOneRequest() {
        var lines = new String(ManyPeers.request(1000, null), StandardCharsets.US_ASCII).split("\n", -1);
        assertEquals(1 + 3 * 1000 + 2, lines.length);
        assertEquals("set=1", lines[0]);
        assertEquals("allowed_ip=10.0.3.231/32", lines[3000]);
        assertEquals("", lines[3001]);
        assertEquals(
                64,
                lines[1].toLowerCase(Locale.ROOT)
                        .substring("public_key=".length())
                        .length());
    }
}
