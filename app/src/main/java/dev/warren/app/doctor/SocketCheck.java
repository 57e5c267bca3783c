package dev.warren.app.doctor;

import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.udp.LinuxUdp;
import dev.warren.io.udp.UdpOptions;
import java.util.ArrayList;
import java.util.List;

/// The UDP sockets: what is granted to one that is opened as the router opens its own, and what its own have lost.
final class SocketCheck {
    private SocketCheck() {}

    /// Opens sockets on a free port for a moment; nothing is sent.
    static List<Finding> ofHost(UdpOptions options) {
        try {
            var udp = LinuxUdp.open(0, 0, options);
            try {
                return granted(udp.warnings(), options.bufferBytes(), udp.offloads());
            } finally {
                udp.close();
            }
        } catch (ErrnoException e) {
            return List.of(Finding.wrong(
                    Finding.HOST, "sockets", "no UDP socket can be opened: " + e.getMessage(), "see the message"));
        }
    }

    private static List<Finding> granted(List<String> warnings, int bytes, String offloads) {
        var found = new ArrayList<Finding>();
        for (var warning : warnings) {
            int raise = warning.indexOf("raise ");
            if (raise < 0) {
                found.add(Finding.hint(Finding.HOST, "sockets", warning, "nothing, where that is meant"));
            } else {
                found.add(Finding.hint(
                        Finding.HOST,
                        "sockets",
                        warning.substring(0, raise - 2) + ", so bursts are lost",
                        "sysctl -w " + warning.substring(raise + "raise ".length()) + "=" + bytes));
            }
        }
        if (found.isEmpty()) {
            found.add(Finding.ok(Finding.HOST, "sockets", (bytes >> 20) + " MiB of buffer each way, as asked for"));
        }
        found.add(
                offloads.equals("gso, gro")
                        ? Finding.ok(Finding.HOST, "udp offloads", "the kernel has UDP_SEGMENT and UDP_GRO")
                        : Finding.hint(
                                Finding.HOST,
                                "udp offloads",
                                "of UDP_SEGMENT and UDP_GRO the kernel has only: " + offloads,
                                "a kernel from 5.0 on has both; without them each datagram costs a system call"));
        return found;
    }

    /// What the sockets of a running router have lost.
    static List<Finding> of(InspectedInterface device, HostFiles files) {
        var found = new ArrayList<Finding>();
        long received = device.counter(UdpCounter.DROP_OVERFLOW.label());
        long sent = device.counter(UdpCounter.DROP_BUFFER_FULL.label());
        if (received > 0) {
            int most = files.sysctl("net/core/rmem_max", UdpOptions.BUFFER_BYTES);
            found.add(Finding.hint(
                    device.name(),
                    "sockets",
                    received + " datagrams found the receive buffer full: the router could not keep up",
                    most < UdpOptions.BUFFER_BYTES
                            ? "sysctl -w net.core.rmem_max=" + UdpOptions.BUFFER_BYTES + "   (it is " + most
                                    + "; for a router without CAP_NET_ADMIN of this host)"
                            : "more packet loops (warren.loops), if the machine has cores left"));
        }
        if (sent > 0) {
            found.add(Finding.hint(
                    device.name(),
                    "sockets",
                    sent + " datagrams found the send buffer full: the device below is slower than what is sent",
                    "a queueing discipline there that drops early: tc qdisc replace dev DEVICE root fq_codel"));
        }
        return found;
    }
}
