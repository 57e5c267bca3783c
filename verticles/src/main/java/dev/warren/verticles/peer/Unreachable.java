package dev.warren.verticles.peer;

import dev.warren.crypto.cookie.TokenBucket;
import dev.warren.io.PacketBatch;
import dev.warren.io.PacketRun;
import dev.warren.routing.icmp.Icmp;
import dev.warren.routing.ip.IpHeader;
import dev.warren.verticles.bus.TunMailbox;

/// Tells the senders of packets that go nowhere, by ICMP or ICMPv6, as the kernel does: host unreachable where no peer
/// or no endpoint is known. Rate limited.
public final class Unreachable {
    private static final int PER_SECOND = 100;
    private static final int BURST = 50;

    private final TunMailbox tun;
    private final TokenBucket limit = new TokenBucket(PER_SECOND, BURST);

    public Unreachable(TunMailbox tun) {
        this.tun = tun;
    }

    /// Answers the frames of a run from this entry on; returns how many there are.
    public int reject(PacketRun run, int first, long now) {
        for (int entry = first; entry < run.to(); entry++) reject(run.batch(), entry, now);
        return run.to() - first;
    }

    /// Answers one frame.
    public void reject(PacketBatch batch, int entry, long now) {
        if (!limit.take(now)) return;
        var frame = batch.slab();
        int at = batch.offset(entry);
        int length = IpHeader.validate(frame, at, batch.length(entry));
        if (length < 0) return;
        var out = tun.reserve(Icmp.MAX_LENGTH);
        if (out == null) return;
        int to = out.nextOffset();
        int error = Icmp.unreachable(frame, at, length, null, out.slab(), to);
        if (error > 0) out.add(to, error, 0, null);
    }
}
