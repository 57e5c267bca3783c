package dev.warren.verticles.udp;

import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.DataMessage;
import dev.warren.crypto.wire.MessageType;
import dev.warren.crypto.wire.ResponseMessage;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.verticles.bus.HandshakeCommand;
import dev.warren.verticles.bus.PeerMailbox;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The first steps of every received datagram: size, type, receiver index. Data stays in the batch, cut into
/// trains of one receiver each; handshake messages are copied out; the rest is counted and forgotten.
///
/// What UDP_GRO received as one may be for several peers, when they send through one address and port. Opening
/// a datagram clobbers what lies before it and, for a moment, what lies behind, and each peer opens its own in
/// its own time: so the trains of the second peer and the others are moved apart, behind everything received.
final class Demultiplexer {
    private final int[] offsets;
    private final int[] lengths;
    private final int[] segments;
    private final @Nullable Endpoint[] sources;
    private final int[] trafficClasses;
    private final @Nullable PeerMailbox[] owners;
    private List<HandshakeCommand.Datagram> handshakes = List.of();
    private int count;
    /// Of the received entry that is being split: whose trains stay where they are.
    private @Nullable PeerMailbox resident;
    /// Behind everything in the batch.
    private int end;

    private final CounterRow<UdpCounter> counters;

    Demultiplexer(int maxTrains, CounterRow<UdpCounter> counters) {
        this.counters = counters;
        offsets = new int[maxTrains];
        lengths = new int[maxTrains];
        segments = new int[maxTrains];
        sources = new @Nullable Endpoint[maxTrains];
        trafficClasses = new int[maxTrains];
        owners = new @Nullable PeerMailbox[maxTrains];
    }

    /// Replaces the batch's entries by the trains of one receiver each. Afterwards [#owners] says whose each is and
    /// [#handshakes] what was found besides.
    ///
    /// @param handshakeRoom how many handshake messages may be taken
    void split(PacketBatch batch, IndexTable indices, int handshakeRoom) {
        count = 0;
        handshakes = List.of();
        end = batch.used();
        for (int i = 0; i < batch.count(); i++) {
            var source = Objects.requireNonNull(batch.endpoint(i));
            split(batch, i, source, indices, handshakeRoom);
        }
        batch.clear();
        for (int i = 0; i < count; i++) {
            batch.add(offsets[i], lengths[i], segments[i], sources[i], trafficClasses[i]);
        }
    }

    private void split(PacketBatch batch, int entry, Endpoint source, IndexTable indices, int handshakeRoom) {
        var slab = batch.slab();
        int at = batch.offset(entry);
        int last = at + batch.length(entry);
        int segment = batch.segment(entry);
        int trafficClass = batch.trafficClass(entry);
        int step = segment > 0 ? segment : Math.max(1, batch.length(entry));
        if (at == last) counters.increment(UdpCounter.DROP_MALFORMED);
        resident = null;
        int receiver = 0;
        boolean open = false; // the last train grows while its receiver stays the same
        for (; at < last; at += step) {
            int length = Math.min(step, last - at);
            int type = MessageType.classify(slab, at, length);
            if (type == MessageType.DATA) {
                int index = DataMessage.receiver(slab, at);
                if (open && index == receiver) {
                    open = grow(batch, at, length);
                    continue;
                }
                var owner = indices.owner(index);
                if (owner == null) {
                    counters.increment(UdpCounter.DROP_UNKNOWN_INDEX);
                    open = false;
                    continue;
                }
                receiver = index;
                open = train(batch, at, length, step, source, trafficClass, owner);
            } else {
                open = false;
                if (type == 0) counters.increment(UdpCounter.DROP_MALFORMED);
                else handshake(slab, at, length, type, source, indices, handshakeRoom);
            }
        }
    }

    /// Begins a train; false when there is no place for it.
    private boolean train(
            PacketBatch batch, int at, int length, int step, Endpoint source, int trafficClass, PeerMailbox owner) {
        int place = at;
        if (resident == null) {
            resident = owner;
        } else if (resident != owner) {
            place = (end + PacketBatch.MARGIN + PacketBatch.ALIGNMENT - 1) & -PacketBatch.ALIGNMENT;
        }
        if (count == offsets.length || (place != at && !move(batch, at, length, place))) {
            counters.increment(UdpCounter.DROP_CROWDED);
            return false;
        }
        offsets[count] = place;
        lengths[count] = length;
        segments[count] = step;
        sources[count] = source;
        trafficClasses[count] = trafficClass;
        owners[count] = owner;
        count++;
        return true;
    }

    /// Puts another datagram behind the last train; false when there is no place for it.
    private boolean grow(PacketBatch batch, int at, int length) {
        int train = count - 1;
        int place = offsets[train] + lengths[train];
        if (place != at && !move(batch, at, length, place)) {
            counters.increment(UdpCounter.DROP_CROWDED);
            return false;
        }
        lengths[train] += length;
        return true;
    }

    private boolean move(PacketBatch batch, int at, int length, int place) {
        if (place + length > batch.slabSize() - PacketBatch.MARGIN) return false;
        MemorySegment.copy(batch.slab(), at, batch.slab(), place, length);
        end = place + length;
        return true;
    }

    private void handshake(
            MemorySegment slab, int at, int length, int type, Endpoint source, IndexTable indices, int room) {
        PeerMailbox owner = null;
        if (type != MessageType.INITIATION) {
            owner = indices.owner(
                    type == MessageType.RESPONSE
                            ? ResponseMessage.receiver(slab, at)
                            : CookieReplyMessage.receiver(slab, at));
            if (owner == null) {
                counters.increment(UdpCounter.DROP_UNKNOWN_INDEX);
                return;
            }
        }
        if (handshakes.size() >= room) {
            counters.increment(UdpCounter.DROP_HANDSHAKE_BACKLOG);
            return;
        }
        if (handshakes.isEmpty()) handshakes = new ArrayList<>();
        var message = slab.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        handshakes.add(new HandshakeCommand.Datagram(message, source, owner));
    }

    /// Whose each entry of the batch last split is.
    @Nullable
    PeerMailbox[] owners() {
        return owners;
    }

    /// The handshake messages of the batch last split; the caller's.
    List<HandshakeCommand.Datagram> handshakes() {
        return handshakes;
    }
}
