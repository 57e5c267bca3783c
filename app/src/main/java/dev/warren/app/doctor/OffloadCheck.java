package dev.warren.app.doctor;

import dev.warren.conf.OffloadConfig;
import dev.warren.io.Offload;
import dev.warren.io.counters.TunCounter;
import dev.warren.io.counters.UdpCounter;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Segmentation and coalescing by the kernel: what a running router uses, and what this kernel is known for.
final class OffloadCheck {
    private static final String UNASKED =
            "off: " + Offload.of("", false, false, "").off();

    private OffloadCheck() {}

    /// @param configured null without a file: all are on
    static List<Finding> ofHost(HostFiles files, @Nullable OffloadConfig configured) {
        var wanted = configured == null ? OffloadConfig.on() : configured;
        var text = files.sysctl("kernel/osrelease");
        int version = version(text == null ? "" : text);
        var found = new ArrayList<Finding>();
        if (version > 0 && version < number(6, 2, 0) && (wanted.tunUso() || wanted.tunUdpGro())) {
            found.add(Finding.hint(
                    Finding.HOST,
                    "tun offloads",
                    "Linux " + text + " has none for UDP on a TUN, so UDP inside the tunnel goes packet by packet",
                    "a kernel from 6.2 on has them"));
        }
        boolean corrupts = version >= number(7, 0, 0) && version <= number(7, 1, 4);
        if (corrupts && wanted.udpGso() && wanted.udpGsoEqualTail()) {
            found.add(Finding.hint(
                    Finding.HOST,
                    "udp offloads",
                    "Linux 7.0 to 7.1.4 corrupts trains of equal datagrams on some devices",
                    "where transfers stall: warren.offload.udp-gso-equal-tail = off"));
        }
        return found;
    }

    static List<Finding> of(InspectedInterface device) {
        var found = new ArrayList<Finding>();
        var status = device.status();
        if (status != null && status.getValue("offloads") instanceof JsonObject offloads) {
            found.addAll(used(device.name(), offloads));
        }
        long refused = device.counter(TunCounter.WRITE_GRO_REFUSED.label());
        if (refused > 0) {
            found.add(Finding.hint(
                    device.name(),
                    "tun offloads",
                    "the kernel refused " + refused + " coalesced super-packets, which went one by one",
                    "warren.offload.tun-gro = off spares the attempts, if there are more each minute"));
        }
        refused = device.counter(UdpCounter.SEND_GSO_REFUSED.label());
        if (refused > 0) {
            found.add(Finding.hint(
                    device.name(),
                    "udp offloads",
                    "the kernel refused " + refused + " trains of datagrams, which went one by one",
                    "warren.offload.udp-gso = off spares the attempts, if there are more each minute"));
        }
        return found;
    }

    /// `{"tun-tso": "on", "udp-gso": "off: the kernel refused ..."}`
    private static List<Finding> used(String device, JsonObject offloads) {
        var found = new ArrayList<Finding>();
        var on = new ArrayList<String>();
        var unasked = new ArrayList<String>();
        for (var name : offloads.fieldNames()) {
            var state = offloads.getString(name, "");
            if (state.equals(UNASKED)) {
                unasked.add(name);
            } else if (state.startsWith("off")) {
                found.add(Finding.hint(
                        device,
                        "offloads",
                        name + " is " + state,
                        "nothing, if it is fast enough; a newer kernel may have it"));
            } else {
                on.add(name);
            }
        }
        if (!unasked.isEmpty()) {
            found.addFirst(Finding.ok(device, "offloads", "off, as configured: " + String.join(", ", unasked)));
        }
        if (!on.isEmpty()) found.addFirst(Finding.ok(device, "offloads", "on: " + String.join(", ", on)));
        return found;
    }

    /// `6.18.44-generic` as a number that can be compared; 0 when it is none.
    private static int version(String release) {
        var parts = release.split("[^0-9]", 4);
        int[] numbers = new int[3];
        for (int i = 0; i < Math.min(3, parts.length); i++) {
            if (!parts[i].matches("[0-9]{1,3}")) break;
            numbers[i] = Integer.parseInt(parts[i]);
        }
        return number(numbers[0], numbers[1], numbers[2]);
    }

    private static int number(int major, int minor, int patch) {
        return (major * 1000 + minor) * 1000 + patch;
    }
}
