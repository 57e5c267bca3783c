package dev.warren.verticles.peer;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.peer.StagedPool;
import dev.warren.verticles.bus.CaptureBuffer;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.TunMailbox;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.events.RouterEvents;
import dev.warren.verticles.loop.ErrorLog;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// What the peers of one device on one event loop share: the loop's cryptography and clock, the mailboxes
/// to TUN and UDP with the batches that reserve there, and the two packet loops.
public final class PeerLoop {
    final Loop loop;
    final SharedState state;
    final UdpMailbox udp;
    final TunMailbox tun;
    final HandshakeMailbox handshakes;
    final PeerNotices notices;
    final Encapsulator encapsulator;
    final Decapsulator decapsulator;
    final ErrorLog errors = new ErrorLog(LoggerFactory.getLogger(PeerLoop.class));
    final StagedPool staged;
    final PeerLog log;

    /// @param stagedBytes what packets that wait for sessions may take, of all peers of this loop
    public PeerLoop(
            String device,
            Loop loop,
            SharedState state,
            UdpMailbox udp,
            TunMailbox tun,
            HandshakeMailbox handshakes,
            PeerNotices notices,
            long stagedBytes) {
        this.loop = loop;
        this.state = state;
        this.udp = udp;
        this.tun = tun;
        this.handshakes = handshakes;
        this.notices = notices;
        this.encapsulator = new Encapsulator(udp, new Unreachable(tun), state, loop.clock());
        this.log = new PeerLog(device, new RouterEvents(loop.vertx(), device));
        this.staged = new StagedPool(stagedBytes);
        this.decapsulator = new Decapsulator(tun, state, loop.clock());
    }

    public Loop loop() {
        return loop;
    }

    public UdpMailbox udp() {
        return udp;
    }

    public TunMailbox tun() {
        return tun;
    }

    /// Drops what the loop's cryptography keeps of a key that no peer uses any more. Called on any loop; completes when
    /// it is gone.
    public Future<Void> forget(PrivateKey key) {
        Promise<Void> forgotten = Promise.promise();
        loop.context().runOnContext(_ -> {
            loop.suite().x25519().forget(key);
            forgotten.complete();
        });
        return forgotten.future();
    }

    /// Copies the packets of these peers to a capture from now on, all or those of one peer. Called on any loop;
    /// completes when it has begun.
    public Future<Void> capture(CaptureBuffer buffer, @Nullable PeerRef only) {
        return tap(new PlainTap(buffer, only));
    }

    /// Copies no more. Called on any loop; completes when what was copied has been written or given up.
    public Future<Void> captureEnds() {
        return tap(null);
    }

    private Future<Void> tap(@Nullable PlainTap next) {
        Promise<Void> done = Promise.promise();
        loop.context().runOnContext(_ -> {
            var before = encapsulator.tap;
            encapsulator.tap = next;
            decapsulator.tap = next;
            if (before == null) done.complete();
            else before.end().onComplete(done);
        });
        return done.future();
    }

    /// Ends the sharing, on the loop, when no peer uses it any more.
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        loop.context().runOnContext(_ -> {
            try {
                encapsulator.close();
                decapsulator.close();
                staged.close();
                udp.close();
                tun.close();
            } finally {
                closed.complete();
            }
        });
        return closed.future();
    }
}
