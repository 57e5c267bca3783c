package dev.warren.web;

import dev.warren.io.counters.Counter;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.counters.PeerCounter;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Snapshots of interfaces as Prometheus text or OpenMetrics. Names and units follow the conventions of both:
/// `warren_peer_receive_bytes_total{interface="wg0",peer="laptop",public_key="..."}`.
///
/// Every counter of the catalogue is here: drops as `warren_drop_packets_total{reason=...}`, all else under its label
/// with underscores. Above a number of peers only the busiest are told apart, all of them are in the sums of the
/// interface.
final class PrometheusText {
    private static final Unit PACKETS = new Unit("packets");

    private final int labelledPeers;
    private final int busiest;

    /// @param labelledPeers up to so many peers of an interface each has figures of its own
    /// @param busiest of more peers, so many have
    PrometheusText(int labelledPeers, int busiest) {
        this.labelledPeers = labelledPeers;
        this.busiest = busiest;
    }

    /// Whether a client asks for OpenMetrics.
    static boolean openMetrics(String accept) {
        return accept.contains("application/openmetrics-text");
    }

    static String contentType(boolean openMetrics) {
        return writer(openMetrics).getContentType();
    }

    private static ExpositionFormatWriter writer(boolean openMetrics) {
        return openMetrics
                ? OpenMetricsTextFormatWriter.builder()
                        .setCreatedTimestampsEnabled(false)
                        .build()
                : PrometheusTextFormatWriter.builder()
                        .setIncludeCreatedTimestamps(false)
                        .build();
    }

    Buffer write(String version, double uptimeSeconds, List<DeviceSnapshot> devices, boolean openMetrics) {
        var out = new ByteArrayOutputStream(16 * 1024);
        try {
            writer(openMetrics).write(out, snapshots(version, uptimeSeconds, devices));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // to memory
        }
        return Buffer.buffer(out.toByteArray());
    }

    private MetricSnapshots snapshots(String version, double uptimeSeconds, List<DeviceSnapshot> devices) {
        var all = MetricSnapshots.builder();
        all.metricSnapshot(InfoSnapshot.builder()
                .name("warren_build")
                .help("The program.")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of("version", version))
                        .build())
                .build());
        all.metricSnapshot(GaugeSnapshot.builder()
                .name("warren_uptime_seconds")
                .help("Time since the program was started.")
                .unit(Unit.SECONDS)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(uptimeSeconds)
                        .build())
                .build());
        interfaces(all, devices);
        drops(all, devices);
        for (var counter : DeviceCounters.catalogue()) {
            if (!isDrop(counter)) counter(all, counter, devices);
        }
        peers(all, devices);
        return all.build();
    }

    private static boolean isDrop(Counter counter) {
        return counter.label().contains(".drop.");
    }

    private static void interfaces(MetricSnapshots.Builder all, List<DeviceSnapshot> devices) {
        gauge(all, "warren_interface_up", "Whether the link is up.", devices, device -> device.up() ? 1 : 0);
        gauge(all, "warren_interface_mtu_bytes", "MTU of the TUN.", devices, DeviceSnapshot::mtu);
        gauge(all, "warren_interface_listen_port", "UDP port, 0 when closed.", devices, DeviceSnapshot::port);
    }

    private static void gauge(
            MetricSnapshots.Builder all,
            String name,
            String help,
            List<DeviceSnapshot> devices,
            ToDoubleFunction<DeviceSnapshot> value) {
        var gauge = GaugeSnapshot.builder().name(name).help(help);
        for (var device : devices) {
            gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(Labels.of("interface", device.name()))
                    .value(value.applyAsDouble(device))
                    .build());
        }
        all.metricSnapshot(gauge.build());
    }

    private static void drops(MetricSnapshots.Builder all, List<DeviceSnapshot> devices) {
        var drops = CounterSnapshot.builder()
                .name("warren_drop_packets")
                .unit(PACKETS)
                .help(
                        "Packets and messages that were dropped, by reason; warren stats --explain has a sentence for each.");
        for (var device : devices) {
            for (var counter : DeviceCounters.catalogue()) {
                if (!isDrop(counter)) continue;
                drops.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(Labels.of("interface", device.name(), "reason", counter.label()))
                        .value(device.counters().getOrDefault(counter.label(), 0L))
                        .build());
            }
        }
        all.metricSnapshot(drops.build());
    }

    /// One of the catalogue, summed over the device.
    private static void counter(MetricSnapshots.Builder all, Counter counter, List<DeviceSnapshot> devices) {
        var name = "warren_" + counter.label().replace('.', '_').replace('-', '_');
        var help = Character.toUpperCase(counter.sentence().charAt(0))
                + counter.sentence().substring(1) + ".";
        if (counter.gauge()) {
            gauge(all, name, help, devices, device -> device.counters().getOrDefault(counter.label(), 0L));
            return;
        }
        var total = CounterSnapshot.builder().name(name).help(help);
        for (var device : devices) {
            total.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(Labels.of("interface", device.name()))
                    .value(device.counters().getOrDefault(counter.label(), 0L))
                    .build());
        }
        all.metricSnapshot(total.build());
    }

    // ---- peers

    private record Labelled(Labels labels, PeerSnapshot peer) {}

    private void peers(MetricSnapshots.Builder all, List<DeviceSnapshot> devices) {
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
        totals.put("warren_peer_handshakes", new Total(PeerCounter.HANDSHAKES, new Unit("handshakes")));
        totals.forEach((name, total) -> {
            var snapshot = CounterSnapshot.builder().name(name).unit(total.unit).help(sentence(total.counter));
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
                "From initiation to response of the last handshake begun here; -1 if there was none.",
                peers,
                peer -> peer.rttNanos() < 0 ? -1 : peer.rttNanos() / 1e9);
        peerDrops(all, peers);
    }

    private record Total(PeerCounter counter, Unit unit) {}

    private static String sentence(Counter counter) {
        return Character.toUpperCase(counter.sentence().charAt(0))
                + counter.sentence().substring(1) + ".";
    }

    private List<PeerSnapshot> shown(DeviceSnapshot device) {
        if (device.peers().size() <= labelledPeers) return device.peers();
        return device.peers().stream()
                .sorted(Comparator.comparingLong(PrometheusText::traffic).reversed())
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
