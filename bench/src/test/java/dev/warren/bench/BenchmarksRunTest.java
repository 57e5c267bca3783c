package dev.warren.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs every benchmark once, so that none of them rots. How long one takes is nobody's business here.
final class BenchmarksRunTest {
    @Test
    void everyBenchmarkRuns() throws Exception {
        var options = new OptionsBuilder()
                .mode(Mode.SingleShotTime)
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .param("prefixes", "1", "1000")
                .param("backend", "AUTO", "JDK") // whatever there is here
                .param("engine", "AUTO", "JAVA")
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        var ran = new TreeSet<String>();
        for (var result : new Runner(options).run()) {
            var name = List.of(result.getParams().getBenchmark().split("\\."));
            ran.add(name.get(name.size() - 2));
        }
        assertEquals(
                Set.of(
                        "AeadBenchmark",
                        "HandshakeBenchmark",
                        "OffloadBenchmark",
                        "ReplayBenchmark",
                        "TrieBenchmark",
                        "TrieFillBenchmark",
                        "X25519Benchmark"),
                ran);
    }
}
