package dev.warren.verticles.metrics;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// The figures of this process. Reads the JVM's beans and /proc: some 100 microseconds, so only when asked.
final class ProcessFigures {
    private static final long PAGE = 4096;

    private ProcessFigures() {}

    static JsonObject read() {
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
        var json = new JsonObject()
                .put("heapBytes", heap.getUsed())
                .put("heapCommittedBytes", heap.getCommitted())
                .put("directBytes", direct)
                .put("gcCollections", collections)
                .put("gcMilliseconds", collecting)
                .put("threads", ManagementFactory.getThreadMXBean().getThreadCount());
        var files = Path.of("/proc/self/fd").toFile().list();
        if (files != null) json.put("openFiles", files.length);
        try {
            var pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
            json.put("residentBytes", Long.parseLong(pages[1]) * PAGE);
        } catch (IOException | NumberFormatException e) {
            // No /proc here.
        }
        return json;
    }
}
