package dev.warren.verticles.loop;

import io.netty.channel.EventLoop;
import java.util.HashSet;
import java.util.List;

/// The event loops of one device, all of one Vert.x instance. Those of several devices may be the same: the control
/// loop usually is, but none is for control here and for packets there.
///
/// @param control of the router, the handshakes and the link
/// @param packets of TUN, sockets and peers, at least one: the first has the sockets, queue n of the TUN is on loop n
public record DeviceLoops(EventLoop control, List<EventLoop> packets) {
    public DeviceLoops {
        packets = List.copyOf(packets);
        if (packets.isEmpty()) throw new IllegalArgumentException("A device needs a packet loop.");
        if (new HashSet<>(packets).size() < packets.size()) {
            throw new IllegalArgumentException("A packet loop is given twice.");
        }
        if (packets.contains(control)) {
            throw new IllegalArgumentException("The control loop is a packet loop as well:"
                    + " then a large change or a flood of strangers holds up packets.");
        }
    }
}
