package dev.warren.crypto.peer;

import dev.warren.crypto.Verdict;
import dev.warren.crypto.session.Keypair;
import dev.warren.crypto.session.Keypairs;
import org.jspecify.annotations.Nullable;

/// What a peer counts. Plain fields of their only writer.
final class PeerStatistics {
    long txBytes;
    long rxBytes;
    long lastHandshake = Peer.NEVER;
    long handshakeRtt = Peer.NEVER;
    private final long[] drops = new long[Verdict.values().length];
    private long retiredExpected;
    private long retiredReceived;

    /// Counts everything but OK.
    Verdict dropped(Verdict verdict) {
        if (verdict != Verdict.OK) {
            drops[-1 - verdict.code()]++;
        }
        return verdict;
    }

    long[] drops() {
        return drops.clone();
    }

    /// Sessions weigh half with every session that follows them.
    void retired(Keypair keypair) {
        retiredExpected = retiredExpected / 2 + keypair.expected();
        retiredReceived = retiredReceived / 2 + keypair.received();
    }

    double loss(Keypairs live) {
        long expected = expected(live);
        return expected <= 0 ? 0 : Math.clamp((double) (expected - received(live)) / expected, 0.0, 1.0);
    }

    PeerMemory memory(Keypairs live, long lastWall, byte[] lastTimestamp) {
        return new PeerMemory(
                txBytes,
                rxBytes,
                lastHandshake,
                handshakeRtt,
                expected(live),
                received(live),
                lastWall,
                lastTimestamp,
                drops);
    }

    void restore(PeerMemory memory) {
        txBytes = memory.txBytes;
        rxBytes = memory.rxBytes;
        lastHandshake = memory.lastHandshake;
        handshakeRtt = memory.handshakeRtt;
        retiredExpected = memory.expectedPackets;
        retiredReceived = memory.receivedPackets;
        System.arraycopy(memory.drops, 0, drops, 0, drops.length);
    }

    private long expected(Keypairs live) {
        return retiredExpected + expected(live.previous()) + expected(live.current()) + expected(live.next());
    }

    private long received(Keypairs live) {
        return retiredReceived + received(live.previous()) + received(live.current()) + received(live.next());
    }

    private static long expected(@Nullable Keypair keypair) {
        return keypair == null ? 0 : keypair.expected();
    }

    private static long received(@Nullable Keypair keypair) {
        return keypair == null ? 0 : keypair.received();
    }
}
