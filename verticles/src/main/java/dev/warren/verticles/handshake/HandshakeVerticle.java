package dev.warren.verticles.handshake;

import dev.warren.conf.EventType;
import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.HandshakeGate;
import dev.warren.crypto.cookie.LoadMeter;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.noise.ResponderDh;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.MessageType;
import dev.warren.crypto.wire.ResponseMessage;
import dev.warren.io.Endpoint;
import dev.warren.io.counters.CounterRow;
import dev.warren.verticles.bus.HandshakeCommand;
import dev.warren.verticles.bus.HandshakeCommand.Datagram;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.PeerCommand;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.UdpCommand;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.counters.HandshakeCounter;
import dev.warren.verticles.events.RouterEvents;
import dev.warren.verticles.loop.ErrorLog;
import dev.warren.verticles.loop.Loop;
import dev.warren.verticles.peer.PeerLog;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Verifies handshake messages before any peer state is touched: MAC1, load, cookie, rate limit. Only what
/// passed the gate costs a Diffie-Hellman, and only what a peer of ours seems to have sent reaches that peer.
/// For what the peer then authenticates it computes the Diffie-Hellmans of the response.
public final class HandshakeVerticle extends VerticleBase {
    /// Messages that passed the gate before other work of the loop gets its chance: few, since what they lead to is
    /// done on the loops of their peers while the next are read here.
    private static final int MAX_HANDSHAKES_PER_TURN = 4;

    /// Messages of all kinds before it does.
    private static final int MAX_MESSAGES_PER_TURN = 64;

    private static final int LOADED = 128; // queued messages, an eighth of the queue as in wireguard-go
    /// Diffie-Hellmans a second, wherever they are made, for messages that turn out not to authenticate: some 5 % of a
    /// core. What authenticates is limited by its peer, 50 a second, and by the queue.
    private static final int WASTED_PER_SECOND = 2000;

    private final Loop loop;
    private final HandshakeMailbox mailbox;
    private final RouterMailbox router;
    private final UdpMailbox udp;
    private final SecureRandom random;
    private final ArrayDeque<Datagram> queue = new ArrayDeque<>();
    private final ArrayDeque<HandshakeCommand.ComputeResponderDh> wantedDhs = new ArrayDeque<>();
    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();
    private final byte[] cookieReply = new byte[CookieReplyMessage.LENGTH];
    private final CounterRow<HandshakeCounter> counters;
    private final RouterEvents events;
    private final PeerLog log;
    private final ErrorLog errors = new ErrorLog(LoggerFactory.getLogger(HandshakeVerticle.class));

    private @Nullable MessageConsumer<Object> consumer;
    private @Nullable StaticIdentity identity;
    private @Nullable HandshakeGate gate;
    private final LoadMeter load = new LoadMeter(WASTED_PER_SECOND);
    private final ResponseLimit responses = new ResponseLimit();
    private boolean toldLoaded;
    private boolean scheduled;
    private boolean computeDhOnPeerLoop;

    /// What came of a message, and how to wipe it when it goes nowhere.
    private record Leaving(Runnable tell, Runnable wipe) {}

    public HandshakeVerticle(
            Loop loop,
            String device,
            HandshakeMailbox mailbox,
            RouterMailbox router,
            UdpMailbox udp,
            SecureRandom random,
            CounterRow<HandshakeCounter> counters) {
        this.loop = loop;
        this.mailbox = mailbox;
        this.router = router;
        this.udp = udp;
        this.random = random;
        this.counters = counters;
        this.events = new RouterEvents(loop.vertx(), device);
        this.log = new PeerLog(device, events);
    }

    @Override
    public Future<?> start() {
        var listening = mailbox.listen(this::onMessage);
        consumer = listening;
        return listening.completion();
    }

