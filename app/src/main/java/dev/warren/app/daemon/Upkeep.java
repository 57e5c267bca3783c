package dev.warren.app.daemon;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.host.KernelRoutes;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.netlink.NetworkChanges;
import dev.warren.routing.ip.IpFamily;
import dev.warren.verticles.loop.EpollWatch;
import io.vertx.core.Context;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps an interface of a configuration file as the file wants it while the network around it changes:
/// what the kernel removes with a link that goes down (IPv6 addresses, all routes) comes back with it, a
/// network that led elsewhere leads here when it is free, and an automatic MTU follows the routes to the
/// peers. What a person removes stays removed.
///
/// It looks at how things are, some time after something has changed, off the event loops.
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    /// Changes come in crowds.
    private static final long PAUSE_MILLIS = 200;
    /// So many parts of the time go by without looking, where routes change all the time.
    private static final long IDLE = 10;

    private final Context context;
    private final InterfaceConfig config;
    private final Set<IpFamily> families;
    private final int index;
    private final KernelRoutes routing;
    private final Supplier<Function<HostAndPort, @Nullable InetSocketAddress>> addresses;

    /// What we have set; another value is somebody else's, and stays.
    private volatile int mtu;

    private boolean wasDown;
    private boolean scheduled;
    private long lastTook;

    /// @param context of all that calls the routing
    /// @param addresses gives those of the endpoints, as far as they are known
    Upkeep(
            Context context,
            InterfaceConfig config,
            Set<IpFamily> families,
            int index,
            int mtu,
            KernelRoutes routing,
            Supplier<Function<HostAndPort, @Nullable InetSocketAddress>> addresses) {
        this.context = context;
        this.config = config;
        this.families = families;
        this.index = index;
        this.mtu = mtu;
        this.routing = routing;
        this.addresses = addresses;
    }

    /// Begins; `undo` learns how to stop it.
    void start(UndoLog undo) throws SetupException {
        NetworkChanges changes;
        try {
            changes = NetworkChanges.open();
        } catch (ErrnoException e) {
            throw SetupException.of(config.name(), e);
        }
        var opened = EpollWatch.open(context, changes.fd(), () -> {
            wasDown |= changes.drain(index);
            soon();
        });
        undo.add("upkeep", () -> {
            var stopped = opened.compose(watch -> {
                watch.cancel();
                changes.close();
                return io.vertx.core.Future.<Void>succeededFuture();
            });
            RunningInterface.await("upkeep of " + config.name(), stopped, java.time.Duration.ofSeconds(1));
        });
    }

    /// What it was set to last.
    int mtu() {
        return mtu;
    }

    /// An endpoint became known.
    void soon() {
        if (scheduled) return;
        scheduled = true;
        long pause = Math.max(PAUSE_MILLIS, TimeUnit.NANOSECONDS.toMillis(lastTook * IDLE));
        context.owner().setTimer(pause, _ -> {
            boolean down = wasDown;
            wasDown = false;
            long start = System.nanoTime();
            context.executeBlocking(() -> look(down), true).onComplete(looked -> {
                lastTook = System.nanoTime() - start;
                scheduled = false;
                if (looked.failed())
                    LOG.warn("({}) {}", config.name(), looked.cause().getMessage());
                else wasDown |= looked.result();
            });
        });
    }

    /// @param down the link was down since the last look
    /// @return whether it still is
    private boolean look(boolean down) throws Exception {
        try (var netlink = Netlink.open()) {
            var link = netlink.link(index);
            if (!link.up()) return true;
            if (down) {
                for (var address : config.addresses()) {
                    if (!families.contains(address.address().family())) continue;
                    netlink.addAddress(index, KernelRoutes.inet(address.address()), address.prefixLength());
                }
                routing.lost();
            }
            routing.add(netlink, index, addresses.get());
            if (down) {
                LOG.info(
                        "({}) the link is up again: its addresses are back, and {} routes",
                        config.name(),
                        routing.count());
            }
            mtu(netlink, link.mtu());
            return false;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENODEV) return down; // deleted, or in another namespace now
            throw e;
        }
    }

    private void mtu(Netlink netlink, int now) throws ErrnoException {
        if (config.mtu().isPresent() || now != mtu) return;
        int wanted = routing.mtu(netlink, addresses.get());
        if (wanted == now) return;
        netlink.mtu(index, wanted);
        mtu = wanted;
        LOG.info("({}) the way to its peers has changed: its MTU is {} now, and was {}", config.name(), wanted, now);
    }
}
