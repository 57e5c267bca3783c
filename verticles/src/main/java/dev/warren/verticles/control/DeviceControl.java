package dev.warren.verticles.control;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import io.vertx.core.Future;
import java.util.Map;

/// What can be asked of a running device from outside. May be called from any thread.
public interface DeviceControl {
    /// Name of the interface.
    String name();

    /// Applies a change, step by step: port and mark together, the private key, the peers in their order. The update
    /// stays the caller's, who closes it when the future is complete.
    ///
    /// @return fails with [DeviceException] at the step that is refused; what was applied before stays, the
    ///     rest is not applied
    Future<Void> update(DeviceUpdate update);

    /// A snapshot. It holds copies of keys: the receiver closes it.
    Future<DeviceStatus> status();

    /// All counters and drop reasons by name.
    Future<Map<String, Long>> counters();
}
