package dev.warren.verticles.bus;

import dev.warren.verticles.capture.CapturedPacket;
import io.vertx.core.Promise;
import java.util.List;

/// What one loop has gathered for a capture.
///
/// @param dropped packets that there was no room for, since the last of these
/// @param written completed when they are on their way to the client, or given up: then there is room for others
public record CapturedPackets(List<CapturedPacket> packets, long dropped, Promise<Void> written) {
    /// Gives up what cannot be delivered.
    void discard() {
        written.tryComplete();
    }
}
