package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What `warren status`, `events` and `explain` say of a running router with a real peer.
@Tag("netns")
@OnlyWarren("wireguard-go has no commands")
class StatusTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void aPeerThatAnswersIsOnlineAndOneThatDoesNotIsExplained() {
        var pair = Pair.ready(lab, Pair.Outer.V4, Pair.Role.INITIATOR);
        var events = pair.a.spawn(Map.of(), "sh", "-c", Router.underTest() + " events wg0");
        // The first events may come before the command listens; a peer that is added tells that it does.
        var stranger = Keys.generate().publicKey();
        Poll.until(() -> "events: " + events.output() + events.errors(), Duration.ofSeconds(30), () -> {
            pair.warren.wg().set("peer", stranger, "remove");
            pair.warren.wg().set("peer", stranger, "allowed-ips", "10.9.0.99/32");
            return events.output().contains(stranger);
        });
        pair.speakFirst(Pair.Role.INITIATOR);
        Poll.until(() -> "events: " + events.output() + events.errors(), Duration.ofSeconds(10), () -> events.output()
                .contains("online at " + Pair.endpointB(Pair.Outer.V4)));

        var status = warren(pair.a, "status wg0");
        assertTrue(status.contains("peers 2, online 1"), status);
        assertTrue(status.contains(pair.keyB.publicKey().substring(0, 8) + "…  online"), status);
        assertTrue(status.contains(Pair.endpointB(Pair.Outer.V4)), status);
        var json = warren(pair.a, "status --json wg0");
        assertEquals(1, json.lines().count(), json);
        assertTrue(json.contains("\"publicKey\":\"" + pair.keyB.publicKey() + "\""), json);

        var works = warren(pair.a, "explain wg0 " + Pair.B4);
        assertTrue(works.contains("owned by " + Pair.B4 + "/32"), works);
        assertTrue(works.contains("cause: It works"), works);
        var lost = warren(pair.a, "explain wg0 10.9.0.99");
        assertTrue(lost.contains("no endpoint here and has never come"), lost);
        var nobody = warren(pair.a, "explain wg0 192.0.2.9");
        assertTrue(nobody.contains("no peer owns"), nobody);
    }

    private static String warren(Host host, String arguments) {
        return host.attempt("sh", "-c", Router.underTest() + " " + arguments)
                .orFail()
                .out();
    }
}
