package dev.warren.app.doctor;

import java.util.List;
import java.util.Locale;

/// Whether the UDP port is the router's.
final class PortCheck {
    private PortCheck() {}

    static Finding of(InspectedInterface device, HostFiles files) {
        var name = device.name();
        int port = device.port();
        if (device.status() != null) {
            if (port > 0) return Finding.ok(name, "port", "UDP " + port + " is open");
            return device.up()
                    ? Finding.wrong(
                            name,
                            "port",
                            "the UDP sockets are not open, often since another program has the port",
                            "ss -ulpn shows who has which port; the log of the router has the reason")
                    : Finding.ok(name, "port", "it is opened when the link comes up");
        }
        if (port == 0) return Finding.ok(name, "port", "any that is free, chosen at the start");
        boolean taken = taken(files.lines("proc/net/udp"), port) || taken(files.lines("proc/net/udp6"), port);
        if (!taken) return Finding.ok(name, "port", "UDP " + port + " is free");
        var remedy = "ss -ulpn 'sport = :" + port + "' shows who has it; end that, or choose another listen-port";
        return files.exists("sys/class/net/" + name)
                ? Finding.hint(
                        name, "port", "UDP " + port + " is in use, perhaps by the router that does not answer", remedy)
                : Finding.wrong(name, "port", "UDP " + port + " is taken by another program", remedy);
    }

    /// Lines of /proc/net/udp: `  sl: address:port ...` in hexadecimal.
    private static boolean taken(List<String> lines, int port) {
        var end = String.format(Locale.ROOT, ":%04X", port);
        return lines.stream()
                .map(line -> line.strip().split("\\s+", 3))
                .anyMatch(words -> words.length > 1 && words[1].endsWith(end));
    }
}
