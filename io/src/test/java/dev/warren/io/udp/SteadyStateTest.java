package dev.warren.io.udp;

import static dev.warren.io.udp.Datagrams.add;
import static dev.warren.io.udp.Datagrams.batch;
import static dev.warren.io.udp.Datagrams.bytes;
import static dev.warren.io.udp.Datagrams.endpoint;
import static dev.warren.io.udp.Datagrams.receiveBatch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.PacketBatch;
import dev.warren.io.ffm.ErrnoException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SteadyStateTest {
    private static final int TURNS = 2_000;
    private static final int WINDOWS = 50;

    // a steady flow, a train and some singles each way, makes no garbage.
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void sendingAndReceivingAllocatesNothing(String host) throws ErrnoException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var client = LinuxUdp.open(0, 0, UdpOptions.standard());
                var server = LinuxUdp.open(0, 0, UdpOptions.standard())) {
            PacketBatch batch = batch(1 << 17, 16);
            PacketBatch received = receiveBatch();
            add(batch, bytes(10 * 200 + 50, 1), 200, endpoint(host, server.port()));
            for (int i = 0; i < 4; i++) add(batch, bytes(100 + i, i), 0, endpoint(host, server.port()));
            int fd = host.contains(":") ? server.fd6() : server.fd4();
            long least = Long.MAX_VALUE; // until the compiler got to it, which takes as long as the machine lets it
            for (int window = 0; window < WINDOWS && least >= TURNS; window++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                turns(client, server, fd, batch, received, TURNS);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least < TURNS, least + " bytes for " + TURNS + " turns of 15 datagrams");
        }
    }

    private static void turns(
            LinuxUdp client, LinuxUdp server, int fd, PacketBatch batch, PacketBatch into, int turns) {
        for (int i = 0; i < turns; i++) {
            assertEquals(0, client.send(batch));
            while (server.receive(fd, into) > 0) into.clear();
        }
    }
}
