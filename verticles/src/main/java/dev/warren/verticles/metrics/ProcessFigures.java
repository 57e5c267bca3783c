package dev.warren.verticles.metrics;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// The figures of this process at one moment.
///
/// @param directBytes buffers outside of the heap that the JVM knows of
/// @param residentBytes memory of the process (RSS); -1: there is no /proc here
/// @param gcCollections garbage collections so far
/// @param gcMilliseconds that they took
/// @param openFiles -1: there is no /proc here
public record ProcessFigures(
        long heapBytes,
        long heapCommittedBytes,
        long directBytes,
        long residentBytes,
        long gcCollections,
        long gcMilliseconds,
        int threads,
        int openFiles) {
    private static final long PAGE = 4096;

    /// Reads the JVM's beans and /proc: some 100 microseconds, so only when asked.
    public static ProcessFigures read() {
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        long collections = 0;
        long collecting = 0;
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections += Math.max(0, collector.getCollectionCount());
            collecting += Math.max(0, collector.getCollectionTime());
        }
        var files = Path.of("/proc/self/fd").toFile().list();
        return new ProcessFigures(
                heap.getUsed(),
                heap.getCommitted(),
                direct,
                readResidentBytes(),
                collections,
                collecting,
                ManagementFactory.getThreadMXBean().getThreadCount(),
                files == null ? -1 : files.length);
    }

    private static long readResidentBytes() {
        try {
            var pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
            return Long.parseLong(pages[1]) * PAGE;
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
    }

    /// Fields as in docs/METRICS.md; what is not known is not there.
    JsonObject json() {
        var json = new JsonObject()
                .put("heapBytes", heapBytes)
                .put("heapCommittedBytes", heapCommittedBytes)
                .put("directBytes", directBytes)
                .put("gcCollections", gcCollections)
                .put("gcMilliseconds", gcMilliseconds)
                .put("threads", threads);
        if (openFiles >= 0) json.put("openFiles", openFiles);
        if (residentBytes >= 0) json.put("residentBytes", residentBytes);
        return json;
    }
}
