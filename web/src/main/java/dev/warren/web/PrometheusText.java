package dev.warren.web;

import dev.warren.io.counters.Counter;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.counters.DeviceCounters;
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
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Snapshots of interfaces as Prometheus text or OpenMetrics. Names and units follow the conventions of both:
/// `warren_peer_receive_bytes_total{interface="wg0",peer="laptop",public_key="..."}`.
///
/// Every counter of the catalogue is here: drops as `warren_drop_packets_total{reason=...}`, all else under its label
/// with underscores. Above a number of peers only the busiest are told apart, all of them are in the sums of the
/// interface.
final class PrometheusText {
    private static final Unit PACKETS = new Unit("packets");
    private static final String BATCH = ".batch.";

    private final PeerMetrics peers;

    /// @param labelledPeers up to so many peers of an interface each has figures of its own
    /// @param busiest of more peers, so many have
    PrometheusText(int labelledPeers, int busiest) {
        this.peers = new PeerMetrics(labelledPeers, busiest);
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

    Buffer write(ScrapedFigures figures, boolean openMetrics) {
        var out = new ByteArrayOutputStream(16 * 1024);
        try {
            writer(openMetrics).write(out, snapshots(figures));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // to memory
        }
        return Buffer.buffer(out.toByteArray());
    }

    private MetricSnapshots snapshots(ScrapedFigures figures) {
        var devices = figures.devices();
        var all = MetricSnapshots.builder();
        all.metricSnapshot(InfoSnapshot.builder()
                .name("warren_build")
                .help("The program.")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of("version", figures.version()))
                        .build())
                .build());
        all.metricSnapshot(GaugeSnapshot.builder()
                .name("warren_uptime_seconds")
                .help("Time since the program was started.")
                .unit(Unit.SECONDS)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(figures.uptimeSeconds())
                        .build())
                .build());
        ProcessMetrics.add(all, figures);
        interfaces(all, devices);
        pools(all, devices);
        drops(all, devices);
        batches(all, devices);
        for (var counter : DeviceCounters.catalogue()) {
            if (!isDrop(counter) && !counter.label().contains(BATCH)) counter(all, counter, devices);
        }
        peers.add(all, devices);
        return all.build();
    }

    /// What is counted, as a sentence.
    static String sentence(Counter counter) {
        return Character.toUpperCase(counter.sentence().charAt(0))
                + counter.sentence().substring(1) + ".";
    }

    private static boolean isDrop(Counter counter) {
        return counter.label().contains(".drop.");
    }

    private static void interfaces(MetricSnapshots.Builder all, List<DeviceSnapshot> devices) {
        gauge(all, "warren_interface_up", "Whether the link is up.", devices, device -> device.up() ? 1 : 0);
        gauge(all, "warren_interface_mtu_bytes", "MTU of the TUN.", devices, DeviceSnapshot::mtu);
        gauge(all, "warren_interface_listen_port", "UDP port, 0 when closed.", devices, DeviceSnapshot::port);
        var offloads = GaugeSnapshot.builder().name("warren_offload_enabled").help("Whether an offload is in use.");
        for (var device : devices) {
            for (var offload : device.offloads()) {
                offloads.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(Labels.of("interface", device.name(), "offload", offload.name()))
                        .value(offload.off() == null ? 1 : 0)
                        .build());
            }
        }
        all.metricSnapshot(offloads.build());
    }

    private static void pools(MetricSnapshots.Builder all, List<DeviceSnapshot> devices) {
        var size = GaugeSnapshot.builder().name("warren_pool_size").help("Batches of a pool.");
        var free =
                GaugeSnapshot.builder().name("warren_pool_free").help("Batches of a pool that are not on their way.");
        for (var device : devices) {
            for (var pool : device.pools()) {
                var labels = Labels.of("interface", device.name(), "loop", pool.loop(), "pool", pool.name());
                size.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(pool.size())
                        .build());
                free.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(pool.free())
                        .build());
            }
        }
        all.metricSnapshot(size.build());
        all.metricSnapshot(free.build());
    }

    /// Histograms of batch sizes: `tun.read.batch.2-3` is the size 2-3 of the batches of `tun.read`.
    private static void batches(MetricSnapshots.Builder all, List<DeviceSnapshot> devices) {
        var batches = CounterSnapshot.builder()
                .name("warren_batches")
                .help("Turns that read, received or sent a batch, by what they did and its size.");
        for (var device : devices) {
            for (var counter : DeviceCounters.catalogue()) {
                int at = counter.label().indexOf(BATCH);
                if (at < 0) continue;
                batches.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "interface",
                                device.name(),
                                "path",
                                counter.label().substring(0, at),
                                "size",
                                counter.label().substring(at + BATCH.length())))
                        .value(device.counters().getOrDefault(counter.label(), 0L))
                        .build());
            }
        }
        all.metricSnapshot(batches.build());
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
        var help = sentence(counter);
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
}
