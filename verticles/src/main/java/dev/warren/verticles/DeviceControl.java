package dev.warren.verticles;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import io.vertx.core.Future;
import java.util.Map;

/// What can be asked of a running device from outside. May be called from any thread.
public interface DeviceControl {
    /// Name of the interface.
    String name();

    /// Applies a change. The update stays the caller's, who closes it when the future is complete.
    ///
    /// @return fails with [DeviceException]; what was applied before the failure stays
    Future<Void> update(DeviceUpdate update);

    /// A snapshot. It holds copies of keys: the receiver closes it.
    Future<DeviceStatus> status();

    /// All counters and drop reasons by name.
    Future<Map<String, Long>> counters();
}
