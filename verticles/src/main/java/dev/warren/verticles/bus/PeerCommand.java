package dev.warren.verticles.bus;

import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.noise.ResponderDh;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.peer.PeerMemory;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketRun;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/// Commands to a peer.
public sealed interface PeerCommand {
    /// Gives back what the message holds when it cannot be delivered.
    default void discard() {}

    /// Plaintext frames from the TUN; the run is the peer's until it calls [PacketRun#done].
    record Outbound(PacketRun run) implements PeerCommand {
        @Override
        public void discard() {
            run.done();
        }
    }

    /// Transport datagrams from the network; the run is the peer's until it calls [PacketRun#done].
    record Inbound(PacketRun run) implements PeerCommand {
        @Override
        public void discard() {
            run.done();
        }
    }

    /// An initiation that passed the gate and names this peer; the peer closes it.
    ///
    /// @param computeDhOnPeerLoop respond without the handshake verticle, which has more to do
    record Initiation(ReceivedInitiation initiation, int bytes, Endpoint source, boolean computeDhOnPeerLoop)
            implements PeerCommand {
        @Override
        public void discard() {
            initiation.close();
        }
    }

    /// What the response to an initiation needs; the peer closes it.
    ///
    /// @param bytes length of the initiation
    /// @param source where it came from
    record Respond(ResponderDh dh, int bytes, Endpoint source) implements PeerCommand {
        @Override
        public void discard() {
            dh.close();
        }
    }

    /// A response that passed the gate.
    record Response(byte[] message, Endpoint source) implements PeerCommand {}

    /// A cookie reply to this peer's last message.
    record CookieReply(byte[] message) implements PeerCommand {}

    /// Its settings.
    ///
    /// @param presharedKey a copy of the message's own, which the peer closes; null: none
    /// @param endpoint null: it stays where it is
    /// @param revision of the endpoint, grows with each that is configured
    /// @param persistentKeepalive seconds, 0 for none
    record Configure(
            @Nullable PresharedKey presharedKey, @Nullable Endpoint endpoint, int revision, int persistentKeepalive)
            implements PeerCommand {
        @Override
        public void discard() {
            if (presharedKey != null) presharedKey.close();
        }
    }

    /// The device got another private key. Answered when the peer does not use the one before any more.
    record Identity(StaticIdentity identity, Promise<Void> reply) implements PeerCommand {
        @Override
        public void discard() {
            reply.tryComplete();
        }
    }

    /// Accepts any timestamp in the next initiation.
    record ResetTimestamp() implements PeerCommand {}

    /// Another peer drew the same receiver index first.
    record IndexTaken(int index) implements PeerCommand {}

    /// Ends the actor: it replies with the state to keep and wipes its keys. Commands that follow are given
    /// back unread.
    ///
    /// @param ifIdle only if there is nothing left to do: otherwise the reply is null, and the peer goes on
    record Retire(boolean ifIdle, Promise<@Nullable PeerMemory> reply) implements PeerCommand {
        @Override
        public void discard() {
            reply.tryFail("the peer is gone");
        }
    }
}
