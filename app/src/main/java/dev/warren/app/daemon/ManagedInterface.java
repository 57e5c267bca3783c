package dev.warren.app.daemon;

import dev.warren.app.cli.Hints;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.RouterConfig;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.host.KernelRoutes;
import dev.warren.host.Leftovers;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.netlink.LinkInfo;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.netlink.RoutingTables;
import dev.warren.io.tun.LinuxTun;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpFamily;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.uapi.UapiSocket;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One interface of a configuration file while it runs. Each has its own end: the others go on.
public final class ManagedInterface implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedInterface.class);
    private static final Duration UPDATE = Duration.ofSeconds(30);

    private final EventLoops loops;
    private final int number;
    private final Context context;
    private final RunningInterface.Settings settings;
    private final InterfaceConfig config;
    private final Path stateDirectory;
    private final UndoLog undo = new UndoLog();
    private final Promise<Integer> ended = Promise.promise();
    private volatile boolean stopping;
    private int port;
    private int mtu;
    private @Nullable Upkeep upkeep;
    private @Nullable DeviceControl device;

    /// @param number of this interface within the process, from 0
    /// @param context for all that the launcher does while it runs
    public ManagedInterface(
            EventLoops loops,
            int number,
            Context context,
            RouterConfig router,
            Cryptography cryptography,
            LoopLayout layout,
            InterfaceConfig config) {
        this.loops = loops;
        this.number = number;
        this.context = context;
        this.settings = new RunningInterface.Settings(cryptography, router.offload(), layout);
        this.stateDirectory = router.stateDirectory();
        this.config = config;
    }

    /// The running device; null before it is started.
    public @Nullable DeviceControl device() {
        return device;
    }

    public InterfaceConfig config() {
        return config;
    }

    public int port() {
        return port;
    }

    public int mtu() {
        return mtu;
    }

    /// Completes with an exit code when it has ended by itself: the interface or the socket was taken away.
    public Future<Integer> ended() {
        return ended.future();
    }

    /// Undoes all that [#start] did, last thing first. Blocks; idempotent.
    @Override
    public void close() {
        undo.run();
    }

    /// Brings it up: the interface and what belongs to it on this host, then the router, then its configuration. What
    /// was done before a failure is undone by [#close]. Blocks.
    public void start(PrivateKey key) throws SetupException {
        var name = config.name();
        try (var netlink = Netlink.open()) {
            var before = existing(netlink, name);
            var queues = RunningInterface.open(name, settings);
            undo.add("interface", () -> queues.forEach(LinuxTun::close));
            queues.getFirst().warnings().forEach(warning -> LOG.warn("({}) {}", name, warning));
            int index = netlink.link(name).index();
            if (before != null) {
                undo.add("addresses and routes", () -> Leftovers.clear(index));
                undo.add("MTU", () -> restoreMtu(index, before.mtu()));
            }
            var families = families();
            var routes = new KernelRoutes(config, families, undo);
            configureHost(netlink, index, families, routes, before != null);
            var running = startRouter(queues);
            try (var update = config.toUpdate(key, routes.mark(), HostAndPort::literal)) {
                apply(update);
            }
            keep(running.device(), index, families, routes);
            end(running, routes);
            running.serve();
            try (var status = RunningInterface.await(name, running.device().status(), UPDATE)) {
                port = status.listenPort();
            }
            LOG.info(
                    "({}) Started: port {}, {}",
                    name,
                    port,
                    Hints.count(config.peers().size(), "peer"));
            undo.add("log", () -> {
                stopping = true;
                LOG.info("({}) Stopping", name);
            });
        } catch (IOException e) {
            throw SetupException.of(name, e);
        }
    }

    /// Applies a change to the running router. What was applied before a failure stays. Blocks.
    ///
    /// @param update closed by the caller
    public void apply(DeviceUpdate update) throws SetupException {
        var device = this.device;
        if (device == null) throw new IllegalStateException(config.name() + " is not running");
        RunningInterface.await(config.name(), device.update(update, Origin.FILE), UPDATE);
    }

    /// Addresses, MTU, link, routes. They go with the interface; rules are in the undo log.
    private void configureHost(
            Netlink netlink, int index, Set<IpFamily> families, KernelRoutes routes, boolean persistent)
            throws SetupException, ErrnoException {
        routes.warnOfOthers();
        mtu = routes.mtu(netlink, HostAndPort::literal);
        netlink.mtu(index, mtu);
        for (var address : config.addresses()) {
            if (!families.contains(address.address().family())) continue;
            netlink.addAddress(index, KernelRoutes.inet(address.address()), address.prefixLength());
        }
        if (persistent) logOtherAddresses(index);
        netlink.up(index);
        // Before the monitors of routes are there: 100,000 routes are as many messages.
        routes.add(netlink, index, HostAndPort::literal);
        if (config.killSwitch()) Leftovers.remove(true); // ours refuses now, and theirs would refuse our datagrams
    }

    private RunningInterface startRouter(List<LinuxTun> queues) throws SetupException, IOException {
        var socket = socket();
        if (socket != null) undo.add("control socket's file", socket::removeFile);
        var running = RunningInterface.start(loops, number, queues, socket, settings, undo);
        device = running.device();
        return running;
    }

    /// Starts what keeps the host as the configuration has it: names, addresses, routes, remembered endpoints.
    private void keep(DeviceControl device, int index, Set<IpFamily> families, KernelRoutes routes)
            throws SetupException {
        var endpoints = new EndpointResolver(context, device, index, routes);
        var started = new Upkeep(context, config, families, index, mtu, routes, endpoints::known);
        upkeep = started;
        started.start(undo);
        endpoints.start(config, started::soon);
        new EndpointMemory(context, device, config, stateDirectory).start(undo);
    }

    /// Completes [#ended] when the control socket is removed or the interface goes away.
    private void end(RunningInterface running, KernelRoutes routes) {
        var name = config.name();
        running.removed().onSuccess(_ -> {
            LOG.info("({}) its control socket was removed: shutting down", name);
            ended.tryComplete(0);
        });
        running.device().ended().onComplete(gone -> {
            LOG.error("({}) {}: shutting down", name, gone.succeeded() ? gone.result() : gone.cause());
            if (!stopping) routes.lostForGood();
            ended.tryComplete(1);
        });
    }

    /// A TUN that persists is there before us and after us.
    private static @Nullable LinkInfo existing(Netlink netlink, String name) throws ErrnoException {
        try {
            return netlink.link(name);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENODEV) throw e;
            return null;
        }
    }

    /// Logs addresses that are not configured here; those that an earlier router left are gone by now.
    private void logOtherAddresses(int index) throws ErrnoException {
        try (var tables = RoutingTables.open()) {
            for (var family : IpFamily.values()) {
                tables.addresses(family == IpFamily.V6, found -> {
                    var address = IpAddress.of(found.address().getAddress());
                    boolean others = found.interfaceIndex() == index && !found.ours();
                    if (!others || found.address().isLinkLocalAddress()) return;
                    if (config.addresses().stream()
                            .anyMatch(each -> each.address().equals(address))) return;
                    LOG.info(
                            "({}) it has the address {}/{} too, which is not configured here: it stays",
                            config.name(),
                            address,
                            found.prefixLength());
                });
            }
        }
    }

    /// Unless somebody else has set another value since.
    private void restoreMtu(int index, int before) throws ErrnoException {
        try (var netlink = Netlink.open()) {
            int ours = upkeep == null ? mtu : upkeep.mtu();
            if (netlink.link(index).mtu() == ours) netlink.mtu(index, before);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENODEV) throw e; // it was deleted, or moved to another namespace
        }
    }

    /// Which families the interface can have. Without IPv6 the rest goes on.
    private Set<IpFamily> families() {
        var switched = Path.of("/proc/sys/net/ipv6/conf", config.name(), "disable_ipv6");
        try {
            if (!Files.readString(switched).strip().equals("1")) return EnumSet.allOf(IpFamily.class);
        } catch (IOException e) {
            if (Files.exists(switched) || !Files.exists(Path.of("/proc/sys/net"))) return EnumSet.allOf(IpFamily.class);
        }
        boolean wanted =
                config.addresses().stream().anyMatch(each -> each.address().family() == IpFamily.V6)
                        || config.peers().stream()
                                .flatMap(peer -> peer.allowedIps().stream())
                                .anyMatch(prefix -> prefix.family() == IpFamily.V6);
        if (wanted) {
            LOG.warn(
                    "({}) IPv6 is switched off here (net.ipv6.conf.*.disable_ipv6): its IPv6 addresses and routes are left"
                            + " out",
                    config.name());
        }
        return EnumSet.of(IpFamily.V4);
    }

    /// Null where there can be none: a router that is configured by a file works without.
    private @Nullable UapiSocket socket() throws IOException {
        try {
            return UapiSocket.listen(UapiSocket.DIRECTORY, config.name());
        } catch (IOException e) {
            if (e.getCause() instanceof FileAlreadyExistsException) throw e; // somebody else serves it
            LOG.warn(
                    "({}) {}; wg and warren stats do not find this interface, all else works",
                    config.name(),
                    SetupException.of("no control socket", e).getMessage());
            return null;
        }
    }
}
