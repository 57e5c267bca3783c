package dev.warren.verticles.peer;

import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.noise.ResponderDh;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.peer.IndexSource;
import dev.warren.crypto.peer.Peer;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.crypto.peer.PeerMemory;
import dev.warren.crypto.wire.MessageType;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.verticles.bus.HandshakeCommand;
import dev.warren.verticles.bus.PeerCommand;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.SharedPeerState;
import dev.warren.verticles.bus.UdpCommand;
import dev.warren.verticles.counters.CountedPeer;
import dev.warren.verticles.counters.PeerCounter;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The actor of one peer: owns its keypairs, replay filter, timers, staged packets and endpoint, and steps them with
/// what arrives at its mailbox. Deployed when the peer first has something to do, gone after a long silence.
public final class PeerVerticle extends VerticleBase implements Peer.Transmit {
    /// AF41, as the kernel marks initiations and responses (HANDSHAKE_DSCP in messages.h).
    private static final int HANDSHAKE_TRAFFIC_CLASS = 0x88;

    private static final long NO_TIMER = -1;
    private static final long IDLE_CHECK = TimeUnit.SECONDS.toNanos(30);
    /// Initiations of one peer, each answered, that no packet followed, before the log says so.
    private static final int UNCONFIRMED = 3;

    /// What a peer starts with.
    ///
    /// @param presharedKey whoever deploys the peer closes it behind the start
    /// @param state outlives the actor
    /// @param memory what an earlier actor of this peer left, if there was one
    public record Settings(
            PeerRef ref,
            StaticIdentity identity,
            @Nullable PresharedKey presharedKey,
            @Nullable Endpoint endpoint,
            int revision,
            int persistentKeepalive,
            SharedPeerState state,
            @Nullable PeerMemory memory) {}

    private final Settings settings;
    private final PeerLoop shared;
    private final PeerMailbox mailbox;
    private final RouterMailbox router;
    private final Peer peer;
    private final LivePeer live;
    private final Presence presence;

    private @Nullable MessageConsumer<Object> consumer;
    private long timer = NO_TIMER;
    private long timerDue = Long.MAX_VALUE;
    /// Initiations that were answered since a session was confirmed.
    private int unconfirmed;
    private boolean retired;
    private boolean established;

    /// Called on the peer's loop.
    public PeerVerticle(
            Settings settings,
            PeerLoop shared,
            PeerMailbox mailbox,
            RouterMailbox router,
            IndexSource indices,
            SecureRandom random) {
        this.settings = settings;
        this.shared = shared;
        this.mailbox = mailbox;
        this.router = router;
        this.peer = new Peer(
                shared.loop.suite(),
                settings.identity(),
                settings.ref().publicKey(),
                indices,
                random,
                shared.staged,
                this,
                new CountedPeer(settings.state().counters()));
        this.presence = new Presence(settings.ref(), shared.log);
        this.live = new LivePeer(settings.ref(), peer, settings.state(), shared.log, shared.errors, this::settle);
    }

    @Override
    public Future<?> start() {
        long now = shared.loop.clock().now();
        var memory = settings.memory();
        if (memory != null) peer.restore(memory);
        peer.presharedKey(settings.presharedKey());
        peer.mtu(shared.state.mtu());
        live.endpoint(settings.endpoint(), settings.revision());
        peer.persistentKeepalive(settings.persistentKeepalive(), now);
        var listening = mailbox.listen(this::onMessage);
        consumer = listening;
        settle(now);
        return listening.completion();
    }

    @Override
    public Future<?> stop() {
        retire();
        var listening = consumer;
        return listening == null ? Future.succeededFuture() : listening.unregister();
    }

