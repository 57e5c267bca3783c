package dev.warren.app.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.app.cli.Terminal;
import dev.warren.app.cli.WgText;
import dev.warren.routing.ip.IpAddress;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is printed of a status with fixed figures.
class ExplanationTest {
    private static final Instant NOW = Instant.parse("2026-11-29T10:01:04Z");

    private static JsonObject peer(String key, String... allowedIps) {
        return new JsonObject()
                .put("publicKey", key + "A".repeat(43 - key.length()) + "=")
                .put("allowedIps", new JsonArray(java.util.List.of(allowedIps)))
                .put("online", false)
                .put("receivedBytes", 0L)
                .put("sentBytes", 0L)
                .put("handshakes", 0L)
                .put("initiations", 0L)
                .put("handshakesFailed", new JsonObject())
                .put("loss", 0.0)
                .put("drops", new JsonObject());
    }

    private static JsonObject status(JsonObject... peers) {
        return new JsonObject()
                .put("interface", "wg0")
                .put("up", true)
                .put("publicKey", "key")
                .put("listenPort", 51820)
                .put("counters", new JsonObject())
                .put("peerCount", peers.length)
                .put("peers", new JsonArray(java.util.List.of(peers)));
    }

    private static String cause(JsonObject peer) {
        return new Explanation(status(peer), NOW).cause(peer);
    }

    @Test
    void theLongestPrefixOwnsAnAddress() {
        var explanation = new Explanation(
                status(peer("wide", "0.0.0.0/0", "::/0"), peer("net", "10.8.0.0/24"), peer("host", "10.8.0.2/32")),
                NOW);
        assertOwner(explanation, "10.8.0.2", "host", "10.8.0.2/32");
        assertOwner(explanation, "10.8.0.3", "net", "10.8.0.0/24");
        assertOwner(explanation, "192.0.2.1", "wide", "0.0.0.0/0");
        assertOwner(explanation, "fd00::1", "wide", "::/0");
        assertNull(new Explanation(status(peer("v4", "0.0.0.0/0")), NOW).owner(IpAddress.parse("fd00::1")));
        assertNotNull(explanation.peer("host"), "the beginning of a key is enough");
        assertNull(explanation.peer("h"));
    }

    private static void assertOwner(Explanation explanation, String address, String key, String prefix) {
        var owner = explanation.owner(IpAddress.parse(address));
        assertNotNull(owner);
        assertTrue(owner.peer().getString("publicKey").startsWith(key), address);
        assertEquals(prefix, String.valueOf(owner.prefix()));
    }

    @ParameterizedTest
    @CsvSource({
        "handshake.drop.psk-mismatch,preshared keys differ",
        "handshake.drop.replayed-timestamp,clock went back",
        "peer.drop.routing-loop,routes the encrypted packets into the tunnel",
    })
    void aReasonIsTheCause(String label, String words) {
        var peer = peer("p").put("endpoint", "192.0.2.1:1").put("drops", new JsonObject().put(label, 3));
        assertTrue(cause(peer).contains(words), cause(peer));
    }

    @Test
    void withoutAReasonTheHandshakesTell() {
        assertTrue(cause(peer("p")).contains("no endpoint here and has never come"));
        var silent = peer("p").put("endpoint", "192.0.2.1:1").put("initiations", 4L);
        assertTrue(cause(silent).startsWith("192.0.2.1:1 has never answered: the address or port is wrong"));
        silent.put("lastHandshake", "2026-11-29T09:00:00Z")
                .put("handshakesFailed", new JsonObject().put("no-answer", 1L));
        assertTrue(cause(silent).startsWith("192.0.2.1:1 does not answer any more"));
        var idle = peer("p").put("endpoint", "192.0.2.1:1").put("lastHandshake", "2026-11-29T09:00:00Z");
        assertTrue(cause(idle).startsWith("There was nothing to send"));
        assertTrue(cause(peer("p").put("endpoint", "192.0.2.1:1")).startsWith("Nothing has been sent"));
        var online = peer("p").put("online", true);
        assertTrue(cause(online).startsWith("It works"));
        online.put("drops", new JsonObject().put("peer.drop.source-not-owned", 2));
        assertTrue(cause(online).contains("2 packets of the peer came from addresses that are not in its allowed IPs"));
    }

    @Test
    void anInterfaceThatIsDownIsTheCauseOfAll() {
        var peer = peer("p").put("online", true);
        assertEquals(
                "wg0 is down: ip link set wg0 up", new Explanation(status(peer).put("up", false), NOW).cause(peer));
        assertTrue(new Explanation(status(peer).put("listenPort", 0), NOW)
                .cause(peer)
                .contains("not open"));
    }

