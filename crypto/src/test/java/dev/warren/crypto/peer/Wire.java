package dev.warren.crypto.peer;

import dev.warren.crypto.wire.MessageType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What crossed the wire, as an eavesdropper at the senders' doors sees it.
@SuppressWarnings({"ArrayRecordComponent", "EnumOrdinal"})
final class Wire {
    enum Kind {
        INITIATION,
        RESPONSE,
        COOKIE,
        KEEPALIVE,
        DATA,
        RUBBISH;

        static Kind of(byte[] datagram) {
            return switch (MessageType.classify(datagram)) {
                case MessageType.INITIATION -> INITIATION;
                case MessageType.RESPONSE -> RESPONSE;
                case MessageType.COOKIE_REPLY -> COOKIE;
                case MessageType.DATA -> datagram.length == 32 ? KEEPALIVE : DATA;
                default -> RUBBISH;
            };
        }
    }

    record Sighting(long at, String from, Kind kind, byte[] bytes) {}

    private final List<Sighting> sightings = new ArrayList<>();
    private final long[] counts = new long[Kind.values().length];
    private boolean keepData = true;

    void saw(long at, String from, byte[] bytes) {
        var kind = Kind.of(bytes);
        counts[kind.ordinal()]++;
        if (keepData || kind != Kind.DATA) {
            sightings.add(new Sighting(at, from, kind, bytes));
        }
    }

    /// For long runs: data is counted, not kept.
    void forgetData() {
        keepData = false;
    }

    long count(Kind kind) {
        return counts[kind.ordinal()];
    }

    long count(Kind kind, String from) {
        return all(s -> s.kind() == kind && s.from().equals(from)).size();
    }

    List<Sighting> all(Predicate<Sighting> which) {
        return sightings.stream().filter(which).toList();
    }

    List<Long> times(Kind kind) {
        return all(s -> s.kind() == kind).stream().map(Sighting::at).toList();
    }

    Sighting last(Kind kind) {
        return all(s -> s.kind() == kind).getLast();
    }
}
