package dev.warren.verticles.bus;

import dev.warren.verticles.capture.CapturedPacket;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The packets that one loop gathers for a capture. They leave when there are many, or 100 ms after the first. What has
/// left and is not written yet counts as well: where that is too much, packets are left out and counted, and none is
/// held up. Confined to the loop once it is handed over.
public final class CaptureBuffer {
    private static final int FILL = 64 << 10;
    private static final long MAX_DELAY_MILLIS = 100;
    /// What a packet takes besides its bytes: the object, its block in the file with a comment.
    private static final int OVERHEAD = 160;

    private final Loop loop;
    private final CaptureMailbox capture;
    private final int snapLength;
    private final int maxBytes;
    private List<CapturedPacket> gathered = new ArrayList<>();
    private int gatheredBytes;
    /// Left, and not written yet.
    private int awayBytes;
    private long dropped;
    private boolean timed;
    private Future<Void> lastWritten = Future.succeededFuture();
    private @Nullable PeerRef lastPeer;
    private String lastDescribed = "";

    /// @param loop where packets are gathered
    /// @param snapLength bytes that are kept of a packet, at most
    /// @param maxBytes of what is gathered here or was not written yet
    public CaptureBuffer(Loop loop, CaptureMailbox capture, int snapLength, int maxBytes) {
        this.loop = loop;
        this.capture = capture;
        this.snapLength = snapLength;
        this.maxBytes = maxBytes;
    }

    /// How many bytes to keep of a packet, which is then given to [#add]; -1 when there is no room, and it is counted.
    public int admit(int length) {
        int kept = Math.min(length, snapLength);
        if (awayBytes + gatheredBytes + kept + OVERHEAD <= maxBytes) return kept;
        dropped++;
        return -1;
    }

    /// As comments name a peer.
    public String describe(PeerRef peer) {
        if (peer != lastPeer) lastDescribed = peer.toString();
        lastPeer = peer;
        return lastDescribed;
    }

    /// @param length bytes that the packet has
    /// @param bytes those that are kept, now the buffer's
    public void add(boolean outbound, int length, byte[] bytes, @Nullable String comment) {
        gathered.add(new CapturedPacket(loop.clock().wall(), outbound, length, bytes, comment));
        gatheredBytes += bytes.length + OVERHEAD;
        if (gatheredBytes >= FILL) {
            flush();
        } else if (!timed) {
            timed = true;
            ((ContextInternal) loop.context()).setTimer(MAX_DELAY_MILLIS, _ -> {
                timed = false;
                flush();
            });
        }
    }

    /// Sends away what is gathered. Completes when all that left was written or given up.
    public Future<Void> end() {
        flush();
        return lastWritten;
    }

    private void flush() {
        if (gathered.isEmpty() && dropped == 0) return;
        int bytes = gatheredBytes;
        awayBytes += bytes;
        Promise<Void> written = loop.promise();
        lastWritten = written.future().onComplete(_ -> awayBytes -= bytes);
        capture.tell(new CapturedPackets(gathered, dropped, written));
        gathered = new ArrayList<>();
        gatheredBytes = 0;
        dropped = 0;
    }
}
