package dev.warren.verticles.router;

import dev.warren.io.counters.CounterRow;
import dev.warren.verticles.bus.UdpCommand;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.counters.RouterCounter;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the sockets of a device should be, and what they are: link, port and mark. Belongs to the router,
/// which lets one method run at a time.
///
/// Every change ends in [#reconcile], the only place where sockets are opened and closed and where the registry hears
/// whether packets can leave. Sockets that cannot be opened while the link is up are tried again.
final class SocketState {
    private static final Logger LOG = LoggerFactory.getLogger(SocketState.class);
    private static final long FIRST_PAUSE = 1000;
    private static final long LONGEST_PAUSE = 16_000;
    private static final long NO_TIMER = -1;

    private final Loop loop;
    private final String device;
    private final UdpMailbox udp;
    private final PeerRegistry registry;
    private final Runnable due;
    private final CounterRow<RouterCounter> counters;

    // Wanted
    private boolean linkUp;
    /// The interface has not been up yet.
    private boolean fresh = true;
    private int port;
    private int fwmark;

    // Actual; that of closed sockets is 0
    private boolean open;
    private int openPort;
    private int openMark;
    private boolean peersUp;

    private long pause = FIRST_PAUSE;
    private long timer = NO_TIMER;

    /// @param loop the router's
    /// @param due called when [#reconcile] should be, in its turn
    SocketState(
            Loop loop,
            String device,
            UdpMailbox udp,
            PeerRegistry registry,
            Runnable due,
            CounterRow<RouterCounter> counters) {
        this.loop = loop;
        this.device = device;
        this.udp = udp;
        this.registry = registry;
        this.due = due;
        this.counters = counters;
    }

    /// As it was configured, or chosen by the kernel; 0 before that.
    int port() {
        return port;
    }

    int fwmark() {
        return fwmark;
    }

    /// The interface went up or down. Failures are logged.
    Future<Void> link(boolean up) {
        if (up == linkUp) return Future.succeededFuture();
        linkUp = up;
        fresh = false;
        counters.set(RouterCounter.LINK_UP, up ? 1 : 0);
        return reconcile().otherwiseEmpty();
    }

    /// Another port, 0 for any, another mark, or both. When that cannot be had everything stays as it was.
    Future<Void> set(OptionalInt wantedPort, OptionalInt wantedMark) {
        if (wantedPort.isEmpty() && wantedMark.isEmpty()) return Future.succeededFuture();
        int portBefore = port;
        int markBefore = fwmark;
        port = wantedPort.orElse(port);
        fwmark = wantedMark.orElse(fwmark);
        var done = reconcile();
        if (wantedPort.isEmpty() && !open) return done.otherwiseEmpty(); // the mark is for later
        return done.onFailure(_ -> {
            port = portBefore;
            fwmark = markBefore;
        });
    }

    /// Nothing is sent or received any more.
    Future<Void> close() {
        linkUp = false;
        fresh = false;
        counters.set(RouterCounter.LINK_UP, 0);
        return reconcile();
    }

    /// Makes the sockets what they should be. Fails when the kernel refuses; sockets that are open then stay as they
    /// are.
    Future<Void> reconcile() {
        cancelTimer();
        // Before the first up as well: opening takes a while, and an initiation that comes meanwhile should wait in the
        // socket, not be lost for five seconds.
        if (!linkUp && !(fresh && port != 0)) return registry(false).compose(_ -> closeSockets());
        if (open && port == openPort && fwmark == openMark) return registry(linkUp);
        int mark = fwmark;
        return bind(true).compose(bound -> opened(bound, mark), this::refused);
    }

    private Future<Void> opened(int bound, int mark) {
        if (pause > FIRST_PAUSE) LOG.info("({}) UDP port {} is open now", device, bound);
        pause = FIRST_PAUSE;
        open = true;
        counters.set(RouterCounter.SOCKET_OPEN, 1);
        port = bound;
        openPort = bound;
        openMark = mark;
        return registry(linkUp);
    }

    private Future<Void> refused(Throwable failure) {
        counters.increment(RouterCounter.SOCKET_REFUSED);
        if (linkUp && !open) {
            if (pause == FIRST_PAUSE) {
                LOG.error(
                        "({}) Unable to open UDP port {}: {}; nothing is sent or received. Trying again; or choose"
                                + " another port: wg set {} listen-port PORT",
                        device,
                        port,
                        failure.getMessage(),
                        device);
            }
            timer = loop.vertx().setTimer(pause, _ -> {
                timer = NO_TIMER;
                due.run();
            });
            pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
        return Future.failedFuture(failure);
    }

    private Future<Void> closeSockets() {
        pause = FIRST_PAUSE;
        if (!open) return Future.succeededFuture();
        return bind(false).map(_ -> {
            open = false;
            counters.set(RouterCounter.SOCKET_OPEN, 0);
            openPort = 0;
            openMark = 0;
            return null;
        });
    }

    private Future<Integer> bind(boolean wanted) {
        Promise<Integer> bound = loop.promise();
        udp.tell(new UdpCommand.Bind(wanted, port, fwmark, bound));
        return bound.future();
    }

    private Future<Void> registry(boolean up) {
        if (up == peersUp) return Future.succeededFuture();
        peersUp = up;
        return registry.up(up);
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) loop.vertx().cancelTimer(timer);
        timer = NO_TIMER;
    }
}
