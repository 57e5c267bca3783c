package dev.warren.app.command;

import dev.warren.app.cli.Version;
import dev.warren.app.daemon.Cryptography;
import dev.warren.app.daemon.LoopLayout;
import dev.warren.app.daemon.RunningInterface;
import dev.warren.app.log.LogFormat;
import dev.warren.app.log.LogSettings;
import dev.warren.app.process.CompilerThreads;
import dev.warren.app.process.Lifetime;
import dev.warren.app.process.Readiness;
import dev.warren.app.process.Signals;
import dev.warren.conf.OffloadConfig;
import dev.warren.host.InterfaceName;
import dev.warren.host.Privileges;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.tun.LinuxTun;
import dev.warren.verticles.uapi.UapiSocket;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `warren [-f] INTERFACE`: what wireguard-go is to wg-quick. One interface, configured by `wg` through its
/// socket.
///
/// Of the environment it takes what wireguard-go takes: WG_TUN_FD, WG_UAPI_FD, LOG_LEVEL; the launcher takes
/// WG_PROCESS_FOREGROUND. Of our own: WARREN_LOOPS and WARREN_TUN_QUEUES, see [LoopLayout], WARREN_OFFLOAD,
/// WARREN_LOG_FORMAT, and those of [Cryptography].
public final class InterfaceCommand {
    /// What wireguard-go gives a new interface.
    private static final int MTU = 1420;

    private final Function<String, @Nullable String> environment;

