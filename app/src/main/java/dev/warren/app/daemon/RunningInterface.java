package dev.warren.app.daemon;

import dev.warren.conf.OffloadConfig;
import dev.warren.host.Privileges;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.tun.LinuxTun;
import dev.warren.io.tun.TunOptions;
import dev.warren.io.udp.LinuxUdp;
import dev.warren.io.udp.UdpOptions;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.device.Device;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.uapi.UapiSocket;
import dev.warren.verticles.uapi.UapiVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// A device and its control socket, started and stopped together: what both launches share.
///
/// @param uapi null: there is no control socket
public record RunningInterface(Device device, @Nullable UapiVerticle uapi, Promise<DeviceControl> served) {
    private static final Duration START = Duration.ofSeconds(20);
    private static final Duration STOP = Duration.ofMillis(1500);

    /// What a device is started with, whoever starts it.
    public record Settings(Cryptography cryptography, OffloadConfig offload, LoopLayout layout) {}

    /// Vert.x as we use it: native epoll, no cache folder in /tmp, few threads.
    ///
    /// @param packetLoops of all interfaces, which share them
    public static EventLoops vertx(int packetLoops, Cryptography cryptography) throws SetupException {
        // The first native call makes the JVM's linker initialise itself, which two threads had better not do at
        // once: libc here. What libcrypto needs on top another core may do meanwhile.
        new Libc().fcntl(0, Libc.F_GETFL, 0);
        cryptography.begin();
        var vertx = Vertx.vertx(EventLoops.options(packetLoops)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(1)
                .setBlockedThreadCheckInterval(10)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        if (!vertx.isNativeTransportEnabled()) {
            throw SetupException.of("cannot use epoll", vertx.unavailableNativeTransportCause());
        }
        return EventLoops.of(vertx);
    }

    /// Gives up what only the start needed, on this thread and on all event loops: the router is up.
    public static void dropStartingPrivileges(Vertx vertx) {
        Privileges.keep(Privileges.SERVING);
        for (var loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            loop.execute(() -> Privileges.keep(Privileges.SERVING));
        }
    }

    /// Creates the interface, or attaches to one that is there.
    ///
    /// @return its queues
    public static List<LinuxTun> open(String name, Settings settings) throws SetupException {
        int queues = settings.layout.tunQueues();
        try {
            return LinuxTun.open(name, tunOptions(settings.offload), queues);
        } catch (ErrnoException e) {
            var taken = taken(name, e.errno());
            if (taken != null) throw new SetupException(taken, e);
            if (e.errno() == Errno.EBUSY) {
                var why = queues == 1
                        ? name + " is in use: a router is already running on it"
                        : name + " exists: a router is running on it, or it was made by somebody else, which goes with"
                                + " one TUN queue only";
                throw new SetupException(why, e);
            }
            throw SetupException.of("failed to create TUN device", e);
        }
    }

    /// A sentence when the name is that of something else; null if not.
    private static @Nullable String taken(String name, int errno) {
        if (errno == Errno.ENOENT) {
            return "there is no /dev/net/tun: load the module (modprobe tun), or give it to this container"
                    + " (docker run --device /dev/net/tun)";
        }
        if (errno != Errno.EINVAL && errno != Errno.EBUSY) return null;
        try (var netlink = Netlink.open()) {
            var kind = netlink.kind(name);
            if (!kind.equals("tun")) {
                return name + " exists and is " + kind + ", no TUN: take another name, or remove it (ip link del "
                        + name + ")";
            }
            if (errno == Errno.EINVAL) {
                return name + " exists as a TUN with several queues (multi_queue): remove it (ip link del " + name
                        + ")";
            }
        } catch (ErrnoException e) {
            // There is none of that name: it was something else.
        }
        return null;
    }

    public static TunOptions tunOptions(OffloadConfig offload) {
        var standard = TunOptions.standard();
        return new TunOptions(
                offload.tunTso(),
                offload.tunUso(),
                offload.tunGro(),
                offload.tunUdpGro(),
                standard.multiQueue(),
                standard.limitGso());
    }

    private static UdpOptions udpOptions(OffloadConfig offload) {
        return UdpOptions.standard()
                .withOffloads(offload.udpGso(), offload.udpGro())
                .withNeverEqualTail(!offload.udpGsoEqualTail());
    }

    /// Starts the device around an open TUN, which it owns from now on, and makes the socket ready. `undo`
    /// learns how to undo it.
    ///
    /// @param number of this interface within the process, from 0
    /// @param socket null: none
    public static RunningInterface start(
            EventLoops loops,
            int number,
            List<LinuxTun> queues,
            @Nullable UapiSocket socket,
            Settings settings,
            UndoLog undo)
            throws SetupException {
        var vertx = loops.vertx();
        var name = queues.getFirst().name();
        var udp = udpOptions(settings.offload);
        var deviceLoops = loops.device(number, settings.layout.packetLoops());
        Device.Options options;
        try {
            options = Device.Options.standard(deviceLoops, queues.getFirst());
        } catch (ErrnoException e) {
            throw SetupException.of(name, e);
        }
        options = options.withCryptography(settings.cryptography)
                .withSockets((port, mark) -> LinuxUdp.open(port, mark, udp));
        var starting = Device.start(vertx, queues, options);
        Promise<DeviceControl> served = Promise.promise();
        var uapi = socket == null ? null : new UapiVerticle(served.future(), socket, UapiVerticle.Limits.usual());
        var deployed = uapi == null ? null : loops.deploy(uapi); // meanwhile
        var device = await(name, starting, START);
        settings.cryptography.log(LoggerFactory.getLogger(RunningInterface.class), name);
        undo.add("router", () -> await(device.name(), device.close(), STOP));
        if (deployed == null) return new RunningInterface(device, null, served);
        var id = await("control socket", deployed, START);
        undo.add("control socket", () -> await(device.name(), vertx.undeploy(id), STOP));
        return new RunningInterface(device, uapi, served);
    }

    /// Completes when the control socket's file was removed.
    public Future<Void> removed() {
        return uapi == null ? Promise.<Void>promise().future() : uapi.removed();
    }

    /// From now on the control socket is answered: the interface is what it should be at first.
    public void serve() {
        served.complete(device);
    }

    /// Waits on the main thread, or on the one that stops everything.
    public static <T> T await(String what, Future<T> future, Duration patience) throws SetupException {
        try {
            return future.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new SetupException(what + ": no answer within " + patience.toMillis() + " ms", e);
        } catch (Throwable e) {
            throw SetupException.of(what, e);
        }
    }
}
