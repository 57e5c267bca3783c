package dev.warren.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.counters.PeerCounter;
import dev.warren.verticles.metrics.MetricsVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Serves the dashboard with figures that are made up, to look at it in a browser:
/// `DashboardDemo [port [peers-of-the-first-interface [token]]]`.
public final class DashboardDemo {
    private DashboardDemo() {}

    /// @param args port (8080), peers of the first interface (3), token (none)
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
        int peers = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        var token = args.length > 2 ? new AccessToken(args[2].getBytes(UTF_8)) : null;
        var devices = List.of(new MadeUp("wg0", peers), new MadeUp("office", 12), new MadeUp("spare", 0));
        var vertx = Vertx.vertx();
        vertx.deployVerticle(new MetricsVerticle(() -> devices, MetricsVerticle.Options.standard("demo")))
                .await(10, SECONDS);
        vertx.deployVerticle(new WebVerticle(
                        () -> devices, new WebOptions("demo", "127.0.0.1", port, token, null, null, 1000, 50)))
                .await(10, SECONDS);
        vertx.setPeriodic(1000, _ -> devices.forEach(MadeUp::step));
        var random = new Random(5);
        vertx.setPeriodic(1500, _ -> {
            var device = devices.get(random.nextInt(2));
            vertx.eventBus().publish(Addresses.EVENTS, device.event(random));
        });
    }

    private static final class Peer {
        final @Nullable String name;
        final PublicKey key;
        final EnumMap<PeerCounter, Long> counters = new EnumMap<>(PeerCounter.class);
        final double pace;
        Endpoint endpoint;
        boolean online;
        long handshakeMillis;

        Peer(int number, Random random) {
            var bytes = new byte[PublicKey.LENGTH];
            random.nextBytes(bytes);
            key = PublicKey.of(bytes);
            name = number % 5 == 4 ? null : NAMES[number % NAMES.length] + "-" + (number + 1);
            online = random.nextInt(4) != 0;
            pace = random.nextInt(3) == 0 ? 0 : Math.pow(10, 2 + random.nextDouble() * 5);
            endpoint = number % 7 == 3
                    ? Endpoint.v6(0x20010db800000000L + number, random.nextLong(), 51820, 0)
                    : Endpoint.v4(random.nextInt(), 1024 + random.nextInt(60_000));
            handshakeMillis = online
                    ? System.currentTimeMillis() - random.nextInt(120_000)
                    : random.nextBoolean() ? 0 : System.currentTimeMillis() - random.nextLong(900_000_000L);
        }

        void step(Random random) {
            if (!online) return;
            if (System.currentTimeMillis() - handshakeMillis > 120_000) handshakeMillis = System.currentTimeMillis();
            add(PeerCounter.RX_BYTES, (long) (pace * (0.6 + 0.8 * random.nextDouble())));
            add(PeerCounter.TX_BYTES, (long) (pace * 0.3 * (0.2 + 1.6 * random.nextDouble())));
            if (pace > 1e6 && random.nextInt(8) == 0) add(PeerCounter.DROP_REPLAYED, random.nextInt(20));
        }

        private void add(PeerCounter counter, long more) {
            counters.merge(counter, more, Long::sum);
        }

        @SuppressWarnings("EnumOrdinal")
        PeerSnapshot snapshot(int number) {
            var counts = new long[PeerCounter.values().length];
            counters.forEach((counter, value) -> counts[counter.ordinal()] = value);
            var prefix =
                    IpPrefix.parse("10." + (number >> 16) + "." + (number >> 8 & 0xff) + "." + (number & 0xff) + "/32");
            return new PeerSnapshot(
                    name,
                    key,
                    handshakeMillis == 0 ? null : endpoint,
                    List.of(prefix),
                    online,
                    online,
                    handshakeMillis,
                    online ? 900_000L + number % 90 * 1_100_000L : -1,
                    online ? 950_000L + number % 90 * 1_100_000L : -1,
                    0,
                    number % 3 == 0 ? 25 : 0,
                    new PeerSnapshot.Counts(counts));
        }
    }

    private static final String[] NAMES = {"laptop", "phone", "server", "printer", "branch", "camera"};

    private static final class MadeUp implements DeviceControl {
        private final String name;
        private final List<Peer> peers = new ArrayList<>();
        private final Random random = new Random(3);
        private long tunDrops;

        MadeUp(String name, int count) {
            this.name = name;
            for (int i = 0; i < count; i++) peers.add(new Peer(i, random));
        }

        void step() {
            peers.forEach(peer -> peer.step(random));
            if (!peers.isEmpty() && random.nextInt(3) == 0) tunDrops += random.nextInt(40);
        }

        JsonObject event(Random chance) {
            var peer = peers.get(chance.nextInt(peers.size()));
            var event = new JsonObject()
                    .put("schema", 1)
                    .put("time", Instant.now().toString())
                    .put("interface", name)
                    .put("publicKey", peer.key.toBase64());
            if (peer.name != null) event.put("peer", peer.name);
            return switch (chance.nextInt(4)) {
                case 0 -> event.put("type", "rekeyed").put("role", "initiator").put("rttMicroseconds", 23_400);
                case 1 -> event.put("type", "peer-online").put("endpoint", peer.endpoint.toString());
                case 2 ->
                    event.put("type", "handshake-failed")
                            .put("reason", "no-answer")
                            .put("attempts", 18);
                default ->
                    event.put("type", "endpoint-changed")
                            .put("from", peer.endpoint.toString())
                            .put("to", "198.51.100.7:4242");
            };
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Future<Void> update(DeviceUpdate update, Origin origin) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<DeviceStatus> status() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<Map<String, Long>> counters() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<DeviceSnapshot> snapshot(int offset, int limit) {
            Map<String, Long> counters = new LinkedHashMap<>();
            for (var counter : DeviceCounters.catalogue()) counters.put(counter.label(), 0L);
            for (var peer : peers)
                peer.counters.forEach((counter, value) -> counters.merge(counter.label(), value, Long::sum));
            counters.put("tun.drop.no-route", tunDrops);
            counters.put("udp.drop.malformed", 17L);
            var page = new ArrayList<PeerSnapshot>();
            for (int i = offset; i < Math.min(peers.size(), offset + limit); i++)
                page.add(peers.get(i).snapshot(i));
            var key = new byte[PublicKey.LENGTH];
            key[0] = (byte) name.length();
            return Future.succeededFuture(new DeviceSnapshot(
                    name,
                    !peers.isEmpty(),
                    PublicKey.of(key),
                    peers.isEmpty() ? 0 : 51820,
                    0,
                    1420,
                    List.of(),
                    List.of(),
                    List.of(),
                    counters,
                    peers.size(),
                    page));
        }
    }
}
