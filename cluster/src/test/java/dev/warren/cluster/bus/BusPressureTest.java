package dev.warren.cluster.bus;

import static dev.warren.cluster.bus.BusLab.eventually;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// More is sent than is taken.
@Timeout(120)
class BusPressureTest {
    private static BusCertificates certificates;

    private BusLab lab;

    @BeforeAll
    static void certificates(@TempDir Path directory) throws Exception {
        certificates = BusCertificates.make(directory, "fleet");
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        lab = new BusLab(directory, certificates);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    void aReceiverThatIsStoppedCostsItsSenderNoMemory() throws Exception {
        var sink = BusChild.start(lab, 128, "sink");
        var source = BusChild.start(lab, 64, "source", sink.id, "65536");
        eventually("it receives", () -> sink.figures()[0] > 100);

        sink.signal("STOP");
        long before = source.figures()[1];
        long until = System.nanoTime() + SECONDS.toNanos(12);
        long seconds = 0;
        while (System.nanoTime() < until) {
            source.figures();
            seconds++;
        }
        long dropped = source.figures()[1] - before;
        assertTrue(seconds >= 5, "the sender printed " + seconds + " times in 12 s");
        assertTrue(dropped > 1000, "dropped " + dropped + ": it was not stopped");

        sink.signal("CONT");
        long sent = source.figures()[0];
        long received = sink.figures()[0];
        eventually("it goes on", () -> source.figures()[0] > sent + 500 && sink.figures()[0] > received + 500);
        assertTrue(source.process.isAlive());
        assertTrue(sink.process.isAlive());
    }

    @Test
    void aReceiverThatIsSlowReadsNoMoreThanItDealsWith() throws Exception {
        var sink = BusChild.start(lab, 64, "sink", "1000"); // 1000 messages a second, at most
        var source = BusChild.start(lab, 64, "source", sink.id, "16384");
        eventually("it receives", () -> sink.figures()[0] > 100);
        long dropped = source.figures()[1];
        long received = sink.figures()[0];
        long until = System.nanoTime() + SECONDS.toNanos(5);
        while (System.nanoTime() < until) source.figures();
        // What came meanwhile and was not dealt with would not fit into its memory.
        assertTrue(source.figures()[1] - dropped > 5_000, "the sender did not drop: the receiver is not slow");
        eventually("it goes on", () -> sink.figures()[0] > received + 500);
        assertTrue(sink.process.isAlive());
    }
}