    @Override
    public Future<?> stop() {
        // A turn may be under way: it finds nothing more to do, and the cryptography of the loop closed behind it.
        queue.clear();
        wantedDhs.clear();
        leaving.forEach(each -> each.wipe.run());
        leaving.clear();
        if (gate != null) gate.close();
        gate = null;
        udp.close(); // nobody else on this loop gathers
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    private void onMessage(HandshakeCommand message) {
        switch (message) {
            case HandshakeCommand.Received received -> {
                queue.addAll(received.datagrams());
                schedule();
            }
            case HandshakeCommand.ComputeResponderDh wanted -> {
                wantedDhs.add(wanted);
                schedule();
            }
            case HandshakeCommand.Wasted wasted -> {
                long now = loop.clock().now();
                load.spent(wasted.diffieHellmans(), now);
                tellLoad(now);
            }
            case HandshakeCommand.Identity changed -> {
                identity(changed.identity());
                changed.reply().complete();
            }
        }
    }

    private void identity(@Nullable StaticIdentity changed) {
        identity = changed;
        if (changed == null) {
            if (gate != null) gate.close();
            gate = null;
        } else if (gate == null) {
            gate = new HandshakeGate(loop.suite(), changed, random);
        } else {
            gate.identity(changed);
        }
    }

    /// Scheduled after already queued tasks, so that one turn sees the whole batch.
    private void schedule() {
        if (scheduled) return;
        scheduled = true;
        context.runOnContext(_ -> turn());
    }

    /// Processes some of the queue, then sends the results: another event loop that sleeps is woken once
    /// for all of them.
    private void turn() {
        scheduled = false;
        try {
            handshakeMessages();
            responderDhs();
            for (var what = leaving.poll(); what != null; what = leaving.poll()) what.tell.run();
        } finally {
            if (!queue.isEmpty() || !wantedDhs.isEmpty() || !leaving.isEmpty()) schedule();
        }
    }

    /// Three of the four Diffie-Hellmans of a response, since the loop of the peer has packets to attend to.
    private void responderDhs() {
        for (int done = 0; done < MAX_HANDSHAKES_PER_TURN; done++) {
            var wanted = wantedDhs.poll();
            if (wanted == null) return;
            ResponderDh dh;
            try {
                dh = responderDh(wanted);
            } catch (Throwable e) {
                failed(e);
                continue;
            }
            if (dh == null) {
                counters.increment(HandshakeCounter.DROP_LOW_ORDER_EPHEMERAL);
                continue;
            }
            var reply = new PeerCommand.Respond(dh, wanted.bytes(), wanted.source());
            leaving.add(new Leaving(() -> wanted.peer().tell(reply), dh::close));
        }
    }

    private @Nullable ResponderDh responderDh(HandshakeCommand.ComputeResponderDh wanted) {
        var key = wanted.peer().peer().publicKey();
        return ResponderDh.make(loop.suite(), random, wanted.ephemeral(), key);
    }

    /// Under load is who cannot keep up with the queue, and who makes too many Diffie-Hellmans in vain.
    private void handshakeMessages() {
        long now = loop.clock().now();
        if (queue.size() >= LOADED) load.overloaded(now);
        tellLoad(now);
        int done = 0;
        int passed = 0;
        while (done < MAX_MESSAGES_PER_TURN && passed < MAX_HANDSHAKES_PER_TURN) {
            var next = queue.poll();
            if (next == null) break;
            done++;
            try {
                if (onHandshake(next, now)) passed++;
            } catch (Throwable e) {
                failed(e);
                passed++;
            }
        }
        if (done > 0) udp.tell(new UdpCommand.HandshakesDone(done)); // room for as many, whatever came of them
    }

    /// An error of ours costs the message at hand.
    private void failed(Throwable cause) {
        counters.increment(HandshakeCounter.DROP_INTERNAL_ERROR);
        errors.caught("A handshake message was dropped", cause);
    }

    /// Updates the gauge, also when no messages arrive any more.
    private void tellLoad(long now) {
        boolean loaded = load.underLoad(now);
        if (loaded == toldLoaded) return;
        toldLoaded = loaded;
        counters.set(HandshakeCounter.UNDER_LOAD, loaded ? 1 : 0);
        events.publish(loaded ? EventType.OVERLOAD_BEGUN : EventType.OVERLOAD_ENDED, now);
        if (loaded) perhapsRelievedLater();
    }

    private void perhapsRelievedLater() {
        vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(Protocol.UNDER_LOAD_HOLD), _ -> {
            tellLoad(loop.clock().now());
            if (toldLoaded) perhapsRelievedLater();
        });
    }

    /// True when it passed the gate, and so was work.
    private boolean onHandshake(Datagram datagram, long now) {
        var open = gate;
        if (open == null) {
            counters.increment(HandshakeCounter.DROP_NO_KEY);
            return false;
        }
        open.load(load.underLoad(now));
        var source = datagram.source();
        var verdict = open.admit(
                datagram.message(), source.addressBytes(), source.port(), now, cookieReply, suspicious(datagram));
        boolean passed = verdict == Verdict.OK;
        if (verdict == Verdict.COOKIE_SENT) reply(source);
        if (passed) verdict = pass(datagram, source, now);
        counters.increment(HandshakeCounter.of(verdict));
        if (verdict != Verdict.OK) log.stranger(source, verdict, now);
        return passed;
    }

    private boolean suspicious(Datagram datagram) {
        return MessageType.of(datagram.message()) == MessageType.RESPONSE
                && responses.exceeded(ResponseMessage.receiver(datagram.message()));
    }

    /// Sends the cookie reply together with others of this turn.
    private void reply(Endpoint source) {
        var batch = udp.gatherMessage(cookieReply.length);
        if (batch == null) {
            counters.increment(HandshakeCounter.DROP_REPLY_BACKLOG);
            return;
        }
        int at = batch.append(cookieReply.length, 0, source);
        MemorySegment.copy(cookieReply, 0, batch.slab(), ValueLayout.JAVA_BYTE, at, cookieReply.length);
    }

    private Verdict pass(Datagram datagram, Endpoint source, long now) {
        var message = datagram.message();
        switch (MessageType.of(message)) {
            case MessageType.INITIATION -> {
                var initiation = ReceivedInitiation.read(loop.suite(), Objects.requireNonNull(identity), message);
                if (initiation == null) {
                    load.spent(1, now);
                    return Verdict.DECRYPT_FAILED;
                }
                // While handshake messages wait every other peer does all of its response: then there is work for both
                // loops.
                computeDhOnPeerLoop = !computeDhOnPeerLoop && !queue.isEmpty();
                var arrived = new PeerCommand.Initiation(initiation, message.length, source, computeDhOnPeerLoop);
                leaving.add(new Leaving(() -> router.tell(new RouterCommand.Initiation(arrived)), initiation::close));
            }
            case MessageType.RESPONSE ->
                Objects.requireNonNull(datagram.owner()).tell(new PeerCommand.Response(message, source));
            default -> Objects.requireNonNull(datagram.owner()).tell(new PeerCommand.CookieReply(message));
        }
        return Verdict.OK;
    }
}
