package dev.warren.verticles.bus;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.uapi.CaptureRequest;
import dev.warren.io.Offload;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;

/// Commands to the router.
public sealed interface RouterCommand {
    /// Gives back what the message holds when it cannot be delivered.
    default void discard() {}

    /// Apply a change, step by step: port and mark together, the private key, the peers in their order. A
    /// step that fails ends it; what was applied before stays.
    record Update(DeviceUpdate update, Origin origin, Promise<Void> reply) implements RouterCommand {
        @Override
        public void discard() {
            reply.tryFail("the device is closing");
        }
    }

    /// Replies with the state of the device and all its peers.
    record Status(Promise<DeviceStatus> reply) implements RouterCommand {
        @Override
        public void discard() {
            reply.tryFail("the device is closing");
        }
    }

    /// Replies with the counters of all actors, summed by name.
    record Counters(Promise<Map<String, Long>> reply) implements RouterCommand {
        @Override
        public void discard() {
            reply.tryFail("the device is closing");
        }
    }

    /// Replies with the figures of the device, and those of `limit` peers from the one at `offset` on.
    record Snapshot(int offset, int limit, Promise<DeviceSnapshot> reply) implements RouterCommand {
        @Override
        public void discard() {
            reply.tryFail("the device is closing");
        }
    }

    /// The offloads of a queue of the TUN or of the sockets, when they are opened and when one is lost.
    ///
    /// @param owner whose they are; replaces what it told before
    record Offloads(String owner, List<Offload> offloads) implements RouterCommand {}

    /// Begin a capture, whose packets go to this mailbox. Answered when it has begun; fails with a sentence.
    record Capture(CaptureRequest request, CaptureMailbox to, Promise<Void> reply) implements RouterCommand {
        @Override
        public void discard() {
            reply.tryFail("the device is closing");
        }
    }

    /// End it, whether or not it has begun. Answered when what was captured has been written or given up.
    record CaptureEnds(CaptureMailbox to, Promise<Void> reply) implements RouterCommand {
        @Override
        public void discard() {
            reply.tryComplete();
        }
    }

    /// Packets wait in a TUN queue for a peer that has no actor.
    record Wake(PeerRef peer) implements RouterCommand {}

    /// An initiation that authenticates; its peer is found by public key.
    record Initiation(PeerCommand.Initiation message) implements RouterCommand {
        @Override
        public void discard() {
            message.discard();
        }
    }

    /// This peer has a session now, or has none any more.
    record Session(PeerRef peer, boolean established) implements RouterCommand {}

    /// The actor at this mailbox has nothing left to do.
    record Idle(PeerMailbox peer) implements RouterCommand {}

    /// The interface went up or down.
    record Link(boolean up) implements RouterCommand {}
}
