package dev.warren.cluster.store;

import dev.warren.crypto.key.PublicKey;
import io.vertx.core.Future;
import java.util.Arrays;

/// The newest handshake timestamp of each peer that any node of the fleet has accepted (whitepaper §5.1): a TAI64N of
/// 12 bytes at `timestamp/HH/PEER`. It only ever grows, whatever dies or is cut off: each write is a compare-and-set.
public final class Timestamps {
    /// Bytes of a TAI64N.
    public static final int LENGTH = 12;

    /// Each attempt that fails means that another node has written meanwhile.
    private static final int ATTEMPTS = 8;

    private final Znodes znodes;
    private final String root;

    public Timestamps(FleetStore store) {
        znodes = store.znodes();
        root = store.path("/timestamp");
    }

    /// Accepts the timestamp of an initiation that is authentic, if it is newer than all before. Two round trips.
    ///
    /// @param tai64n 12 bytes; not changed before the answer is there
    public Future<Admission> admit(PublicKey peer, byte[] tai64n) {
        if (tai64n.length != LENGTH) {
            throw new IllegalArgumentException("A TAI64N has 12 bytes, not " + tai64n.length + ".");
        }
        return attempt(PeerPath.of(root, peer), tai64n, ATTEMPTS);
    }

    private Future<Admission> attempt(String path, byte[] timestamp, int attempts) {
        if (attempts == 0) return answer(Admission.UNKNOWN);
        return znodes.read(path, null).compose(last -> {
            if (last.missing()) return settle(znodes.createInFolder(path, timestamp), path, timestamp, attempts);
            if (!last.ok() || last.data().length != LENGTH) return answer(Admission.UNKNOWN);
            // A read may be stale, which is never newer: not newer than it is not newer than the last.
            if (Arrays.compareUnsigned(timestamp, last.data()) <= 0) return answer(Admission.NOT_NEWER);
            return settle(znodes.write(path, timestamp, last.version()), path, timestamp, attempts);
        });
    }

    private Future<Admission> settle(Future<ZnodeReply> written, String path, byte[] timestamp, int attempts) {
        return written.compose(reply -> switch (reply.code()) {
            case OK -> answer(Admission.ADMITTED);
            case BADVERSION, NODEEXISTS -> attempt(path, timestamp, attempts - 1);
            default -> answer(Admission.UNKNOWN);
        });
    }

    private Future<Admission> answer(Admission admission) {
        return znodes.context().succeededFuture(admission);
    }
}
