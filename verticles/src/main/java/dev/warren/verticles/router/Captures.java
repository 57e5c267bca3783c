package dev.warren.verticles.router;

import dev.warren.conf.uapi.CaptureRequest;
import dev.warren.verticles.bus.CaptureBuffer;
import dev.warren.verticles.bus.CaptureMailbox;
import dev.warren.verticles.bus.UdpCommand;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.loop.Loop;
import dev.warren.verticles.peer.PeerLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The captures of a device: at most one inside the tunnel and one outside. Belongs to the router.
public final class Captures {
    /// What a capture keeps in memory, of all loops together; no loop is given less than room for the longest
    /// packet.
    private static final int MAX_BYTES = 4 << 20;

    private static final int MIN_BYTES_OF_LOOP = 128 << 10;

    private final Loop loop;
    private final List<PeerLoop> loops;
    private final UdpMailbox udp;
    private final PeerRegistry registry;
    private @Nullable CaptureMailbox plain;
    private @Nullable CaptureMailbox wire;

    /// @param loop the router's
    public Captures(Loop loop, List<PeerLoop> loops, UdpMailbox udp, PeerRegistry registry) {
        this.loop = loop;
        this.loops = loops;
        this.udp = udp;
        this.registry = registry;
    }

    /// Completes when it has begun; fails with a sentence.
    Future<Void> begin(CaptureRequest request, CaptureMailbox to) {
        if ((request.wire() ? wire : plain) != null) {
            return Future.failedFuture("another capture of this kind is running on this interface; wait for its end");
        }
        var wanted = request.peer();
        var only = wanted == null ? null : find(wanted);
        if (wanted != null && only == null) {
            return Future.failedFuture("there is no peer of that name or public key; `warren status` shows them");
        }
        var begun = request.wire() ? beginWire(request, to, only) : beginPlain(request, to, only);
        return begun.onFailure(_ -> forget(to));
    }

    private Future<Void> beginPlain(CaptureRequest request, CaptureMailbox to, @Nullable ConfiguredPeer only) {
        plain = to;
        int share = Math.max(MAX_BYTES / loops.size(), MIN_BYTES_OF_LOOP);
        return here(Future.join(loops.stream()
                        .map(each -> each.capture(
                                new CaptureBuffer(each.loop(), to, request.snapLength(), share),
                                only == null ? null : only.ref))
                        .toList())
                .mapEmpty());
    }

    private Future<Void> beginWire(CaptureRequest request, CaptureMailbox to, @Nullable ConfiguredPeer only) {
        wire = to;
        var buffer = new CaptureBuffer(loops.getFirst().loop(), to, request.snapLength(), MAX_BYTES);
        var meant = only == null ? null : new UdpCommand.Only(only.ref, registry.shared(only), only.endpoint());
        Promise<Void> begun = loop.promise();
        udp.tell(new UdpCommand.Capture(buffer, meant, begun));
        return begun.future();
    }

    /// Completes when what was captured has been written or given up; at once for one that has not begun.
    Future<Void> end(CaptureMailbox to) {
        Future<Void> ended = Future.succeededFuture();
        if (to == wire) {
            Promise<Void> told = loop.promise();
            udp.tell(new UdpCommand.CaptureEnds(told));
            ended = told.future();
        } else if (to == plain) {
            ended = here(Future.join(loops.stream().map(PeerLoop::captureEnds).toList())
                    .mapEmpty());
        }
        return ended.onComplete(_ -> forget(to));
    }

    private void forget(CaptureMailbox to) {
        if (to == wire) wire = null;
        if (to == plain) plain = null;
    }

    /// Named as the configuration file does, or by its public key.
    private @Nullable ConfiguredPeer find(String wanted) {
        for (var entry : registry.all()) {
            var key = entry.ref.publicKey();
            if (wanted.equals(entry.ref.name()) || wanted.equals(key.toBase64())) return entry;
        }
        return null;
    }

    /// What other loops complete goes on here.
    private Future<Void> here(Future<Void> anywhere) {
        Promise<Void> here = loop.promise();
        anywhere.onComplete(here);
        return here.future();
    }
}
