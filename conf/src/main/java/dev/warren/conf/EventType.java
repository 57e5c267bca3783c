package dev.warren.conf;

/// The types of events, with the names and sentences that users see (docs/METRICS.md).
public enum EventType {
    PEER_ONLINE("peer-online", "the first authenticated packet of a session arrived, and the peer had none before"),
    PEER_OFFLINE("peer-offline", "there was no handshake for 180 s, or the sessions were ended here"),
    ENDPOINT_CHANGED("endpoint-changed", "a peer sends from another address or port: it roamed"),
    HANDSHAKE_FAILED("handshake-failed", "a handshake message was refused, or initiations had no response for 90 s"),
    REKEYED("rekeyed", "an online peer has a new session"),
    PEER_ADDED("peer-added", "a peer was configured"),
    PEER_REMOVED("peer-removed", "a peer is configured no more"),
    PEER_CHANGED("peer-changed", "the settings of a peer were changed"),
    INTERFACE_UP("interface-up", "the link of the interface went up"),
    INTERFACE_DOWN("interface-down", "the link of the interface went down"),
    OFFLOAD_DISABLED("offload-disabled", "an offload was found not to work and is used no more"),
    OVERLOAD_BEGUN(
            "overload-begun", "handshake messages without a cookie are answered with a cookie reply from now on"),
    OVERLOAD_ENDED("overload-ended", "the router is not under load any more");

    private final String label;
    private final String sentence;

    EventType(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    /// The name in the JSON.
    public String label() {
        return label;
    }

    /// What it means, as a clause.
    public String sentence() {
        return sentence;
    }
}
