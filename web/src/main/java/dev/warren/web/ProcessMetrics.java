package dev.warren.web;

import dev.warren.verticles.metrics.ProcessFigures;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.lang.management.ManagementFactory;

/// The figures of this process, under the names that Prometheus's own clients give them, so that dashboards and alerts
/// for any process or JVM show this one too.
final class ProcessMetrics {
    private static final Labels HEAP = Labels.of("area", "heap");

    private ProcessMetrics() {}

    static void add(MetricSnapshots.Builder all) {
        var figures = ProcessFigures.read();
        gauge(
                all,
                "process_start_time_seconds",
                "Time of the start since the Unix epoch.",
                Labels.EMPTY,
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
        if (figures.residentBytes() >= 0)
            gauge(all, "process_resident_memory_bytes", "Memory of the process (RSS).", Labels.EMPTY, (double)
                    figures.residentBytes());
        if (figures.openFiles() >= 0)
            gauge(all, "process_open_fds", "Open file descriptors.", Labels.EMPTY, figures.openFiles());
        gauge(all, "jvm_memory_used_bytes", "Of the JVM's heap, what is in use.", HEAP, (double) figures.heapBytes());
        gauge(all, "jvm_memory_committed_bytes", "Of the JVM's heap, what the system has given.", HEAP, (double)
                figures.heapCommittedBytes());
        gauge(
                all,
                "jvm_buffer_pool_used_bytes",
                "Buffers outside of the heap that the JVM knows of.",
                Labels.EMPTY,
                (double) figures.directBytes());
        gauge(all, "jvm_threads_current", "Threads of the JVM.", Labels.EMPTY, figures.threads());
        all.metricSnapshot(SummarySnapshot.builder()
                .name("jvm_gc_collection_seconds")
                .help("Garbage collections, and the time they took.")
                .dataPoint(SummarySnapshot.SummaryDataPointSnapshot.builder()
                        .count(figures.gcCollections())
                        .sum(figures.gcMilliseconds() / 1000.0)
                        .build())
                .build());
    }

    private static void gauge(MetricSnapshots.Builder all, String name, String help, Labels labels, double value) {
        all.metricSnapshot(GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value)
                        .build())
                .build());
    }
}
