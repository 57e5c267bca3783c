package dev.warren.testkit;

import dev.warren.io.Endpoint;
import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Wraps a UDP socket and adds faults: datagrams sent may be lost, duplicated, reordered or corrupted, its
/// send buffer may be full, and receiving may fail.
public class FaultyUdp implements UdpSocket {
    private final UdpSocket inner;
    private final Faults faults;
    private final FaultyOutput output;
    private @Nullable PacketBatch unfinished;

    public FaultyUdp(UdpSocket inner, Faults faults) {
        this.inner = inner;
        this.faults = faults;
        this.output = new FaultyOutput(faults);
    }

    @Override
    public int port() {
        return inner.port();
    }

    @Override
    public int fd4() {
        return inner.fd4();
    }

    @Override
    public int fd6() {
        return inner.fd6();
    }

    @Override
    public int receive(int fd, PacketBatch batch) {
        int error = faults.inputError();
        return error != 0 ? error : inner.receive(fd, batch);
    }

    @Override
    public int send(PacketBatch batch) {
        unfinished = batch;
        return proceed();
    }

    @Override
    public int proceed() {
        var batch = unfinished;
        if (batch == null) return 0;
        if (faults.full()) return UNFINISHED;
        unfinished = null;
        return output.pass(batch, this::sendNow);
    }

    /// Drops the datagrams that the wrapped socket has no room for: the batch is a copy, which is reused at once.
    private int sendNow(PacketBatch copy) {
        int lost = inner.send(copy);
        return lost == UNFINISHED ? inner.abandon() : lost;
    }

    @Override
    public int waitsFor() {
        if (unfinished == null) return -1;
        return inner.fd4() >= 0 ? inner.fd4() : inner.fd6();
    }

    @Override
    public int abandon() {
        var batch = unfinished;
        if (batch == null) return 0;
        unfinished = null;
        int left = 0;
        for (int i = 0; i < batch.count(); i++) left += batch.packets(i);
        counters().add(UdpCounter.DROP_BUFFER_FULL, left);
        return left;
    }

    @Override
    public List<Endpoint> heardLately() {
        return inner.heardLately();
    }

    @Override
    public void rerouted(List<Endpoint> endpoints) {
        inner.rerouted(endpoints);
    }

    @Override
    public void addressGone(long hi, long lo) {
        inner.addressGone(hi, lo);
    }

    @Override
    public int mark(int fwmark) {
        return inner.mark(fwmark);
    }

    @Override
    public List<Offload> offloads() {
        return inner.offloads();
    }

    @Override
    public void onOffloadLost(Runnable action) {
        inner.onOffloadLost(action);
    }

    @Override
    public void counters(CounterRow<UdpCounter> row) {
        inner.counters(row);
    }

    @Override
    public CounterRow<UdpCounter> counters() {
        return inner.counters();
    }

    @Override
    public void close() {
        inner.close();
    }
}
