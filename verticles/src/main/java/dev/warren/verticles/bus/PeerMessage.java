package dev.warren.verticles.bus;

import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.noise.PresharedKey;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.peer.PeerMemory;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketRun;
import io.vertx.core.Promise;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What a peer can be told.
public sealed interface PeerMessage {
    /// Plaintext frames from the TUN; the run is the peer's until it calls [PacketRun#done].
    record Outbound(PacketRun run) implements PeerMessage {}

    /// Transport datagrams from the network; the run is the peer's until it calls [PacketRun#done].
    record Inbound(PacketRun run) implements PeerMessage {}

    /// An initiation that passed the gate and names this peer; the peer closes it.
    record Initiation(ReceivedInitiation initiation, int bytes, Endpoint source) implements PeerMessage {}

    /// A response that passed the gate.
    record Response(byte[] message, Endpoint source) implements PeerMessage {}

    /// A cookie reply to this peer's last message.
    record CookieReply(byte[] message) implements PeerMessage {}

    /// New settings; what is absent stays.
    record Configure(
            @Nullable PresharedKey presharedKey, @Nullable Endpoint endpoint, OptionalInt persistentKeepalive)
            implements PeerMessage {}

    /// The device got another private key.
    record Identity(LocalIdentity identity) implements PeerMessage {}

    /// The local address of this endpoint is gone: let the kernel choose again.
    record LocalAddressGone(Endpoint endpoint) implements PeerMessage {}

    /// Another peer drew the same receiver index first.
    record IndexTaken(int index) implements PeerMessage {}

    /// Tell what you know about yourself.
    record Report(Promise<PeerReport> answer) implements PeerMessage {}

    /// The last message a peer gets: nothing comes behind it.
    record Retire(Promise<PeerMemory> answer) implements PeerMessage {}
}
