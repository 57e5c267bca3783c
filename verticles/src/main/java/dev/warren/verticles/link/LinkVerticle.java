package dev.warren.verticles.link;

import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;
import dev.warren.io.netlink.RouteEvent;
import dev.warren.io.netlink.RouteMonitor;
import dev.warren.io.tun.LinkEvent;
import dev.warren.io.tun.LinkMonitor;
import dev.warren.verticles.bus.LinkCommand;
import dev.warren.verticles.bus.LinkMailbox;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.UdpCommand;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.loop.EpollWatch;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the interface and this host's routes: owns the netlink sockets, on
/// the control loop, where an exchange with the kernel holds up no packet. Tells the router when the link goes up or
/// down, publishes the MTU, and tells the UDP verticle which source addresses are good no more.
public final class LinkVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(LinkVerticle.class);
    /// Interval of polling a link for which the kernel sends no notifications.
    private static final long LOOK_MILLIS = 1000;
    /// Routes come and go by the thousand: so often at most it is asked where packets leave.
    private static final long ROUTES_MILLIS = 200;

    private final Loop loop;
    private final String device;
    private final LinkMonitor links;
    private final SharedState state;
    private final RouterMailbox router;
    private final UdpMailbox udp;
    private final LinkMailbox mailbox;
    private final CounterRow<TunCounter> counters;
    private final Consumer<String> lost;

    private @Nullable MessageConsumer<Object> consumer;
    private @Nullable RouteMonitor routes;
    private @Nullable EpollWatch linkWatch;
    private @Nullable EpollWatch routeWatch;
    private boolean looking;
    private boolean checking;
    private boolean checkAgain;
    private boolean ended;

    /// @param links this actor's from now on
    /// @param lost called once, with the reason, when the interface was deleted
    public LinkVerticle(
            Loop loop,
            String device,
            LinkMonitor links,
            SharedState state,
            RouterMailbox router,
            UdpMailbox udp,
            LinkMailbox mailbox,
            CounterRow<TunCounter> counters,
            Consumer<String> lost) {
        this.loop = loop;
        this.device = device;
        this.links = links;
        this.state = state;
        this.router = router;
        this.udp = udp;
        this.mailbox = mailbox;
        this.counters = counters;
        this.lost = lost;
    }

    @Override
    public Future<?> start() throws Exception {
        var opened = RouteMonitor.open();
        routes = opened;
        var listening = mailbox.listen(this::onMessage);
        consumer = listening;
        return listening
                .completion()
                .compose(_ -> EpollWatch.open(context, opened.fd(), this::onRoutes))
                .compose(watch -> {
                    routeWatch = watch;
                    return EpollWatch.open(context, links.fd(), this::onLink);
                })
                .onSuccess(watch -> {
                    linkWatch = watch;
                    state.mtu(links.mtu()); // perhaps changed since the device was opened
                    if (links.up()) router.tell(new RouterCommand.Link(true));
                    lookNowAndThen();
                });
    }

    @Override
    public Future<?> stop() {
        end();
        links.close();
        if (routes != null) routes.close();
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    private void end() {
        ended = true;
        if (linkWatch != null) linkWatch.cancel();
        if (routeWatch != null) routeWatch.cancel();
        linkWatch = null;
        routeWatch = null;
    }

    private void onMessage(LinkCommand message) {
        switch (message) {
            case LinkCommand.Count count -> {
                counters.set(TunCounter.DROP_READ_QUEUE_FULL, links.dropped());
                count.reply().complete();
            }
        }
    }

    // The interface

    private void onLink() {
        if (ended) return;
        tell(links.poll());
        lookNowAndThen();
    }

    /// Polls each second, but only while there are no notifications.
    private void lookNowAndThen() {
        if (ended || looking || !links.silent()) return;
        looking = true;
        vertx.setTimer(LOOK_MILLIS, _ -> {
            looking = false;
            if (ended) return;
            tell(links.look());
            lookNowAndThen();
        });
    }

    private void tell(List<LinkEvent> events) {
        for (var event : events) {
            switch (event) {
                case LinkEvent.Up _ -> router.tell(new RouterCommand.Link(true));
                case LinkEvent.Down _ -> router.tell(new RouterCommand.Link(false));
                case LinkEvent.MtuChanged changed -> state.mtu(changed.mtu());
                case LinkEvent.Renamed renamed ->
                    LOG.info("({}) The interface is called {} now", device, renamed.name());
                case LinkEvent.Moved moved ->
                    LOG.info(
                            "({}) The interface was moved to {} network namespace",
                            device,
                            moved.home() ? "the router's" : "another");
                case LinkEvent.Gone _ -> {
                    end();
                    lost.accept("the interface " + links.name() + " was deleted");
                }
            }
        }
    }

    // Routes

    private void onRoutes() {
        if (ended || routes == null) return;
        for (var event : routes.poll()) {
            switch (event) {
                case RouteEvent.AddressGone gone -> udp.tell(new UdpCommand.AddressGone(gone.hi(), gone.lo()));
                case RouteEvent.RoutesChanged _ -> checkSources();
            }
        }
    }

    /// Looks up, a moment after routes changed, where packets to the current endpoints leave.
    private void checkSources() {
        if (checking) {
            checkAgain = true;
            return;
        }
        checking = true;
        vertx.setTimer(ROUTES_MILLIS, _ -> {
            checkAgain = false;
            Promise<UdpCommand.Heard> heard = loop.promise();
            udp.tell(new UdpCommand.HeardLately(heard));
            heard.future().onComplete(reply -> {
                checking = false;
                var monitor = routes;
                if (ended || monitor == null) return;
                if (reply.succeeded()) {
                    var lately = reply.result();
                    udp.tell(new UdpCommand.Rerouted(monitor.rerouted(lately.endpoints(), lately.fwmark())));
                }
                if (checkAgain) checkSources();
            });
        });
    }
}
