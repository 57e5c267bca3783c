package dev.warren.verticles.peer;

import dev.warren.io.BootClock;
import dev.warren.io.PacketRun;
import dev.warren.routing.Icmp;
import dev.warren.verticles.bus.TunMailbox;

/// Tells the senders of packets that go nowhere, by ICMP or ICMPv6, as the kernel does: host unreachable where no peer
/// or no endpoint is known. Rate limited.
public final class Unreachable {
    private final TunMailbox tun;
    private final BootClock clock;
    private final Icmp.Limiter limiter = new Icmp.Limiter();

    public Unreachable(TunMailbox tun, BootClock clock) {
        this.tun = tun;
        this.clock = clock;
    }

    /// Answers the frames of a run from this entry on; returns how many there are.
    int answer(PacketRun run, int first) {
        for (int entry = first; entry < run.to(); entry++) {
            answer(run.batch(), entry);
        }
        return run.to() - first;
    }
}
