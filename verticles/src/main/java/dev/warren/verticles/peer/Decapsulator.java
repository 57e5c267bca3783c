package dev.warren.verticles.peer;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketRun;
import dev.warren.routing.IpHeader;
import dev.warren.verticles.bus.Bulletin;
import dev.warren.verticles.bus.TunMailbox;

/// Datagrams in, plaintext packets out: the one loop that runs for every inbound packet. One per event loop, shared by
/// its peers. Packets are opened from the batch they were received in straight into the batch the TUN writes from.
public final class Decapsulator {
    private final TunMailbox tun;
    private final Bulletin bulletin;

    public Decapsulator(TunMailbox tun, Bulletin bulletin) {
        this.tun = tun;
        this.bulletin = bulletin;
    }

    /// Opens a run and gives it back to its batch. Whatever does not authenticate changes nothing but a counter.
    void run(LivePeer from, PacketRun run, long now) {
        var peer = from.peer;
        var batch = run.batch();
        var datagrams = batch.slab();
        var routes = bulletin.routes();
        int data = 0;
        int keepalives = 0;
        long bytes = 0;
        Endpoint heard = null;
        for (int entry = run.from(); entry < run.to(); entry++) {
            int end = batch.offset(entry) + batch.length(entry);
            int step = batch.segment(entry) > 0 ? batch.segment(entry) : batch.length(entry);
            for (int at = batch.offset(entry); at < end; at += step) {
                int length = Math.min(step, end - at);
                var out = tun.gather(length);
                if (out == null) {
                    from.backlog++;
                    continue;
                }
                int to = out.nextOffset();
                int opened = peer.open(datagrams, at, length, out.slab(), to, now);
                if (opened < 0) continue; // counted by the peer
                bytes += length;
                heard = batch.endpoint(entry);
                if (opened == 0) {
                    keepalives++;
                    continue;
                }
                data++;
                int packet = IpHeader.validate(out.slab(), to, opened);
                if (packet < 0) {
                    from.badPacket++;
                } else if (routes.source(out.slab(), to) != from.ref) {
                    from.sourceNotOwned++; // asked of the whole device's trie
                } else {
                    out.add(to, packet, 0, null);
                }
            }
        }
        if (heard != null) {
            from.heardFrom(heard);
            peer.received(data, keepalives, bytes, now);
        }
        run.done();
    }
}
