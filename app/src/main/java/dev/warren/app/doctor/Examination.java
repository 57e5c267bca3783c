package dev.warren.app.doctor;

import dev.warren.app.cli.StatusClient;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.OffloadConfig;
import dev.warren.conf.Problem;
import dev.warren.conf.RouterConfig;
import dev.warren.host.NftTool;
import dev.warren.host.Privileges;
import dev.warren.host.SetupException;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.udp.UdpOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// All checks of this host and its interfaces, in the order in which they are printed. Changes nothing,
/// sends nothing but questions to control sockets and to the kernel.
public final class Examination {
    /// @param silence why no router answers; null when one does, or none is there
    private record Subject(
            InspectedInterface device, @Nullable String silence) {}

    private final HostFiles files;
    private final StatusClient client;

    public Examination(HostFiles files, StatusClient client) {
        this.files = files;
        this.client = client;
    }

    /// @param config what is configured; null: nothing is known of it
    /// @param only the interface to look at; null: all that are configured or, as far as `running` says, running
    /// @param running whether to look at interfaces that run and are not configured
    /// @return what was found; null when there is no such interface
    public @Nullable List<Finding> run(@Nullable RouterConfig config, @Nullable String only, boolean running) {
        var subjects = new ArrayList<Subject>();
        if (config != null) {
            for (var each : config.interfaces()) {
                if (only == null || only.equals(each.name())) subjects.add(configured(each));
            }
        }
        if (running || only != null) subjects.addAll(others(config, only));
        if (only != null && subjects.isEmpty()) return null;
        int peers =
                subjects.stream().mapToInt(each -> each.device().peers().size()).sum();
        var found = new ArrayList<>(host(config == null ? null : config.offload(), peers));
        if (config != null) config.warnings().forEach(warning -> found.add(ofFile(warning, Finding.Level.HINT)));
        var rules = rules();
        for (var each : subjects) found.addAll(device(each, rules));
        return found;
    }

    /// What a configuration file says that cannot be, or that is odd.
    public static Finding ofFile(Problem problem, Finding.Level level) {
        return new Finding(
                Finding.HOST,
                "configuration",
                level,
                problem.file() + (problem.line() > 0 ? ":" + problem.line() : "") + ": "
                        + (problem.key().isEmpty() ? "" : problem.key() + ": ") + problem.problem(),
                problem.expected().isEmpty()
                        ? "warren run --check " + problem.file()
                        : "it takes " + problem.expected());
    }

    private Subject configured(InterfaceConfig config) {
        if (!Files.exists(client.socket(config.name()))) {
            return new Subject(InspectedInterface.of(config, null), null);
        }
        try {
            return new Subject(InspectedInterface.of(config, client.status(config.name())), null);
        } catch (IOException e) {
            return new Subject(InspectedInterface.of(config, null), String.valueOf(e.getMessage()));
        }
    }

    /// Those that run and that the file does not have.
    private List<Subject> others(@Nullable RouterConfig config, @Nullable String only) {
        var names = new TreeSet<String>();
        try {
            names.addAll(client.names());
        } catch (IOException e) {
            return List.of(); // a folder that is closed to us has no router for us
        }
        if (config != null) config.interfaces().forEach(each -> names.remove(each.name()));
        if (only != null) names.retainAll(List.of(only));
        var others = new ArrayList<Subject>();
        for (var name : names) {
            try {
                others.add(new Subject(InspectedInterface.of(client.status(name)), null));
            } catch (IOException e) {
                // One of another program, or one that a killed router has left: not ours to speak of.
            }
        }
        return others;
    }

    private List<Finding> host(@Nullable OffloadConfig offload, int peers) {
        long capabilities = Privileges.effective(files.path("proc/self/status"));
        var found = new ArrayList<>(RightsCheck.of(files, capabilities, peers));
        found.add(ClockCheck.ofHost(files, new Libc().clockStatus()));
        found.addAll(SocketCheck.ofHost(UdpOptions.standard(), Privileges.has(capabilities, Privileges.NET_ADMIN)));
        found.addAll(OffloadCheck.ofHost(files, offload));
        found.addAll(KernelCheck.of(files));
        return found;
    }

    private static Firewall rules() {
        try {
            return new Firewall(Ruleset.parse(NftTool.ruleset()), "");
        } catch (SetupException | IllegalArgumentException e) {
            return new Firewall(null, String.valueOf(e.getMessage()));
        }
    }

    /// @param rules null when they cannot be read
    /// @param silence why not
    private record Firewall(@Nullable Ruleset rules, String silence) {}

    private List<Finding> device(Subject subject, Firewall firewall) {
        var device = subject.device();
        var found = new ArrayList<>(RouterCheck.of(device, subject.silence()));
        found.add(PortCheck.of(device, files));
        found.add(FirewallCheck.of(device, files, firewall.rules(), firewall.silence()));
        found.addAll(ForwardingCheck.of(device, files, firewall.rules()));
        try (var netlink = Netlink.open()) {
            var routes = EndpointRoute.of(device, netlink);
            found.add(ReversePathCheck.of(device, files, routes));
            found.addAll(PathMtuCheck.of(device, routes));
        } catch (ErrnoException e) {
            found.add(Finding.hint(device.name(), "path mtu", "cannot tell: " + e.getMessage(), "ip route"));
        }
        found.add(Ipv6Check.of(device, files));
        found.addAll(ClockCheck.of(device));
        found.addAll(SocketCheck.of(device));
        found.addAll(OffloadCheck.of(device));
        return found;
    }
}
