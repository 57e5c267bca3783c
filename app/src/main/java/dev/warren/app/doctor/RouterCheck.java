package dev.warren.app.doctor;

import dev.warren.app.cli.Hints;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether the router of an interface runs and can make handshakes.
final class RouterCheck {
    private RouterCheck() {}

    /// @param silence why no router answers; null when one does, or none is there
    static List<Finding> of(InspectedInterface device, @Nullable String silence) {
        var name = Hints.shell(device.name());
        var status = device.status();
        if (status == null) {
            return List.of(Finding.hint(
                    device.name(),
                    "router",
                    silence == null
                            ? "it does not run, so this is about the configuration and the host alone"
                            : "it does not answer: " + silence,
                    silence == null ? "sudo warren run" : "sudo warren doctor, or start it again"));
        }
        var found = new ArrayList<Finding>();
        if (!device.up()) {
            found.add(Finding.wrong(
                    device.name(), "router", "it runs, but the link is down", "ip link set " + name + " up"));
        } else if (!status.containsKey("publicKey")) {
            found.add(Finding.wrong(
                    device.name(),
                    "router",
                    "it has no private key, so no handshake can be made",
                    "wg set " + name + " private-key FILE"));
        } else {
            long online = device.peers().stream()
                    .filter(peer -> peer.status() != null && peer.status().getBoolean("online"))
                    .count();
            found.add(Finding.ok(
                    device.name(),
                    "router",
                    "it runs, " + online + " of " + device.peers().size() + " peers online"));
        }
        var unknown = device.configured()
                ? device.peers().stream().filter(peer -> peer.status() == null).toList()
                : List.<InspectedPeer>of();
        if (!unknown.isEmpty()) {
            found.add(Finding.hint(
                    device.name(),
                    "router",
                    "it does not have " + Hints.count(unknown.size(), "peer") + " of the file, such as "
                            + unknown.getFirst().name(),
                    "start it again, or wg set " + name + " peer ..."));
        }
        return found;
    }
}
