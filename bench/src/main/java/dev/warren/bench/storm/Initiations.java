package dev.warren.bench.storm;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.noise.Handshake;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.InitiationMessage;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Initiations made beforehand for one responder: `rounds` of each of `peers` initiators, signed, each with a later
/// timestamp than the one before. They stand in rounds, and the sender index of each is its place. Of some the
/// handshake is kept, so that a response to them can be verified to the last bit.
final class Initiations implements AutoCloseable {
    /// About one in a hundred. A prime, so that it is other peers in every round.
    private static final int SAMPLE = 97;

    /// Between the timestamps of a peer: more than the 17 ms that whitening takes away.
    private static final long STEP = 50 * Protocol.MILLISECOND;

    private final PublicKey responder;
    private final int peers;
    private final boolean forged;
    private final byte[][] messages;
    private final long wall = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    private final Map<Integer, Handshake> samples = new HashMap<>();
    private final List<Maker> makers = new ArrayList<>();

    private Initiations(PublicKey responder, int peers, int rounds, boolean forged) {
        this.forged = forged;
        this.responder = responder;
        this.peers = peers;
        this.messages = new byte[Math.multiplyExact(peers, rounds)][];
    }

    /// Makes them, with all processors: about 0.1 ms of one each.
    ///
    /// @param first the number of the first initiator
    /// @param forged whether the timestamp is spoilt: who knows the public keys alone can make the rest,
    ///     but not that
    static Initiations prepare(PublicKey responder, int first, int peers, int rounds, boolean forged) {
        var made = new Initiations(responder, peers, rounds, forged);
        int workers = Math.min(peers, Runtime.getRuntime().availableProcessors());
        for (int worker = 0; worker < workers; worker++) made.makers.add(made.new Maker(first, worker, workers));
        try (var pool = Executors.newFixedThreadPool(workers)) {
            for (var work : pool.invokeAll(made.makers)) made.samples.putAll(work.get());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("The initiations could not be made.", e);
        }
        return made;
    }

    /// Whom they are for.
    PublicKey responder() {
        return responder;
    }

    int count() {
        return messages.length;
    }

    int peers() {
        return peers;
    }

    /// 148 bytes, not to be changed.
    byte[] message(int place) {
        return messages[place];
    }

    /// Whether [#verify] can be asked.
    boolean sampled(int place) {
        return samples.containsKey(place);
    }

    /// Whether the responder proved with this that it has the key it was asked for, once per place.
    boolean verify(int place, byte[] response) {
        return Objects.requireNonNull(samples.get(place)).consumeResponse(response) == Verdict.OK;
    }

    @Override
    public void close() {
        samples.values().forEach(Handshake::close);
        makers.forEach(Maker::close);
    }

    /// Makes the initiations of every so many-th peer. Its Suite is used by its worker first and by the owner of the
    /// initiations later.
    private final class Maker implements Callable<Map<Integer, Handshake>>, AutoCloseable {
        private final Suite suite = Suite.open(Suite.Choice.AUTO);
        private final SecureRandom random = new SecureRandom();
        private final List<StaticIdentity> identities = new ArrayList<>();
        private final Map<Integer, Handshake> kept = new HashMap<>();
        private final int firstNumber;
        private final int firstPeer;
        private final int stride;

        Maker(int firstNumber, int firstPeer, int stride) {
            this.firstNumber = firstNumber;
            this.firstPeer = firstPeer;
            this.stride = stride;
        }

        @Override
        public Map<Integer, Handshake> call() {
            try (var cookies = new CookieGenerator(suite, responder)) {
                for (int peer = firstPeer; peer < peers; peer += stride) {
                    var identity = Initiator.identity(firstNumber + peer, suite);
                    identities.add(identity);
                    make(peer, identity, cookies);
                }
            }
            return kept;
        }

        private void make(int peer, StaticIdentity identity, CookieGenerator cookies) {
            try (var usual = new Handshake(suite, identity, responder, random)) {
                for (int place = peer; place < messages.length; place += peers) {
                    var handshake = usual;
                    if (place % SAMPLE == 0) {
                        handshake = new Handshake(suite, identity, responder, random);
                        kept.put(place, handshake);
                    }
                    var message = handshake.createInitiation(place, wall + place / peers * STEP);
                    if (message == null) throw new IllegalArgumentException("The responder's key is no good.");
                    if (forged) message[InitiationMessage.TIMESTAMP] ^= 1;
                    cookies.sign(message, 0);
                    messages[place] = message;
                }
            }
        }

        @Override
        public void close() {
            identities.forEach(StaticIdentity::close);
            suite.close();
        }
    }
}
