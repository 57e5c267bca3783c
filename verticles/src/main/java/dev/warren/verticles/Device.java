package dev.warren.verticles;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.OffloadConfig;
import dev.warren.crypto.Suite;
import dev.warren.io.TunDevice;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;

/// One running interface: all its actors. Built by [#start].
public final class Device implements DeviceControl {
    private final String name;

    private Device(String name) {
        this.name = name;
    }

    /// @param name of the interface
    /// @param mtu 0: 1420
    public record Options(String name, int mtu, Suite.Choice aead, OffloadConfig offload) {}

    /// Deploys the actors around an open TUN device, which belongs to the device from now on.
    public static Future<Device> start(Vertx vertx, TunDevice tun, Options options) {
        return Future.failedFuture(new UnsupportedOperationException(tun.name() + vertx + options));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Future<Void> update(DeviceUpdate update) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<DeviceStatus> status() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Map<String, Long>> counters() {
        throw new UnsupportedOperationException();
    }

    /// Ends all actors and takes the interface away.
    public Future<Void> close() {
        throw new UnsupportedOperationException();
    }

    /// Completes with the reason when the interface was taken away.
    public Future<String> ended() {
        throw new UnsupportedOperationException();
    }
}
