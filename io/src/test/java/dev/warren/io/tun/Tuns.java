package dev.warren.io.tun;

import dev.warren.io.counters.TunCounter;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.netlink.Netlink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;

/// Interfaces for tests: names nobody else has, addresses of 198.18.0.0/15 (RFC 2544) and a ULA.
public final class Tuns {
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Tuns() {}

    public static String name() {
        return "wt" + ProcessHandle.current().pid() % 1_000_000 + "x" + NEXT.incrementAndGet();
    }

    /// A number for addresses, so that two test runs at once do not meet.
    public static int octet() {
        return (int) ((ProcessHandle.current().pid() * 7 + NEXT.get() * 13L) % 250) + 1;
    }

    public static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /// Up, with the first address of each pair of which [Mirror] is the second.
    public static void up(LinuxTun tun, int octet, int mtu) throws ErrnoException {
        try (var netlink = Netlink.open()) {
            int index = netlink.link(tun.name()).index();
            netlink.mtu(index, mtu);
            LinkMonitor.open(tun).close(); // limits super-packets by the MTU
            netlink.addAddress(index, address("198.18." + octet + ".1"), 24);
            if (mtu >= 1280) netlink.addAddress(index, address("fd77:7761:7272:" + octet + "::1"), 64);
            netlink.up(index);
        }
    }

    public static void ip(String... arguments) throws IOException, InterruptedException {
        var command = new java.util.ArrayList<String>();
        command.add("ip");
        command.addAll(java.util.List.of(arguments));
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) throw new IOException(command + " said " + status);
    }

    public static long counter(LinuxTun tun, TunCounter counter) {
        return tun.counters().get(counter);
    }
}
