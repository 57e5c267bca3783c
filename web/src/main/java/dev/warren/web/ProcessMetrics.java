package dev.warren.web;

import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.LoopProbe;
import dev.warren.verticles.metrics.ProcessFigures;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.lang.management.ManagementFactory;
import java.util.List;

/// The figures of this process, under the names that Prometheus's own clients give them, so that dashboards and alerts
/// for any process or JVM show this one too.
final class ProcessMetrics {
    private static final Labels HEAP = Labels.of("area", "heap");

    private ProcessMetrics() {}

    static void add(MetricSnapshots.Builder all, ScrapedFigures scraped) {
        loops(all, scraped.loops());
        if (!scraped.sinks().isEmpty()) eventSinks(all, scraped.sinks());
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

    private static void loops(MetricSnapshots.Builder all, List<LoopProbe> loops) {
        var cpu = CounterSnapshot.builder()
                .name("warren_loop_cpu_seconds")
                .unit(Unit.SECONDS)
                .help("CPU time that the thread of an event loop has used.");
        var wait = GaugeSnapshot.builder()
                .name("warren_loop_wait_seconds")
                .unit(Unit.SECONDS)
                .help("How long a task waited for its turn on the event loop just now.");
        for (var loop : loops) {
            var labels = Labels.of("loop", loop.loop());
            cpu.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value(loop.cpuNanos() / 1e9)
                    .build());
            wait.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(loop.waitNanos() / 1e9)
                    .build());
        }
        all.metricSnapshot(cpu.build());
        all.metricSnapshot(wait.build());
    }

    private static void eventSinks(MetricSnapshots.Builder all, List<EventSink.Counts> sinks) {
        var delivered = CounterSnapshot.builder()
                .name("warren_event_sink_delivered_events")
                .help("Events that were written or posted.");
        var lost = CounterSnapshot.builder()
                .name("warren_event_sink_lost_events")
                .help("Events that were dropped, since too many waited or nobody would have them.");
        var failures = CounterSnapshot.builder()
                .name("warren_event_sink_failures")
                .help("Attempts to write or to post events that failed.");
        var waiting = GaugeSnapshot.builder()
                .name("warren_event_sink_waiting_events")
                .help("Events that wait to be written or posted.");
        for (var sink : sinks) {
            var labels = Labels.of("sink", sink.sink());
            delivered.dataPoint(total(labels, sink.delivered()));
            lost.dataPoint(total(labels, sink.lost()));
            failures.dataPoint(total(labels, sink.failures()));
            waiting.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(sink.waiting())
                    .build());
        }
        all.metricSnapshot(delivered.build());
        all.metricSnapshot(lost.build());
        all.metricSnapshot(failures.build());
        all.metricSnapshot(waiting.build());
    }

    private static CounterSnapshot.CounterDataPointSnapshot total(Labels labels, long value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build();
    }
}
