package dev.warren.app.command;

import static java.util.stream.Collectors.toMap;

import dev.warren.app.cli.WgText;
import dev.warren.host.InterfaceName;
import dev.warren.io.counters.Counter;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.counters.PeerCounter;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the status of an interface says of a peer or an address, and why it does not work if it does not.
final class Explanation {
    private static final Map<String, String> SENTENCES =
            DeviceCounters.catalogue().stream().collect(toMap(Counter::label, Counter::sentence));

    /// A peer, and the prefix of it that an address is in.
    record Owner(JsonObject peer, @Nullable IpPrefix prefix) {}

    private final JsonObject status;
    private final Instant now;

    Explanation(JsonObject status, Instant now) {
        this.status = status;
        this.now = now;
    }

    /// The peer with the longest prefix around an address; null: none has one.
    @Nullable
    Owner owner(IpAddress address) {
        Owner best = null;
        int bits = -1;
        for (var peer : peers()) {
            for (var text : peer.getJsonArray("allowedIps")) {
                var prefix = IpPrefix.parse((String) text);
                if (prefix.family() != address.family() || prefix.bits() <= bits || !prefix.contains(address)) continue;
                best = new Owner(peer, prefix);
                bits = prefix.bits();
            }
        }
        return best;
    }

    /// The peer with a name, a public key or the beginning of one that no other has; null: none.
    @Nullable
    Owner peer(String word) {
        var named = peers().stream()
                .filter(peer -> word.equals(peer.getString("name")) || word.equals(peer.getString("publicKey")))
                .toList();
        if (named.isEmpty()) {
            named = peers().stream()
                    .filter(peer ->
                            word.length() >= 4 && peer.getString("publicKey").startsWith(word))
                    .toList();
        }
        return named.size() == 1 ? new Owner(named.getFirst(), null) : null;
    }

    private List<JsonObject> peers() {
        var peers = new ArrayList<JsonObject>();
        for (var each : status.getJsonArray("peers")) peers.add((JsonObject) each);
        return peers;
    }

    /// What is to be said of an address that no peer owns.
    String nobody(IpAddress address) {
        return field("address", address + ", which no peer owns")
                + field(
                        "cause",
                        "No peer of " + status.getString("interface") + " has " + address
                                + " in its allowed IPs, so packets to it are dropped: add it to those of the peer that has it.");
    }

    String of(Owner owner, @Nullable IpAddress address) {
        var peer = owner.peer();
        var text = new StringBuilder();
        if (address != null) text.append(field("address", address + ", owned by " + owner.prefix()));
        var name = peer.getString("name");
        text.append(
                field("peer", (name == null ? "" : InterfaceName.shown(name) + "  ") + peer.getString("publicKey")));
        text.append(field("allowed ips", allowedIps(peer)));
        text.append(field("endpoint", peer.getString("endpoint", "not known")));
        text.append(field("latest handshake", StatusTable.handshake(peer, now)));
        text.append(field(
                "transfer",
                WgText.bytes(peer.getLong("receivedBytes")) + " received, " + WgText.bytes(peer.getLong("sentBytes"))
                        + " sent"));
        text.append(field(
                "handshakes",
                peer.getLong("handshakes") + " made, " + peer.getLong("initiations") + " initiations sent"));
        text.append(field("round trip", StatusTable.rtt(peer)));
        text.append(field("loss", StatusTable.loss(peer)));
        var failed = new TreeMap<String, Long>();
        var dropped = new TreeMap<String, Long>();
        long unanswered = unanswered(peer);
        if (unanswered > 0) failed.put(PeerCounter.NO_ANSWER.label(), unanswered);
        var drops = peer.getJsonObject("drops");
        for (var label : drops.fieldNames()) {
            (label.startsWith("handshake.") ? failed : dropped).put(label, drops.getLong(label));
        }
        text.append(counters("handshakes failed", failed)).append(counters("drops", dropped));
        return text.append(field("cause", cause(peer))).toString();
    }

    private static String allowedIps(JsonObject peer) {
        var prefixes = new ArrayList<String>();
        for (var each : peer.getJsonArray("allowedIps")) prefixes.add((String) each);
        return prefixes.isEmpty() ? "(none)" : String.join(", ", prefixes);
    }

