package dev.warren.app.doctor;

import dev.warren.io.Offload;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.udp.LinuxUdp;
import dev.warren.io.udp.UdpOptions;
import java.util.ArrayList;
import java.util.List;

/// The UDP sockets: what is granted to one that is opened as the router opens its own, and what its own have lost.
final class SocketCheck {
    private static final String RAISE = ": raise ";

    private SocketCheck() {}

    /// Opens sockets on a free port for a moment; nothing is sent.
    ///
    /// @param admin whether this process has CAP_NET_ADMIN, as the router has: it may exceed net.core.rmem_max
    static List<Finding> ofHost(UdpOptions options, boolean admin) {
        try {
            var udp = LinuxUdp.open(0, 0, options);
            try {
                var found = buffers(udp.warnings(), options.bufferBytes(), admin);
                found.addAll(offloads(udp.offloads()));
                return found;
            } finally {
                udp.close();
            }
        } catch (ErrnoException e) {
            return List.of(Finding.wrong(
                    Finding.HOST, "sockets", "no UDP socket can be opened: " + e.getMessage(), "dmesg, ulimit -n"));
        }
    }

    /// @param warnings of both sockets, which are mostly the same
    private static List<Finding> buffers(List<String> warnings, int bytes, boolean admin) {
        var found = new ArrayList<Finding>();
        for (var warning : warnings.stream().distinct().toList()) {
            int raise = warning.indexOf(RAISE);
            if (raise < 0) {
                found.add(Finding.hint(Finding.HOST, "sockets", warning, "nothing, where that is meant"));
            } else {
                found.add(Finding.hint(
                        Finding.HOST,
                        "sockets",
                        (admin ? "" : "without CAP_NET_ADMIN the ") + warning.substring(0, raise) + ": bursts are lost",
                        "sysctl -w " + warning.substring(raise + RAISE.length()) + "=" + bytes));
            }
        }
        if (found.isEmpty()) {
            found.add(Finding.ok(Finding.HOST, "sockets", (bytes >> 20) + " MiB of buffer each way, as asked for"));
        }
        return found;
    }

    private static List<Finding> offloads(List<Offload> offloads) {
        var found = new ArrayList<Finding>();
        for (var each : offloads) {
            if (each.off() == null) continue;
            found.add(Finding.hint(
                    Finding.HOST,
                    "udp offloads",
                    each.name() + " is off: " + each.off() + ", so each datagram costs a system call",
                    "a kernel from 5.0 on has it"));
        }
        if (found.isEmpty()) {
            found.add(Finding.ok(Finding.HOST, "udp offloads", "the kernel has UDP_SEGMENT and UDP_GRO"));
        }
        return found;
    }

    /// What the sockets of a running router have lost.
    static List<Finding> of(InspectedInterface device) {
        var found = new ArrayList<Finding>();
        long received = device.counter(UdpCounter.DROP_OVERFLOW.label());
        long sent = device.counter(UdpCounter.DROP_BUFFER_FULL.label());
        if (received > 0) {
            found.add(Finding.hint(
                    device.name(),
                    "sockets",
                    received + " datagrams found the receive buffer full: the router could not keep up",
                    "more packet loops (warren.loops), if the machine has cores left"));
        }
        if (sent > 0) {
            found.add(Finding.hint(
                    device.name(),
                    "sockets",
                    sent + " datagrams found the send buffer full: the device below is slower than what is sent",
                    "tc qdisc replace dev DEVICE root fq_codel drops early there"));
        }
        return found;
    }
}
