package dev.warren.verticles.udp;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.verticles.bus.LocalCodec;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerRef;
import io.vertx.core.Vertx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Receiver indices are 100 x the peer's number and some: 100 and 101 are of peer 1.
class DemultiplexerTest {
    private static final int SIZE = 80;
    private static final int TRAINS = 16;
    private static final int NO_HANDSHAKES = 0;

    private final Vertx vertx = Vertx.vertx();
    private final Arena arena = Arena.ofConfined();
    private final IndexTable indices = new IndexTable();
    private final CounterRow<UdpCounter> counters = CounterRow.single(UdpCounter.class);
    private final Demultiplexer demultiplexer = new Demultiplexer(TRAINS, counters);
    private final Endpoint source = Endpoint.v4(0x0a000001, 4000);

    DemultiplexerTest() {
        LocalCodec.register(vertx.eventBus());
        for (int peer = 1; peer <= 3; peer++) {
            var mailbox = new PeerMailbox(vertx, "test", new PeerRef(peer, PublicKey.of(new byte[32])));
            indices.claim(peer * 100, mailbox);
            indices.claim(peer * 100 + 1, mailbox);
        }
    }

    @AfterEach
    void close() throws Exception {
        arena.close();
        vertx.close().await(5, TimeUnit.SECONDS);
    }

    private PacketBatch batch(int bytes) {
        return PacketBatch.unpooled(arena.allocate(bytes, 64), TRAINS);
    }

    /// As UDP_GRO would have received these, each filled with its place in the row.
    private void receive(PacketBatch batch, int... receivers) {
        int at = batch.nextOffset();
        for (int i = 0; i < receivers.length; i++) {
            var datagram = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
            datagram.putInt(4).putInt(receivers[i]).putLong(i);
            while (datagram.hasRemaining()) datagram.put((byte) i);
            MemorySegment.copy(datagram.array(), 0, batch.slab(), ValueLayout.JAVA_BYTE, at + i * SIZE, SIZE);
        }
        batch.add(at, receivers.length * SIZE, SIZE, source);
    }

    /// For each train: `owner:counter,counter`.
    private List<String> trains(PacketBatch batch) {
        demultiplexer.split(batch, indices, NO_HANDSHAKES);
        var trains = new ArrayList<String>();
        for (int i = 0; i < batch.count(); i++) {
            var text = new StringBuilder(
                    requireNonNull(demultiplexer.owners()[i]).peer().serial() + ":");
            int end = batch.offset(i) + batch.length(i);
            for (int at = batch.offset(i); at < end; at += SIZE) {
                long counter = batch.slab().get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8L);
                for (int k = 16; k < SIZE; k++) {
                    assertEquals((byte) counter, batch.slab().get(ValueLayout.JAVA_BYTE, at + k));
                }
                text.append(at == batch.offset(i) ? "" : ",").append(counter);
            }
            trains.add(text.toString());
        }
        return trains;
    }

    private void peersAreApart(PacketBatch batch) {
        for (int i = 0; i < batch.count(); i++) {
            for (int j = 0; j < batch.count(); j++) {
                if (demultiplexer.owners()[i] == demultiplexer.owners()[j]) continue;
                boolean before = batch.offset(i) + batch.length(i) + PacketBatch.MARGIN <= batch.offset(j);
                boolean behind = batch.offset(j) + batch.length(j) + PacketBatch.MARGIN <= batch.offset(i);
                assertTrue(before || behind, "trains " + i + " and " + j + " of two peers are neighbours");
            }
        }
    }

    @Test
    void onePeersTrainStaysWhereItIsAndIsCutByReceiver() {
        var batch = batch(4096);
        receive(batch, 100, 100, 101, 100);
        int at = batch.offset(0);
        assertEquals(List.of("1:0,1", "1:2", "1:3"), trains(batch));
        assertEquals(at, batch.offset(0));
        assertEquals(at + 3 * SIZE, batch.offset(2));
    }

    // Peers that send through one address and port: a relay, or a router for several.
    @Test
    void whatIsForAnotherPeerIsMovedOutOfTheWay() {
        var batch = batch(8192);
        receive(batch, 100, 200, 200, 100, 300, 201, 100);
        receive(batch, 200, 100);
        assertEquals(List.of("1:0", "2:1,2", "1:3", "3:4", "2:5", "1:6", "2:0", "1:1"), trains(batch));
        peersAreApart(batch);
        assertEquals(0, counters.get(UdpCounter.DROP_CROWDED));
    }

    @Test
    void whatHasNoRoomToMoveToIsDroppedAndCounted() {
        var batch = batch(2 * PacketBatch.MARGIN + 6 * SIZE + PacketBatch.MARGIN + SIZE + 32);
        receive(batch, 100, 200, 200, 100, 200, 100);
        assertEquals(List.of("1:0", "2:1", "1:3", "1:5"), trains(batch));
        peersAreApart(batch);
        assertEquals(2, counters.get(UdpCounter.DROP_CROWDED));
    }

    @Test
    void moreTrainsThanTheBatchHasEntriesAreDroppedAndCounted() {
        var batch = batch(16384);
        var receivers = new int[3 * TRAINS];
        for (int i = 0; i < receivers.length; i++) receivers[i] = 100 + i % 2;
        receive(batch, receivers);
        assertEquals(TRAINS, trains(batch).size());
        assertEquals(2 * TRAINS, counters.get(UdpCounter.DROP_CROWDED));
    }

    @Test
    void unknownReceiversAndRubbishLeaveGaps() {
        var batch = batch(8192);
        receive(batch, 100, 999, 100);
        batch.slab().set(ValueLayout.JAVA_INT_UNALIGNED, batch.offset(0) + 2L * SIZE, 77);
        assertEquals(List.of("1:0"), trains(batch));
        assertEquals(1, counters.get(UdpCounter.DROP_UNKNOWN_INDEX));
        assertEquals(1, counters.get(UdpCounter.DROP_MALFORMED));
    }
}
