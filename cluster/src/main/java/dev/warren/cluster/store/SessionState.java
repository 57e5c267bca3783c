package dev.warren.cluster.store;

/// What became of the session with ZooKeeper.
public enum SessionState {
    /// The first connection of this process.
    CONNECTED,
    /// No server answers. The session may live on: what was written stays, what is written now is unknown.
    SUSPENDED,
    /// The session ended, and with it this node's ephemeral znodes and all watches.
    LOST,
    /// Connected again, in the same session after [#SUSPENDED], in another after [#LOST].
    RECONNECTED
}
