package dev.warren.verticles.bus;

import dev.warren.crypto.key.PublicKey;
import org.jspecify.annotations.Nullable;

/// The identity of a configured peer, inactive or active: what the trie maps prefixes to. Compared by
/// identity, so that a peer removed and added again is another one.
public final class PeerRef {
    private final long serial;
    private final PublicKey publicKey;
    private final @Nullable String name;
    private volatile boolean hasEndpoint;

    public PeerRef(long serial, PublicKey publicKey) {
        this(serial, publicKey, null);
    }

    /// @param name as a configuration file calls it; null: no file does
    public PeerRef(long serial, PublicKey publicKey, @Nullable String name) {
        this.serial = serial;
        this.publicKey = publicKey;
        this.name = name;
    }

    /// Never that of another peer of the device, so what is late for a peer that is gone reaches nobody
    /// else. Nothing is indexed by it: peers come and go for ever.
    public long serial() {
        return serial;
    }

    /// The name that a configuration file gives it; null: none does.
    public @Nullable String name() {
        return name;
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /// Whether an inactive peer has an endpoint. Written by the router only, read on any loop.
    public boolean hasEndpoint() {
        return hasEndpoint;
    }

    public void hasEndpoint(boolean known) {
        hasEndpoint = known;
    }

    /// As log lines name it.
    @Override
    public String toString() {
        return describe(name, publicKey);
    }

    /// How log lines name a peer: `peer laptop (AbCd…WxYz)` with the name that a configuration file gives it, and
    /// without one as wireguard-go prints it, `peer(AbCd…WxYz)`.
    public static String describe(@Nullable String name, PublicKey publicKey) {
        var base64 = publicKey.toBase64();
        var key = "(" + base64.substring(0, 4) + "…" + base64.substring(39, 43) + ")";
        return name == null ? "peer" + key : "peer " + printable(name) + " " + key;
    }

    /// A name may have any letters, and a terminal would obey some.
    private static String printable(String name) {
        var shown = new StringBuilder(name.length());
        name.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }
}
