package dev.warren.app.warmup;

import dev.warren.app.daemon.Cryptography;
import dev.warren.app.daemon.RunningInterface;
import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.CryptoConfig;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.OffloadConfig;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.host.IpTool;
import dev.warren.host.SetupException;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.tun.LinuxTun;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.device.Device;
import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Real traffic for the warm-up run: two routers in this process with a TUN each, TCP and UDP between them through the
/// kernel, so that the ahead-of-time cache has the profile of the whole packet path. Needs a network namespace of its
/// own, root in it, and iproute2; the launcher sees to that where it can.
///
/// Both ends live in one namespace: rules send what is for the other end into a TUN although its address is local.
public final class WarmupTraffic {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PORT = 5202;
    private static final int BLOCK = 128 * 1024;
    private static final int STREAM_SECONDS = 5;
    private static final int ECHO_SECONDS = 2;
    private static final int FLOOD_SECONDS = 3;

    private WarmupTraffic() {}

    public static void run() throws Exception {
        for (var family : List.of("-4", "-6")) {
            IpTool.run(family, "rule", "add", "pref", "20", "lookup", "local");
            IpTool.run(family, "rule", "del", "pref", "0");
        }
        var cryptography = new Cryptography(CryptoConfig.auto());
        var loops = RunningInterface.vertx(1, cryptography);
        var vertx = loops.vertx();
        try (var a = PrivateKey.generate(new SecureRandom());
                var b = PrivateKey.generate(new SecureRandom());
                var suite = Suite.open(Suite.Choice.AUTO)) {
            var deviceA = device(loops, cryptography, 1);
            var deviceB = device(loops, cryptography, 2);
            configure(deviceB, b, a.publicKey(suite.x25519()), 1, null);
            int port;
            try (var status = RunningInterface.await("warm-up", deviceB.status(), PATIENCE)) {
                port = status.listenPort();
            }
            var endpoint = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            configure(deviceA, a, b.publicKey(suite.x25519()), 2, endpoint);
            stream(vertx, inner(1), inner(2));
            echo(inner(1), inner(2));
            flood(inner(1), inner(2), 64);
            flood(inner(2), inner(1), 1372);
            stream(vertx, inner(2), inner(1));
            stream(vertx, inner6(1), inner6(2));
            RunningInterface.await("warm-up", deviceA.close(), PATIENCE);
            RunningInterface.await("warm-up", deviceB.close(), PATIENCE);
        } finally {
            RunningInterface.await("warm-up", vertx.close(), PATIENCE);
        }
    }

    private static InetAddress inner(int host) throws IOException {
        return InetAddress.getByName("10.77.0." + host);
    }

    private static InetAddress inner6(int host) throws IOException {
        return InetAddress.getByName("fd77::" + host);
    }

    private static Device device(EventLoops loops, Cryptography cryptography, int host) throws Exception {
        int other = 3 - host;
        var tun = LinuxTun.open("warmup" + host, RunningInterface.tunOptions(OffloadConfig.on()));
        try (var netlink = Netlink.open()) {
            int index = netlink.link(tun.name()).index();
            netlink.mtu(index, 1420);
            netlink.addAddress(index, inner(host), 32);
            netlink.addAddress(index, inner6(host), 128);
            for (var setting : List.of("rp_filter=0", "accept_local=1")) {
                var split = setting.split("=", 2);
                Files.writeString(Path.of("/proc/sys/net/ipv4/conf", tun.name(), split[0]), split[1]);
            }
            netlink.up(index);
            netlink.addRoute(index, inner(other), 32, 100 + other);
            netlink.addRoute(index, inner6(other), 128, 100 + other);
        }
        var table = "" + (100 + other);
        IpTool.run("-4", "rule", "add", "pref", "10", "to", "10.77.0." + other, "iif", "lo", "lookup", table);
        IpTool.run("-6", "rule", "add", "pref", "10", "to", "fd77::" + other, "iif", "lo", "lookup", table);
        var options = Device.Options.standard(loops.device(host, 1), tun).withCryptography(cryptography);
        return RunningInterface.await("warm-up", Device.start(loops.vertx(), List.of(tun), options), PATIENCE);
    }

    private static void configure(
            Device device, PrivateKey key, PublicKey peer, int host, @Nullable InetSocketAddress endpoint)
            throws SetupException {
        var allowed = new AllowedIpChange(IpPrefix.parse("10.77.0." + host + "/32"), false);
        var allowed6 = new AllowedIpChange(IpPrefix.parse("fd77::" + host + "/128"), false);
        var entry = new PeerUpdate(
                peer, false, false, null, endpoint, OptionalInt.empty(), true, List.of(allowed, allowed6));
        try (var update = new DeviceUpdate(key.copy(), OptionalInt.of(0), OptionalInt.empty(), true, List.of(entry))) {
            RunningInterface.await("warm-up", device.update(update), PATIENCE);
        }
    }

    /// A TCP stream for some seconds; the sink reads on a worker of Vert.x.
    private static void stream(Vertx vertx, InetAddress from, InetAddress to) throws Exception {
        try (var listener = new ServerSocket(PORT, 1, to);
                var socket = new Socket()) {
            var sink = vertx.executeBlocking(() -> swallow(listener), false);
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(to, PORT), (int) PATIENCE.toMillis());
            var block = new byte[BLOCK];
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STREAM_SECONDS);
            while (System.nanoTime() < end) {
                socket.getOutputStream().write(block);
            }
            socket.shutdownOutput();
            RunningInterface.await("warm-up", sink, PATIENCE);
        }
    }

    private static long swallow(ServerSocket listener) throws IOException {
        try (var socket = listener.accept()) {
            var block = new byte[BLOCK];
            long total = 0;
            for (int n; (n = socket.getInputStream().read(block)) > 0; ) {
                total += n;
            }
            return total;
        }
    }

    /// Small datagrams there and back, one at a time.
    private static void echo(InetAddress from, InetAddress to) throws IOException {
        try (var here = new DatagramSocket(0, from);
                var there = new DatagramSocket(PORT, to)) {
            here.setSoTimeout(200);
            there.setSoTimeout(200);
            var packet = new DatagramPacket(new byte[64], 64, to, PORT);
            var received = new DatagramPacket(new byte[64], 64);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ECHO_SECONDS);
            while (System.nanoTime() < end) {
                here.send(packet);
                try {
                    there.receive(received);
                    there.send(new DatagramPacket(received.getData(), 64, received.getSocketAddress()));
                    here.receive(new DatagramPacket(new byte[64], 64));
                } catch (SocketTimeoutException lost) {
                    // Some may be lost; the next round does as well.
                }
            }
        }
    }

    /// Datagrams as fast as they can be sent; most are lost at a socket that is read now and then.
    private static void flood(InetAddress from, InetAddress to, int bytes) throws IOException {
        try (var here = new DatagramSocket(0, from);
                var there = new DatagramSocket(PORT, to)) {
            there.setSoTimeout(1);
            var packet = new DatagramPacket(new byte[bytes], bytes, to, PORT);
            var received = new DatagramPacket(new byte[bytes], bytes);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FLOOD_SECONDS);
            while (System.nanoTime() < end) {
                for (int i = 0; i < 256; i++) {
                    here.send(packet);
                }
                try {
                    there.receive(received);
                } catch (SocketTimeoutException lost) {
                    // They are on their way.
                }
            }
        }
    }
}
