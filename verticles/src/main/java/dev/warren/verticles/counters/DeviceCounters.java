package dev.warren.verticles.counters;

import dev.warren.io.counters.Counter;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.CounterTable;
import dev.warren.io.counters.TunCounter;
import dev.warren.io.counters.UdpCounter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// All counters of a device: a row for each queue of the TUN, for the link, the sockets, the handshakes and the
/// router, and for each packet loop the table of its peers. They belong to the device, so whatever is restarted,
/// rebound or removed goes on counting where it was.
///
/// Each is added to by its owner alone. Reading takes no message and may be done on any thread.
public final class DeviceCounters {
    private final List<CounterRow<TunCounter>> queues = new ArrayList<>();
    /// What the kernel counts of the interface.
    private final CounterRow<TunCounter> link = CounterRow.single(TunCounter.class);

    private final CounterRow<UdpCounter> udp = CounterRow.single(UdpCounter.class);
    private final CounterRow<HandshakeCounter> handshakes = CounterRow.single(HandshakeCounter.class);
    private final CounterRow<RouterCounter> router = CounterRow.single(RouterCounter.class);
    private final List<CounterTable<PeerCounter>> peers = new ArrayList<>();

    public DeviceCounters(int tunQueues, int packetLoops) {
        for (int i = 0; i < tunQueues; i++) queues.add(CounterRow.single(TunCounter.class));
        for (int i = 0; i < packetLoops; i++) peers.add(new CounterTable<>(PeerCounter.class));
    }

    /// Every counter there is, in the order in which they are shown.
    public static List<Counter> catalogue() {
        return Stream.of(
                        PeerCounter.values(),
                        RouterCounter.values(),
                        HandshakeCounter.values(),
                        TunCounter.values(),
                        UdpCounter.values())
                .<Counter>flatMap(Stream::of)
                .toList();
    }

    public CounterRow<TunCounter> queue(int i) {
        return queues.get(i);
    }

    public CounterRow<TunCounter> link() {
        return link;
    }

    public CounterRow<UdpCounter> udp() {
        return udp;
    }

    public CounterRow<HandshakeCounter> handshakes() {
        return handshakes;
    }

    public CounterRow<RouterCounter> router() {
        return router;
    }

    /// Of the peers of one packet loop; rows are opened and closed by the router.
    public CounterTable<PeerCounter> peers(int packetLoop) {
        return peers.get(packetLoop);
    }

    /// The sums of the whole device by label, in the order of the catalogue.
    @SuppressWarnings("EnumOrdinal")
    public Map<String, Long> read() {
        var all = new LinkedHashMap<String, Long>();
        var sums = new long[PeerCounter.values().length];
        for (var table : peers) table.addTo(sums);
        for (var counter : PeerCounter.values()) all.put(counter.label(), sums[counter.ordinal()]);
        put(all, RouterCounter.values(), List.of(router));
        put(all, HandshakeCounter.values(), List.of(handshakes));
        put(
                all,
                TunCounter.values(),
                Stream.concat(queues.stream(), Stream.of(link)).toList());
        put(all, UdpCounter.values(), List.of(udp));
        return all;
    }

    private static <C extends Enum<C> & Counter> void put(
            Map<String, Long> all, C[] columns, List<CounterRow<C>> rows) {
        for (var counter : columns) {
            long sum = 0;
            for (var row : rows) sum += row.get(counter);
            all.put(counter.label(), sum);
        }
    }
}
