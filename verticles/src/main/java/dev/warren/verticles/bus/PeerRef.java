package dev.warren.verticles.bus;

import dev.warren.crypto.noise.PublicKey;

/// The identity of a configured peer, asleep or awake: what the trie maps prefixes to. Compared by identity, so that a
/// peer removed and added again is another one.
public final class PeerRef {
    private final int id;
    private final PublicKey publicKey;
    private volatile boolean hasEndpoint;

    public PeerRef(int id, PublicKey publicKey) {
        this.id = id;
        this.publicKey = publicKey;
    }

    /// Dense, never reused within a device.
    public int id() {
        return id;
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /// Whether the peer can be sent to while it sleeps. Written by the router alone, read by everybody.
    public boolean hasEndpoint() {
        return hasEndpoint;
    }

    public void hasEndpoint(boolean known) {
        hasEndpoint = known;
    }

    /// The short form that log lines use, as wireguard-go prints it: `peer(AbCd…WxYz)`.
    @Override
    public String toString() {
        var base64 = publicKey.toBase64();
        return "peer(" + base64.substring(0, 4) + "…" + base64.substring(39, 43) + ")";
    }
}
