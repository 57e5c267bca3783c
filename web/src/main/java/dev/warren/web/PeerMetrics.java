package dev.warren.web;

import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.PeerCounter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The metrics of peers for Prometheus. Above a number of peers only the busiest are told apart.
final class PeerMetrics {
    private static final Unit PACKETS = new Unit("packets");
    private static final Unit DATAGRAMS = new Unit("datagrams");

    private final int labelledPeers;
    private final int busiest;

    /// @param labelledPeers up to so many peers of an interface each has figures of its own
    /// @param busiest of more peers, so many have
    PeerMetrics(int labelledPeers, int busiest) {
        this.labelledPeers = labelledPeers;
        this.busiest = busiest;
    }

    private record Labelled(Labels labels, PeerSnapshot peer) {}

    void add(MetricSnapshots.Builder all, List<DeviceSnapshot> devices) {
        var peers = new ArrayList<Labelled>();
        for (var device : devices) {
            for (var peer : shown(device)) {
                var key = peer.publicKey().toBase64();
                var name = peer.name() == null ? key : peer.name();
                peers.add(new Labelled(Labels.of("interface", device.name(), "peer", name, "public_key", key), peer));
            }
        }
        if (peers.isEmpty()) return;
        Map<String, Total> totals = new LinkedHashMap<>();
        totals.put("warren_peer_receive_bytes", new Total(PeerCounter.RX_BYTES, Unit.BYTES));
        totals.put("warren_peer_transmit_bytes", new Total(PeerCounter.TX_BYTES, Unit.BYTES));
        totals.put("warren_peer_receive_packets", new Total(PeerCounter.RX_PACKETS, PACKETS));
        totals.put("warren_peer_transmit_packets", new Total(PeerCounter.TX_PACKETS, PACKETS));
        totals.put("warren_peer_receive_sent_datagrams", new Total(PeerCounter.RX_SENT, DATAGRAMS));
        totals.put("warren_peer_receive_arrived_datagrams", new Total(PeerCounter.RX_ARRIVED, DATAGRAMS));
        totals.put("warren_peer_receive_late_datagrams", new Total(PeerCounter.RX_LATE, DATAGRAMS));
        totals.put("warren_peer_handshakes", new Total(PeerCounter.HANDSHAKES, new Unit("handshakes")));
        totals.forEach((name, total) -> {
            var snapshot =
                    CounterSnapshot.builder().name(name).unit(total.unit).help(PrometheusText.sentence(total.counter));
            for (var each : peers) {
                snapshot.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(each.labels)
                        .value((double) each.peer.counters().of(total.counter))
                        .build());
            }
            all.metricSnapshot(snapshot.build());
        });
        peerGauge(
                all,
                "warren_peer_online",
                "Whether there was a handshake in the last 180 seconds.",
                peers,
                peer -> peer.online() ? 1 : 0);
        peerGauge(
                all,
                "warren_peer_last_handshake_timestamp_seconds",
                "Time of the last handshake since the Unix epoch, 0 for never.",
                peers,
                peer -> peer.lastHandshakeMillis() / 1000.0);
        peerGauge(
                all,
                "warren_peer_handshake_rtt_seconds",
                "The last round trip that a handshake showed; -1 if none did.",
                peers,
                peer -> peer.rttNanos() < 0 ? -1 : peer.rttNanos() / 1e9);
        peerGauge(
                all,
                "warren_peer_rtt_seconds",
                "Round trips smoothed over the last handshakes; -1 if none showed one.",
                peers,
                peer -> peer.smoothedRttNanos() < 0 ? -1 : peer.smoothedRttNanos() / 1e9);
        peerGauge(
                all,
                "warren_peer_persistent_keepalive_seconds",
                "Interval of the keepalives that hold the peer's path open, 0 when off.",
                peers,
                PeerSnapshot::persistentKeepalive);
        peerGauge(all, "warren_peer_staged_packets", "Packets that wait for a session.", peers, PeerSnapshot::staged);
        peerDrops(all, peers);
    }

    private record Total(PeerCounter counter, Unit unit) {}

    private List<PeerSnapshot> shown(DeviceSnapshot device) {
        if (device.peers().size() <= labelledPeers) return device.peers();
        return device.peers().stream()
                .sorted(Comparator.comparingLong(PeerMetrics::traffic).reversed())
                .limit(busiest)
                .toList();
    }

    private static long traffic(PeerSnapshot peer) {
        return peer.counters().of(PeerCounter.RX_BYTES) + peer.counters().of(PeerCounter.TX_BYTES);
    }

    private static void peerGauge(
            MetricSnapshots.Builder all,
            String name,
            String help,
            List<Labelled> peers,
            ToDoubleFunction<PeerSnapshot> value) {
        var gauge = GaugeSnapshot.builder().name(name).help(help);
        for (var each : peers) {
            gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(each.labels)
                    .value(value.applyAsDouble(each.peer))
                    .build());
        }
        all.metricSnapshot(gauge.build());
    }

    /// Reasons that a peer has met: most never do, and a series for each would be thirty for every peer.
    private static void peerDrops(MetricSnapshots.Builder all, List<Labelled> peers) {
        var drops = CounterSnapshot.builder()
                .name("warren_peer_drop_packets")
                .unit(PACKETS)
                .help("Packets and messages of a peer that were dropped, by reason.");
        for (var each : peers) {
            for (var counter : PeerCounter.values()) {
                long value = each.peer.counters().of(counter);
                if (!counter.isDrop() || value == 0) continue;
                drops.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(each.labels.merge(Labels.of("reason", counter.label())))
                        .value((double) value)
                        .build());
            }
        }
        all.metricSnapshot(drops.build());
    }
}
