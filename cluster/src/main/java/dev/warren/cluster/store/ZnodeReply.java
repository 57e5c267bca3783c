package dev.warren.cluster.store;

import java.util.List;
import java.util.Objects;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/// What ZooKeeper answered to one operation. For a write, each code but OK and those that name a reason (NONODE,
/// NODEEXISTS, BADVERSION) means that nobody knows whether it was applied.
///
/// @param data empty where there is none
/// @param stat null where the operation has none, or failed
/// @param children names, for the operation that asks for them
record ZnodeReply(Code code, byte[] data, @Nullable Stat stat, List<String> children) {
    private static final byte[] NO_DATA = {};

    /// The answer to an operation that was not sent: there is no connection, or too much is outstanding already.
    static final ZnodeReply NOT_SENT = new ZnodeReply(Code.CONNECTIONLOSS, NO_DATA, null, List.of());

    static ZnodeReply of(int code, byte @Nullable [] data, @Nullable Stat stat) {
        return new ZnodeReply(Code.get(code), data == null ? NO_DATA : data, stat, List.of());
    }

    static ZnodeReply ofChildren(int code, @Nullable List<String> children) {
        return new ZnodeReply(Code.get(code), NO_DATA, null, children == null ? List.of() : children);
    }

    boolean ok() {
        return code == Code.OK;
    }

    boolean missing() {
        return code == Code.NONODE;
    }

    /// Zxid of the last write of the znode. Only for an answer that has a stat.
    long mzxid() {
        return Objects.requireNonNull(stat).getMzxid();
    }

    /// Version of the znode's data. Only for an answer that has a stat.
    int version() {
        return Objects.requireNonNull(stat).getVersion();
    }

    /// Time of the last write in milliseconds since 1970, by the clock of ZooKeeper's leader.
    long writtenMillis() {
        return Objects.requireNonNull(stat).getMtime();
    }

    /// The session that an ephemeral znode belongs to.
    long ephemeralOwner() {
        return Objects.requireNonNull(stat).getEphemeralOwner();
    }

    /// This reply when it is one of `expected`.
    ///
    /// @throws StoreException otherwise; `what` begins its sentence
    ZnodeReply expect(String what, Code... expected) {
        for (var good : expected) {
            if (code == good) return this;
        }
        throw new StoreException(what + ": " + reason());
    }

    private String reason() {
        return switch (code) {
            case CONNECTIONLOSS, SESSIONEXPIRED, OPERATIONTIMEOUT, SESSIONMOVED ->
                "the connection to ZooKeeper was lost, so what became of it is unknown; try again.";
            case NOAUTH, AUTHFAILED, SESSIONCLOSEDREQUIRESASLAUTH ->
                "ZooKeeper does not allow it; check that this node's certificate is one of the fleet's.";
            default -> "ZooKeeper answered " + code + ".";
        };
    }
}
