package dev.warren.cluster.store;

/// What became of the timestamp of a handshake initiation.
public enum Admission {
    /// It is newer than all before, and no node of the fleet will accept it or an older one again.
    ADMITTED,
    /// Some node has accepted it, or a newer one: the initiation is a replay or came too late.
    NOT_NEWER,
    /// Nobody knows whether it was written: refuse the initiation; the peer sends a newer one.
    UNKNOWN
}