    private static String field(String name, String value) {
        return name + ": " + value + "\n";
    }

    private static String counters(String title, Map<String, Long> counters) {
        if (counters.isEmpty()) return field(title, "none");
        var text = new StringBuilder(title).append(":\n");
        counters.forEach((label, count) -> text.append("  ")
                .append(count)
                .append("  ")
                .append(label)
                .append(": ")
                .append(SENTENCES.getOrDefault(label, "of another version of this program"))
                .append('\n'));
        return text.toString();
    }

    /// The one most likely reason why packets do not get through, or that they do. Counters never go back, so of a peer
    /// that is online only those of its packets matter, not those of handshakes that failed before.
    String cause(JsonObject peer) {
        var device = status.getString("interface");
        if (!status.getBoolean("up")) return device + " is down: ip link set " + device + " up";
        if (!status.containsKey("publicKey")) return device + " has no private key, so no handshake can be made.";
        if (status.getInteger("listenPort") == 0) {
            return "The UDP sockets of " + device + " are not open: the log says why, often a port that is in use.";
        }
        if (drops(peer, PeerCounter.DROP_ROUTING_LOOP) > 0) {
            return "This host routes the encrypted packets into the tunnel: the endpoint is in the allowed IPs."
                    + " Give the endpoint a route outside of it.";
        }
        return StatusTable.online(peer) ? online(peer) : offline(peer);
    }

    private static String online(JsonObject peer) {
        long foreign = drops(peer, PeerCounter.DROP_SOURCE_NOT_OWNED);
        if (foreign > 0) {
            return "The tunnel works, but " + foreign + (foreign == 1 ? " packet" : " packets")
                    + " of the peer came from"
                    + " addresses that are not in its allowed IPs here and were dropped: add them, or masquerade there.";
        }
        return "It works: there was a handshake in the last 180 seconds.";
    }

    private String offline(JsonObject peer) {
        if (drops(peer, PeerCounter.DROP_PSK_MISMATCH) > 0) {
            return "The preshared keys differ, or only one side has one.";
        }
        if (drops(peer, PeerCounter.DROP_OLD_TIMESTAMP) > 0) {
            return "The peer's clock went back, or its key is used twice: its initiations are older than the last one."
                    + " Set its clock, or let it in: warren reset-timestamp "
                    + status.getString("interface") + " " + peer.getString("publicKey");
        }
        var endpoint = peer.getString("endpoint");
        boolean never = !peer.containsKey("lastHandshake");
        if (endpoint == null) {
            return "The peer has no endpoint here and has never come: let it begin, or give it one here." + strangers();
        }
        boolean unanswered = unanswered(peer) > 0 || drops(peer, PeerCounter.DROP_NO_ANSWER) > 0;
        if (unanswered || (never && peer.getLong("initiations") > 0)) {
            return endpoint + (never ? " has never answered" : " does not answer any more")
                    + ": the address or port is wrong, a firewall drops UDP, the peer is off, or it does not have our"
                    + " public key." + strangers();
        }
        return never
                ? "Nothing has been sent to the peer yet, and it has not come: send something, such as a ping."
                        + strangers()
                : "There was nothing to send for a while: the next packet makes a handshake. If the other side cannot"
                        + " begin, persistent-keepalive keeps the way open.";
    }

    /// Handshakes that no peer is known of may be the ones of this peer.
    private String strangers() {
        var counters = status.getJsonObject("counters");
        if (counters.getLong("handshake.drop.unknown-peer", 0L) > 0) {
            return " Somebody came with a key that no peer here has: is this peer's public key right?";
        }
        if (counters.getLong("handshake.drop.mac1-invalid", 0L) > 0) {
            return " Somebody came with another public key for us: does the peer have ours?";
        }
        return "";
    }

    private static long unanswered(JsonObject peer) {
        return peer.getJsonObject("handshakesFailed").getLong("no-answer", 0L);
    }

    private static long drops(JsonObject peer, PeerCounter counter) {
        return peer.getJsonObject("drops").getLong(counter.label(), 0L);
    }
}
