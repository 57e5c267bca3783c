package dev.warren.verticles.peer;

import dev.warren.verticles.bus.PeerRef;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says that the clock of a peer went back, which nobody would find out otherwise: its initiations are
/// authentic and are refused, until its clock is where it was. Not more often than every ten seconds.
/// Belongs to one loop.
public final class ClockLog {
    private static final Logger LOG = LoggerFactory.getLogger(ClockLog.class);
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

    private final String device;
    private long nextAt = Long.MIN_VALUE;

    public ClockLog(String device) {
        this.device = device;
    }

    public void refused(PeerRef peer, long now) {
        if (now < nextAt) return;
        nextAt = now + INTERVAL;
        LOG.warn(
                "{} - Handshake initiation refused, it is older than one before it: did the peer's clock go back?"
                        + " Set it right, or run: warren reset-timestamp {} {}",
                peer,
                device,
                peer.publicKey().toBase64());
    }
}