    @Test
    void aHandshakeOfAnUnknownKeyIsToldOf() {
        var peer = peer("p");
        var status = status(peer).put("counters", new JsonObject().put("handshake.drop.unknown-peer", 1));
        assertTrue(new Explanation(status, NOW).cause(peer).endsWith("is this peer's public key right?"));
    }

    @Test
    void allOfAPeerIsSaid() {
        var peer = peer("p", "10.8.0.2/32")
                .put("name", "laptop")
                .put("endpoint", "192.0.2.7:51820")
                .put("lastHandshake", "2026-11-29T10:00:00Z")
                .put("online", true)
                .put("receivedBytes", 1240L)
                .put("sentBytes", 3L << 20)
                .put("handshakes", 2L)
                .put("initiations", 3L)
                .put("rttMicroseconds", 1234L)
                .put("loss", 0.005)
                .put("drops", new JsonObject().put("peer.drop.replayed", 4));
        var explanation = new Explanation(status(peer), NOW);
        var address = IpAddress.parse("10.8.0.2");
        assertEquals("""
                address: 10.8.0.2, owned by 10.8.0.2/32
                peer: laptop  pAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
                allowed ips: 10.8.0.2/32
                endpoint: 192.0.2.7:51820
                latest handshake: 1 minute, 4 seconds ago
                transfer: 1.21 KiB received, 3.00 MiB sent
                handshakes: 2 made, 3 initiations sent
                round trip: 1.2 ms
                loss: 0.50 %
                handshakes failed: none
                drops:
                  4  peer.drop.replayed: datagrams received before, or too old to know
                cause: It works: there was a handshake in the last 180 seconds.
                """, explanation.of(java.util.Objects.requireNonNull(explanation.owner(address)), address));
    }

    @Test
    void aTableHasOnlinePeersFirstAndNamesBeforeKeys() {
        var laptop = peer("p")
                .put("name", "laptop")
                .put("endpoint", "192.0.2.7:51820")
                .put("lastHandshake", "2026-11-29T10:00:00Z")
                .put("online", true)
                .put("receivedBytes", 1240L)
                .put("sentBytes", 3L << 20)
                .put("rttMicroseconds", 1234L)
                .put("loss", 0.12)
                .put("drops", new JsonObject().put("peer.drop.replayed", 4).put("peer.drop.bad-tag", 1));
        var table = new StatusTable(Terminal.NONE, StatusTable.Order.ONLINE);
        assertEquals("""
                interface: wg0, up, listening port 51820, peers 3, online 1
                  PEER       STATE    ENDPOINT         LATEST HANDSHAKE         RECEIVED      SENT     RTT  LOSS  DROPS
                  laptop     online   192.0.2.7:51820  1 minute, 4 seconds ago  1.21 KiB  3.00 MiB  1.2 ms  12 %  5, most replayed
                  zoo        offline  -                never                         0 B       0 B       -     -  -
                  keyAAAAA…  offline  -                never                         0 B       0 B       -     -  -
                """, table.text(status(peer("key"), peer("z").put("name", "zoo"), laptop), null, NOW, 9));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "1023,1023 B",
        "1024,1.00 KiB",
        "1240,1.21 KiB",
        "1048576,1.00 MiB",
        "1073741824,1.00 GiB",
        "5497558138880,5.00 TiB",
        "9007199254740992,8192.00 TiB"
    })
    void bytesAreThoseOfWg(long bytes, String text) {
        assertEquals(text, WgText.bytes(bytes));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;now",
                "1;1 second ago",
                "64;1 minute, 4 seconds ago",
                "3600;1 hour ago",
                "90061;1 day, 1 hour, 1 minute, 1 second ago",
                "63072002;2 years, 2 seconds ago",
                "-1;in the future: the clock was set back"
            })
    void timesAreThoseOfWg(long seconds, String text) {
        assertEquals(text, WgText.ago(seconds));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'type':'interface-up';interface up",
                "'type':'peer-offline','publicKey':'k','peer':'a','reason':'no handshake';a  offline: no handshake",
                "'type':'endpoint-changed','publicKey':'k','from':'x:1','to':'y:2';k  endpoint changed from x:1 to y:2",
                "'type':'rekeyed','publicKey':'k','role':'initiator';k  rekeyed: role initiator",
                "'type':'handshake-failed','reason':'mac1','source':'x:1';handshake failed: mac1, from x:1",
                "'type':'peer-added','publicKey':'k','by':'uapi','missed':3;k  added by uapi (3 events before it are not shown)"
            },
            quoteCharacter = '"')
    void anEventIsALine(String fields, String what) {
        var event = new JsonObject(
                ("{'time':'2026-11-29T10:00:00.123Z','interface':'wg0'," + fields + "}").replace('\'', '"'));
        assertEquals("2026-11-29 10:00:00  wg0  " + what, EventLine.of(event, ZoneOffset.UTC));
    }
}
