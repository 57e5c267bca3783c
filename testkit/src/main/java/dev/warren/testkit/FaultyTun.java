package dev.warren.testkit;

import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.TunDevice;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;
import java.util.List;

/// Wraps a TUN and adds faults: packets written may be lost, duplicated, reordered or corrupted, and reading may fail.
public final class FaultyTun implements TunDevice {
    private final TunDevice inner;
    private final Faults faults;
    private final FaultyOutput output;

    public FaultyTun(TunDevice inner, Faults faults) {
        this.inner = inner;
        this.faults = faults;
        this.output = new FaultyOutput(faults);
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public boolean attached() {
        return inner.attached();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public int fd() {
        return inner.fd();
    }

    @Override
    public int read(PacketBatch batch) {
        int error = faults.inputError();
        if (error == 0) return inner.read(batch);
        inner.counters().increment(TunCounter.READ_ERRORS);
        return error;
    }

    @Override
    public int write(PacketBatch batch) {
        return output.pass(batch, inner::write);
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
    public void counters(CounterRow<TunCounter> row) {
        inner.counters(row);
    }

    @Override
    public CounterRow<TunCounter> counters() {
        return inner.counters();
    }

    @Override
    public void close() {
        inner.close();
    }
}
