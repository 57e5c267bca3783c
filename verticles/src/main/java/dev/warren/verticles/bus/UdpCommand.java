package dev.warren.verticles.bus;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import io.vertx.core.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Commands to the UDP verticle.
public sealed interface UdpCommand {
    /// Gives back what the message holds when it cannot be delivered.
    default void discard() {}

    /// Datagrams to send; the batch is the UDP verticle's, which releases it.
    record Send(PacketBatch batch) implements UdpCommand {
        @Override
        public void discard() {
            batch.release();
        }
    }

    /// Datagrams to this receiver index belong to that peer from now on.
    record Claim(int index, PeerMailbox owner) implements UdpCommand {}

    /// The receiver index is free again.
    record Unclaim(int index, PeerMailbox owner) implements UdpCommand {}

    /// So many handshake messages have been dealt with: credit for as many more.
    record HandshakesDone(int count) implements UdpCommand {}

    /// Completes when all earlier commands were processed. Batches may still wait for a full send buffer: they
    /// belong to no actor.
    record Barrier(Promise<Void> reply) implements UdpCommand {
        @Override
        public void discard() {
            reply.tryComplete();
        }
    }

    /// A local address is gone, see [dev.warren.io.UdpSocket#addressGone].
    record AddressGone(long hi, long lo) implements UdpCommand {}

    /// Replies with the endpoints that datagrams were received from lately.
    record HeardLately(Promise<Heard> reply) implements UdpCommand {
        @Override
        public void discard() {
            reply.tryFail("the device is closing");
        }
    }

    /// The answer; with the firewall mark of what is sent to them.
    record Heard(List<Endpoint> endpoints, int fwmark) {}

    /// Packets to these leave by another interface now: let the kernel choose their source.
    record Rerouted(List<Endpoint> endpoints) implements UdpCommand {}

    /// Copy datagrams to a capture from now on, all or those of one peer. Answered when it has begun.
    record Capture(CaptureBuffer buffer, @Nullable Only only, Promise<Void> reply) implements UdpCommand {
        @Override
        public void discard() {
            reply.tryFail("the device is closing");
        }
    }

    /// The peer whose datagrams are meant: by receiver index, and where none tells by its endpoint.
    ///
    /// @param configured its endpoint while no actor has published one
    record Only(
            PeerRef peer, SharedPeerState state, @Nullable Endpoint configured) {
        /// Whether the peer is there now.
        public boolean isAt(Endpoint remote) {
            var place = state.place();
            var known = place == null ? configured : place.endpoint();
            return known != null && known.sameRemote(remote);
        }
    }

    /// Copy no more. Answered when what was copied has been written or given up.
    record CaptureEnds(Promise<Void> reply) implements UdpCommand {
        @Override
        public void discard() {
            reply.tryComplete();
        }
    }

    /// Open sockets on this port (0: any) with this firewall mark (0: none) in place of those that are open, or close
    /// them. Answers the port, 0 when closed. When the kernel refuses, what is open stays as it is.
    record Bind(boolean open, int port, int fwmark, Promise<Integer> reply) implements UdpCommand {
        @Override
        public void discard() {
            reply.tryFail("the device is closing");
        }
    }
}