    private void onMessage(PeerCommand message) {
        long now = shared.loop.clock().now();
        switch (message) {
            case PeerCommand.Outbound outbound -> {
                if (retired) outbound.run().done();
                else shared.encapsulator.run(live, outbound.run(), now);
            }
            case PeerCommand.Inbound inbound -> {
                if (retired) inbound.run().done();
                else shared.decapsulator.run(live, inbound.run(), now);
            }
            case PeerCommand.Initiation arrived -> {
                try (var _ = arrived.initiation()) {
                    if (!retired) onInitiation(arrived, now);
                }
            }
            case PeerCommand.Respond respond -> {
                try (var dh = respond.dh()) {
                    if (!retired) respond(dh, respond.bytes(), respond.source(), now);
                }
            }
            case PeerCommand.Response response -> {
                if (!retired) onResponse(response, now);
            }
            case PeerCommand.CookieReply reply -> {
                if (!retired) peer.receiveCookieReply(reply.message(), now); // never moves the endpoint
            }
            case PeerCommand.Configure changed -> {
                try (var _ = changed.presharedKey()) {
                    configure(changed, now);
                }
            }
            case PeerCommand.Identity changed -> {
                try {
                    if (!retired) peer.identity(changed.identity());
                    established(false);
                    presence.ended("the private key of this interface is another now", now);
                } finally {
                    changed.reply().complete();
                }
            }
            case PeerCommand.ResetTimestamp _ -> peer.resetTimestamp();
            case PeerCommand.IndexTaken _ -> peer.forceHandshake(now);
            case PeerCommand.Retire last -> {
                if (last.ifIdle() && !peer.idle()) {
                    last.reply().complete(null);
                } else {
                    var memory = peer.memory();
                    retire();
                    last.reply().complete(memory);
                }
            }
        }
        settle(now);
    }

    private void onInitiation(PeerCommand.Initiation arrived, long now) {
        var initiation = arrived.initiation();
        var verdict = peer.consumeInitiation(initiation, now);
        if (verdict != Verdict.OK) {
            shared.log.refused(settings.ref(), arrived.source(), verdict, now);
            shared.handshakes.tell(new HandshakeCommand.Wasted(1));
            return;
        }
        int bytes = arrived.bytes();
        if (arrived.computeDhOnPeerLoop()) respond(null, bytes, arrived.source(), now);
        else
            shared.handshakes.tell(
                    new HandshakeCommand.ComputeResponderDh(initiation.ephemeral(), mailbox, bytes, arrived.source()));
    }

    private void respond(@Nullable ResponderDh dh, int bytes, Endpoint source, long now) {
        // The answer goes where the initiation came from.
        var before = live.endpoint;
        live.endpoint(source);
        if (peer.respond(dh, bytes, now) != Verdict.OK) {
            live.endpoint(before);
            return;
        }
        shared.log.handshake(settings.ref(), now, "Handshake initiation received, response sent");
        if (++unconfirmed % UNCONFIRMED == 0) {
            shared.log.handshake(
                    settings.ref(),
                    now,
                    "No packet follows our responses: do they arrive, and is the preshared key the same on both sides?");
        }
    }

    private void onResponse(PeerCommand.Response response, long now) {
        var before = live.endpoint;
        live.endpoint(response.source());
        var verdict = peer.receiveResponse(response.message(), now);
        if (verdict == Verdict.OK) return;
        live.endpoint(before);
        shared.log.refused(settings.ref(), response.source(), verdict, now);
        if (verdict != Verdict.UNEXPECTED_RESPONSE) shared.handshakes.tell(new HandshakeCommand.Wasted(2));
    }

    private void configure(PeerCommand.Configure changed, long now) {
        peer.presharedKey(changed.presharedKey());
        if (changed.endpoint() != null) {
            boolean moved = live.endpoint == null || !changed.endpoint().equals(live.endpoint.withoutLocal());
            live.endpoint(changed.endpoint(), changed.revision());
            if (moved) peer.endpointMoved();
        }
        peer.persistentKeepalive(changed.persistentKeepalive(), now);
    }