    public InterfaceCommand(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    /// Runs until a signal, or until the interface or the socket's file is taken away.
    ///
    /// @return the exit code
    public int run(String wanted) {
        var readiness = Readiness.inherited();
        LogSettings settings;
        try {
            settings = LogSettings.ofEnvironment(
                    environment.apply("LOG_LEVEL"),
                    environment.apply("WARREN_LOG_FORMAT"),
                    environment.apply("JOURNAL_STREAM"));
            settings.apply();
        } catch (SetupException e) {
            failed(readiness, LogFormat.TEXT, e);
            return 2;
        }
        var undo = new UndoLog();
        var lifetime = new Lifetime(undo);
        try {
            var vertx = start(wanted, undo, lifetime);
            if (readiness != null) {
                readiness.ready();
            }
            CompilerThreads.raisePriority();
            RunningInterface.dropStartingPrivileges(vertx);
            Signals.answerHangUp();
            var log = LoggerFactory.getLogger(InterfaceCommand.class);
            log.info("({}) Started", wanted);
            undo.add("log", () -> log.info("({}) Stopping", wanted));
        } catch (SetupException | IOException e) {
            lifetime.end(1);
            undo.run();
            failed(readiness, settings.format(), e);
            return 1;
        }
        return lifetime.await();
    }

    private static void failed(@Nullable Readiness readiness, LogFormat format, Exception e) {
        if (readiness != null) {
            readiness.failed(String.valueOf(e.getMessage()));
        } else if (format.isForPrograms()) {
            LoggerFactory.getLogger(InterfaceCommand.class).error(e.getMessage());
        } else {
            System.err.println("warren: " + e.getMessage());
        }
    }

    private Vertx start(String wanted, UndoLog undo, Lifetime lifetime) throws SetupException {
        var problem = InterfaceName.problem(wanted);
        if (problem != null) {
            throw new SetupException(problem);
        }
        var settings = settings();
        int tunFd = inherited("WG_TUN_FD");
        int uapiFd = inherited("WG_UAPI_FD");
        if (tunFd < 0) {
            Privileges.requireNetAdmin("warren " + wanted);
        }
        Privileges.keep(Privileges.STARTING);
        var loops = RunningInterface.vertx(settings.layout().packetLoops(), settings.cryptography());
        var vertx = loops.vertx();
        undo.add("event loops", () -> RunningInterface.await("event loops", vertx.close(), Duration.ofSeconds(1)));
        var queues = tunFd < 0 ? RunningInterface.open(wanted, settings) : List.of(adopt(tunFd, settings.offload()));
        undo.add("interface", () -> queues.forEach(LinuxTun::close));
        var tun = queues.getFirst();
        var name = tun.name();
        Logger log = LoggerFactory.getLogger(InterfaceCommand.class);
        log.debug("({}) Starting {}", name, Version.line());
        tun.warnings().forEach(warning -> log.warn("({}) {}", name, warning));
        setMtu(name);
        var socket = socket(name, uapiFd);
        undo.add("control socket's file", socket::removeFile);
        var running = RunningInterface.start(loops, 0, queues, socket, settings, undo);
        log.debug("({}) Device started", name);
        running.removed().onSuccess(_ -> {
            // As wireguard-go: this is how wg-quick ends a router, and it is no failure.
            log.info("({}) The control socket was removed: shutting down", name);
            lifetime.end(0);
        });
        running.device().ended().onComplete(ended -> {
            // Whoever watches over us should know that nobody asked us to end.
            log.error(
                    "({}) {}: shutting down",
                    name,
                    ended.succeeded() ? ended.result() : ended.cause().getMessage());
            lifetime.end(1);
        });
        running.serve();
        log.debug("({}) UAPI listener started", name);
        return vertx;
    }

    public RunningInterface.Settings settings() throws SetupException {
        int cores = Runtime.getRuntime().availableProcessors();
        return new RunningInterface.Settings(
                new Cryptography(Cryptography.ofEnvironment(environment)),
                offload(),
                LoopLayout.ofEnvironment(environment, cores));
    }

    /// Of the environment: WARREN_OFFLOAD, for kernels and drivers that get it wrong.
    private OffloadConfig offload() throws SetupException {
        var value = environment.apply("WARREN_OFFLOAD");
        try {
            return value == null || value.isEmpty() ? OffloadConfig.on() : OffloadConfig.parse(value);
        } catch (IllegalArgumentException e) {
            throw new SetupException("WARREN_OFFLOAD: " + e.getMessage(), e);
        }
    }

    /// The queue that was opened elsewhere; further ones of it could not be had.
    private static LinuxTun adopt(int fd, OffloadConfig offload) throws SetupException {
        try {
            return LinuxTun.adopt(fd, RunningInterface.tunOptions(offload));
        } catch (ErrnoException e) {
            throw SetupException.of("failed to create TUN device", e);
        }
    }

    private static void setMtu(String name) throws SetupException {
        try (var netlink = Netlink.open()) {
            netlink.mtu(netlink.link(name).index(), MTU);
        } catch (ErrnoException e) {
            throw SetupException.of("MTU of " + name, e);
        }
    }

    private static UapiSocket socket(String name, int fd) throws SetupException {
        try {
            return fd < 0
                    ? UapiSocket.listen(UapiSocket.DIRECTORY, name)
                    : UapiSocket.adopt(fd, UapiSocket.DIRECTORY, name);
        } catch (IOException e) {
            throw SetupException.of("UAPI listen error", e);
        }
    }

    /// An inherited descriptor, made non-blocking and kept from our children; -1 when there is none.
    private int inherited(String variable) throws SetupException {
        var value = environment.apply(variable);
        if (value == null || value.isEmpty()) {
            return -1;
        }
        int fd;
        try {
            fd = Integer.parseUnsignedInt(value);
        } catch (NumberFormatException e) {
            throw new SetupException(variable + "=" + value + " is not the number of an open file", e);
        }
        var libc = new Libc();
        int flags = libc.fcntl(fd, Libc.F_GETFL, 0);
        if (flags < 0) {
            throw new SetupException(variable + "=" + value + ": " + Errno.describe(flags));
        }
        libc.fcntl(fd, Libc.F_SETFL, flags | Libc.O_NONBLOCK);
        libc.fcntl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC);
        return fd;
    }
}
