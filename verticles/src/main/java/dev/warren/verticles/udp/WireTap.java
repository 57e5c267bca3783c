package dev.warren.verticles.udp;

import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.DataMessage;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.MessageType;
import dev.warren.crypto.wire.ResponseMessage;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.verticles.bus.CaptureBuffer;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.UdpCommand;
import io.vertx.core.Future;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Copies datagrams, as they are received and handed to the socket, to a capture: one by one, whatever train they are
/// in, each with the headers that it has outside as far as they are known here.
final class WireTap {
    private final CaptureBuffer buffer;
    private final UdpCommand.@Nullable Only only;
    private final OuterHeader outer = new OuterHeader();

    /// @param only the peer that is captured; null: all
    WireTap(CaptureBuffer buffer, UdpCommand.@Nullable Only only) {
        this.buffer = buffer;
        this.only = only;
    }

    /// @param port of our socket
    void sent(PacketBatch batch, IndexTable indices, int port) {
        for (int i = 0; i < batch.count(); i++) copy(true, batch, i, indices, port);
    }

    /// Called before the batch is demultiplexed.
    ///
    /// @param port of our socket
    void received(PacketBatch batch, IndexTable indices, int port) {
        for (int i = 0; i < batch.count(); i++) copy(false, batch, i, indices, port);
    }

    /// The last datagram was copied. Completes when all of them were written or given up.
    Future<Void> end() {
        return buffer.end();
    }

    private void copy(boolean outbound, PacketBatch batch, int entry, IndexTable indices, int port) {
        var remote = Objects.requireNonNull(batch.endpoint(entry));
        var slab = batch.slab();
        int end = batch.offset(entry) + batch.length(entry);
        int step = batch.segment(entry) > 0 ? batch.segment(entry) : Math.max(1, batch.length(entry));
        for (int at = batch.offset(entry); at < end; at += step) {
            int length = Math.min(step, end - at);
            var peer = peer(slab, at, length, outbound, indices);
            if (!isMeant(peer, remote)) continue;
            int header = outer.write(remote, port, outbound, batch.trafficClass(entry), slab, at, length);
            int kept = buffer.admit(header + length);
            if (kept < 0) continue;
            var bytes = new byte[kept];
            MemorySegment.copy(outer.bytes(), ValueLayout.JAVA_BYTE, 0, bytes, 0, Math.min(header, kept));
            if (kept > header) MemorySegment.copy(slab, ValueLayout.JAVA_BYTE, at, bytes, header, kept - header);
            buffer.add(outbound, header + length, bytes, peer == null ? null : buffer.describe(peer));
        }
    }

    /// Whose the index of ours is that the message has; null when it has none, or one that we do not know.
    private static @Nullable PeerRef peer(
            MemorySegment slab, long at, int length, boolean outbound, IndexTable indices) {
        int type = MessageType.classify(slab, at, length);
        int index;
        if (outbound) {
            if (type == MessageType.INITIATION) index = InitiationMessage.sender(slab, at);
            else if (type == MessageType.RESPONSE) index = ResponseMessage.sender(slab, at);
            else return null;
        } else {
            if (type == MessageType.DATA) index = DataMessage.receiver(slab, at);
            else if (type == MessageType.RESPONSE) index = ResponseMessage.receiver(slab, at);
            else if (type == MessageType.COOKIE_REPLY) index = CookieReplyMessage.receiver(slab, at);
            else return null;
        }
        var owner = indices.owner(index);
        return owner == null ? null : owner.peer();
    }

    private boolean isMeant(@Nullable PeerRef peer, Endpoint remote) {
        if (only == null) return true;
        return peer == null ? only.isAt(remote) : peer == only.peer();
    }
}
