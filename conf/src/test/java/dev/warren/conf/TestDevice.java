package dev.warren.conf;

import dev.warren.conf.uapi.UapiParser;
import dev.warren.conf.uapi.UapiWriter;
import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpPrefix;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A device that only remembers: applies updates by the rules in [DeviceUpdate] and [PeerUpdate], peers in the order of
/// their keys.
public final class TestDevice {
    private static final class Peer {
        final PublicKey key;

        @Nullable
        PresharedKey psk;

        @Nullable
        InetSocketAddress endpoint;

        int keepalive;
        final Set<IpPrefix> allowedIps = new LinkedHashSet<>();

        Peer(PublicKey key) {
            this.key = key;
        }
    }

    private @Nullable PrivateKey privateKey;
    private @Nullable PublicKey own;
    private int port;
    private int fwmark;
    private final TreeMap<String, Peer> peers = new TreeMap<>();

    public void apply(DeviceUpdate update) {
        if (update.privateKey() != null) {
            privateKey = update.privateKey().copy();
            try (var x25519 = new JavaX25519()) {
                own = privateKey.publicKey(x25519);
            }
            peers.remove(own.toHex());
        }
        port = update.listenPort().orElse(port);
        fwmark = update.fwmark().orElse(fwmark);
        if (update.replacePeers()) {
            peers.clear();
        }
        update.peers().forEach(this::apply);
    }

    private void apply(PeerUpdate update) {
        var name = update.publicKey().toHex();
        if (own != null && update.publicKey().equals(own)) {
            return;
        }
        if (update.remove()) {
            peers.remove(name);
            return;
        }
        if (update.updateOnly() && !peers.containsKey(name)) {
            return;
        }
        var peer = peers.computeIfAbsent(name, unknown -> new Peer(update.publicKey()));
        peer.psk =
                update.presharedKey() == null ? peer.psk : update.presharedKey().copy();
        peer.endpoint = update.endpoint() == null ? peer.endpoint : update.endpoint();
        peer.keepalive = update.persistentKeepalive().orElse(peer.keepalive);
        if (update.replaceAllowedIps()) {
            peer.allowedIps.clear();
        }
        for (var change : update.allowedIps()) {
            if (change.remove()) {
                peer.allowedIps.remove(change.prefix());
            } else {
                peers.values().forEach(p -> p.allowedIps.remove(change.prefix()));
                peer.allowedIps.add(change.prefix());
            }
        }
    }

    DeviceStatus status() {
        var status = new ArrayList<PeerStatus>();
        for (var peer : peers.values()) {
            status.add(new PeerStatus(
                    peer.key, peer.psk, peer.endpoint, 0, 0, 0, 0, peer.keepalive, List.copyOf(peer.allowedIps)));
        }
        return new DeviceStatus(privateKey, port, fwmark, status);
    }

    public int size() {
        return peers.size();
    }

    /// Answers everything in `bytes` as a socket would.
    public String answer(UapiParser parser, byte[] bytes, int chunk, boolean end) {
        var out = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; at += chunk) {
            var buffer = ByteBuffer.wrap(bytes, at, Math.min(chunk, bytes.length - at));
            for (var request = parser.next(buffer); request != null; request = parser.next(buffer)) {
                answer(request, out);
            }
        }
        var last = end ? parser.end() : null;
        if (last != null) {
            answer(last, out);
        }
        return out.toString(StandardCharsets.US_ASCII);
    }

    private void answer(UapiParser.Request request, ByteArrayOutputStream out) {
        switch (request) {
            case UapiParser.Get get -> {
                var writer = new UapiWriter(status());
                var chunk = new byte[UapiWriter.CHUNK];
                for (int n = writer.write(chunk); n > 0; n = writer.write(chunk)) {
                    out.write(chunk, 0, n);
                }
            }
            case UapiParser.Set set -> {
                apply(set.update());
                set.update().close();
                out.writeBytes(UapiWriter.status(0));
            }
            case UapiParser.Bad bad -> {
                apply(bad.before());
                bad.before().close();
                out.writeBytes(UapiWriter.status(bad.errno()));
            }
            case UapiParser.Stats _, UapiParser.Status _, UapiParser.Events _, UapiParser.Capture _ ->
                throw new AssertionError(request);
            case UapiParser.Hangup hangup -> {}
        }
    }
}
