package dev.warren.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs every benchmark once, so that none of them rots. What it takes is nobody's business here.
final class BenchmarksRunTest {
    @Test
    void everyBenchmarkRuns() throws Exception {
        var options = new OptionsBuilder()
                .mode(Mode.SingleShotTime)
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(1))
                .param("prefixes", "1", "1000")
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        var ran = new TreeSet<String>();
        for (var result : new Runner(options).run()) {
            ran.add(result.getParams().getBenchmark().replaceAll(".*\\.(\\w+)\\.\\w+$", "$1"));
        }
        assertTrue(ran.contains("TrieBenchmark"), () -> "only " + ran);
        assertEquals(4, ran.size(), () -> "these ran: " + ran);
    }
}