    /// Does what is due and sees to it that we are called again.
    private void settle(long now) {
        if (retired) return;
        if (peer.nextDeadline() <= now) peer.advance(now, shared.loop.clock().wall());
        live.publishStaged();
        presence.advance(now);
        long next = Math.min(peer.nextDeadline(), presence.deadline());
        if (next < timerDue) {
            if (timer != NO_TIMER) vertx.cancelTimer(timer);
            arm(next, now);
        } else if (timer == NO_TIMER) {
            arm(now + IDLE_CHECK, now); // nothing to do: perhaps go to sleep
        }
    }

    private void arm(long due, long now) {
        timerDue = due;
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(due - now + 999_999));
        // On our own context: what waited for buffers is settled when they come back, which may be in no context.
        timer = ((ContextInternal) context).setTimer(millis, _ -> onTimer());
    }

    /// Deadlines mostly move away while traffic flows: the timer is then just set again, not on each packet.
    private void onTimer() {
        timer = NO_TIMER;
        timerDue = Long.MAX_VALUE;
        settle(shared.loop.clock().now());
        if (!retired && peer.idle()) router.tell(new RouterCommand.Idle(mailbox));
    }

    private void established(boolean now) {
        if (now != established) router.tell(new RouterCommand.Session(settings.ref(), now));
        established = now;
    }

    private void retire() {
        if (retired) return;
        retired = true;
        presence.ended("its sessions were ended here", shared.loop.clock().now());
        if (timer != NO_TIMER) vertx.cancelTimer(timer);
        peer.close();
        live.publishStaged(); // none any more, and the next actor begins with none
    }

    // Transmit

    @Override
    public void transmit(MemorySegment datagram, long at, int length) {
        var endpoint = live.endpoint;
        if (endpoint == null) return;
        int type = MessageType.of(datagram, at);
        boolean handshake = type == MessageType.INITIATION || type == MessageType.RESPONSE;
        boolean data = !handshake && length > MessageType.SHORTEST;
        var out = data ? shared.udp.reserve(length) : shared.udp.gatherMessage(length);
        if (out == null) {
            live.count(PeerCounter.DROP_BACKLOG, 1);
            return;
        }
        int to = Math.max(out.used(), PacketBatch.MARGIN);
        MemorySegment.copy(datagram, at, out.slab(), to, length);
        out.add(to, length, 0, endpoint, handshake ? HANDSHAKE_TRAFFIC_CLASS : 0);
    }

    @Override
    public void indexAdded(int index) {
        shared.udp.tell(new UdpCommand.Claim(index, mailbox));
    }

    @Override
    public void indexRemoved(int index) {
        shared.udp.tell(new UdpCommand.Unclaim(index, mailbox));
    }

    @Override
    public void event(PeerEvent event) {
        var ref = settings.ref();
        switch (event) {
            case PeerEvent.HandshakeStarted started -> {
                live.count(PeerCounter.INITIATIONS, 1);
                int attempt = started.attempt();
                var step = attempt == 1
                        ? "Sending handshake initiation"
                        : "Handshake did not complete, retrying (try " + attempt + ")";
                shared.log.handshake(ref, started.now(), step);
            }
            case PeerEvent.SessionEstablished session -> {
                settings.state().handshake(session.now(), session.rtt());
                live.count(PeerCounter.HANDSHAKES, 1);
                var role = session.initiator() ? "initiator" : "responder";
                shared.log.handshake(ref, session.now(), "Session established as " + role);
                established(true);
                presence.established(live.endpoint, session.initiator(), session.rtt(), session.now());
                unconfirmed = 0;
            }
            case PeerEvent.PathInDoubt _ -> live.forgetLocal();
            case PeerEvent.HandshakeGivenUp given -> {
                live.count(PeerCounter.NO_ANSWER, 1);
                shared.log.givenUp(ref, given.attempts(), given.now());
            }
            case PeerEvent.TimestampRefused refused -> shared.log.clockWentBack(ref, refused.now());
            case PeerEvent.KeysZeroed _ -> {
                shared.log.handshake(ref, event.now(), "Keys removed after a long silence");
                established(false);
            }
        }
        shared.notices.publish(ref.publicKey(), event);
    }
}
