package dev.warren.io.tun;

import java.util.function.ObjLongConsumer;

/// What happened on a TUN. Plain longs of its loop.
final class TunCounters {
    long framesRead;
    long superFramesRead;
    long readErrors;
    long malformed;

    long writes;
    long packetsWritten;
    long coalescedWrites;
    long groRefused;
    long linkDown;
    long full;
    long refused;
    long writeErrors;

    void tell(ObjLongConsumer<String> each) {
        each.accept("tun.read.frames", framesRead);
        each.accept("tun.read.super-frames", superFramesRead);
        each.accept("tun.read.errors", readErrors);
        each.accept("tun.read.malformed", malformed);
        each.accept("tun.write.calls", writes);
        each.accept("tun.write.packets", packetsWritten);
        each.accept("tun.write.coalesced", coalescedWrites);
        each.accept("tun.write.gro-refused", groRefused);
        each.accept("tun.write.drop.link-down", linkDown);
        each.accept("tun.write.drop.full", full);
        each.accept("tun.write.drop.refused", refused);
        each.accept("tun.write.drop.errors", writeErrors);
    }
}
