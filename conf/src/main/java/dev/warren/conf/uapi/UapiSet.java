package dev.warren.conf.uapi;

import dev.warren.conf.AddressText;
import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.KeyText;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Builds the [DeviceUpdate] of one `set` from its lines.
final class UapiSet {
    static final int EIO = -5;
    static final int E2BIG = -7;
    static final int ENOMEM = -12;
    static final int EINVAL = -22;
    static final int EPROTO = -71;

    /// The keys of a `set`, those of a device and those of a peer.
    private enum Key {
        ALLOWED_IP, // the most frequent ones first
        PUBLIC_KEY,
        ENDPOINT,
        PRESHARED_KEY,
        PERSISTENT_KEEPALIVE_INTERVAL,
        REPLACE_ALLOWED_IPS,
        REMOVE,
        UPDATE_ONLY,
        RESET_TIMESTAMP, // ours: warren reset-timestamp
        PROTOCOL_VERSION,
        PRIVATE_KEY,
        LISTEN_PORT,
        FWMARK,
        REPLACE_PEERS;

        private static final Key[] ALL = values();

        private final String word = name().toLowerCase(Locale.ROOT);

        /// The key in `text[0, length)`, null when it is none. Makes no string: there are lines by the
        /// hundred thousand.
        static @Nullable Key of(byte[] text, int length) {
            for (var key : ALL) {
                if (key.is(text, length)) {
                    return key;
                }
            }
            return null;
        }

        private boolean is(byte[] text, int length) {
            boolean same = length == word.length();
            for (int i = 0; i < length && same; i++) {
                same = text[i] == word.charAt(i);
            }
            return same;
        }
    }

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);

    /// Bytes of heap for the objects of one peer, key or prefix, approximately.
    private static final int PEER_WEIGHT = 160;

    private static final int SECRET_WEIGHT = 160;
    private static final int PREFIX_WEIGHT = 72;

    private final UapiBudget budget;
    private final AddressText addresses = new AddressText();
    private final byte[] secret = new byte[32];
    private long weight;
    /// The part of the weight that was taken from the budget.
    private long taken;
    private String reason = "";

    private @Nullable PrivateKey privateKey;
    private OptionalInt listenPort = OptionalInt.empty();
    private OptionalInt fwmark = OptionalInt.empty();
    private boolean replacePeers;
    private final List<PeerUpdate> peers = new ArrayList<>();

    // The peer whose block we are in; none before the first public_key.
    private @Nullable PublicKey publicKey;
    private boolean remove;
    private boolean updateOnly;
    private boolean resetTimestamp;
    private @Nullable PresharedKey presharedKey;
    private @Nullable InetSocketAddress endpoint;
    private OptionalInt keepalive = OptionalInt.empty();
    private boolean replaceAllowedIps;
    private List<AllowedIpChange> allowedIps = List.of();
    private int replacedUpTo;

    UapiSet(UapiBudget budget) {
        this.budget = budget;
    }

    /// Takes one line, not empty and without its end. Returns 0, or a negative errno with the sentence in [#reason].
    int line(byte[] text, int length) {
        int equals = 0;
        while (equals < length && text[equals] != '=') {
            equals++;
        }
        if (equals == length) {
            return fail(EPROTO, "a line without =");
        }
        int from = equals + 1; // whatever follows is the value, with any = in it
        var key = Key.of(text, equals);
        if (key == Key.PUBLIC_KEY) {
            return paid(beginPeer(text, from, length));
        }
        return paid(publicKey == null ? device(key, text, from, length) : peer(key, text, from, length));
    }

    private int paid(int errno) {
        if (errno != 0 || weight == taken) {
            return errno;
        }
        if (weight > budget.total()) {
            return fail(E2BIG, "more than one set may hold");
        }
        if (!budget.take(weight - taken)) {
            return fail(ENOMEM, "more than all clients may hold together; try again when the others are done");
        }
        taken = weight;
        return 0;
    }

    /// Bytes taken from the budget; the caller returns them.
    long taken() {
        return taken;
    }

    /// The problem of the line that was refused, without its value.
    String reason() {
        return reason;
    }

    /// The update of the lines so far. Called once.
    DeviceUpdate finish() {
        endPeer();
        return new DeviceUpdate(privateKey, listenPort, fwmark, replacePeers, peers);
    }

    private int device(@Nullable Key key, byte[] text, int from, int to) {
        switch (key) {
            case PRIVATE_KEY -> {
                if (!hex(text, from, to)) {
                    return fail(EINVAL, "private_key is not 64 hexadecimal digits");
                }
                if (privateKey != null) {
                    privateKey.close();
                }
                privateKey = takePrivateKey();
                weight += SECRET_WEIGHT;
            }
            case LISTEN_PORT -> {
                long port = AddressText.number(text, from, to, 0xffff);
                if (port < 0) {
                    return fail(EINVAL, "listen_port is not 0 to 65535");
                }
                listenPort = OptionalInt.of((int) port);
            }
            case FWMARK -> {
                long mark = AddressText.number(text, from, to, 0xffff_ffffL); // decimal only, as wireguard-go
                if (mark < 0) {
                    return fail(EINVAL, "fwmark is not 0 to 4294967295 in decimal");
                }
                fwmark = OptionalInt.of((int) mark);
            }
            case REPLACE_PEERS -> {
                if (!isTrue(text, from, to)) {
                    return notTrue(key);
                }
                replacePeers = true;
            }
            case null, default -> {
                return fail(EINVAL, "unknown device key" + named(text, from - 1));
            }
        }
        return 0;
    }

    private int beginPeer(byte[] text, int from, int to) {
        endPeer();
        if (!hex(text, from, to)) {
            return fail(EINVAL, "public_key is not 64 hexadecimal digits");
        }
        publicKey = PublicKey.of(secret);
        weight += PEER_WEIGHT;
        return 0;
    }

    private int peer(@Nullable Key key, byte[] text, int from, int to) {
        switch (key) {
            case ALLOWED_IP -> {
                return allowedIp(text, from, to);
            }
            case ENDPOINT -> {
                var address = addresses.endpoint(text, from, to);
                if (address == null) {
                    return fail(EINVAL, "endpoint is not IP:port or [IP]:port");
                }
                endpoint = address;
            }
            case PRESHARED_KEY -> {
                if (!hex(text, from, to)) {
                    return fail(EINVAL, "preshared_key is not 64 hexadecimal digits");
                }
                if (presharedKey != null) {
                    presharedKey.close();
                }
                presharedKey = PresharedKey.of(secret);
                Arrays.fill(secret, (byte) 0);
                weight += SECRET_WEIGHT;
            }
            case PERSISTENT_KEEPALIVE_INTERVAL -> {
                long seconds = AddressText.number(text, from, to, 0xffff);
                if (seconds < 0) {
                    return fail(EINVAL, "persistent_keepalive_interval is not 0 to 65535");
                }
                keepalive = OptionalInt.of((int) seconds);
            }
            case REPLACE_ALLOWED_IPS -> {
                if (!isTrue(text, from, to)) {
                    return notTrue(key);
                }
                replaceAllowedIps();
            }
            case REMOVE -> {
                if (!isTrue(text, from, to)) {
                    return notTrue(key);
                }
                remove = true;
            }
            case UPDATE_ONLY -> {
                if (!isTrue(text, from, to)) {
                    return notTrue(key);
                }
                updateOnly = true;
            }
            case RESET_TIMESTAMP -> {
                if (!isTrue(text, from, to)) {
                    return notTrue(key);
                }
                resetTimestamp = true;
            }
            case PROTOCOL_VERSION -> {
                if (to - from != 1 || text[from] != '1') {
                    return fail(EINVAL, "protocol_version is not 1");
                }
            }
            case null, default -> {
                return fail(EINVAL, "unknown peer key" + named(text, from - 1));
            }
        }
        return 0;
    }

    private int allowedIp(byte[] text, int from, int to) {
        boolean away = from < to && text[from] == '-';
        var prefix = addresses.prefix(text, away ? from + 1 : from, to);
        if (prefix == null) {
            return fail(EINVAL, "allowed_ip is not address/length");
        }
        if (!remove) {
            change(new AllowedIpChange(prefix, away));
        }
        return 0;
    }

    private void change(AllowedIpChange change) {
        if (allowedIps.isEmpty()) {
            allowedIps = new ArrayList<>(2);
        }
        allowedIps.add(change);
        weight += PREFIX_WEIGHT;
    }

    /// In the middle of a block this also removes the allowed IPs that the block has added; other peers have lost them.
    private void replaceAllowedIps() {
        replaceAllowedIps = true;
        int end = allowedIps.size();
        for (int i = replacedUpTo; i < end; i++) {
            if (!allowedIps.get(i).remove()) {
                change(new AllowedIpChange(allowedIps.get(i).prefix(), true));
            }
        }
        replacedUpTo = allowedIps.size();
    }

    private void endPeer() {
        if (publicKey == null) {
            return;
        }
        if (remove) {
            if (presharedKey != null) {
                presharedKey.close();
            }
            peers.add(PeerUpdate.remove(publicKey));
        } else {
            peers.add(new PeerUpdate(
                    publicKey,
                    false,
                    updateOnly,
                    presharedKey,
                    endpoint,
                    keepalive,
                    replaceAllowedIps,
                    allowedIps,
                    resetTimestamp,
                    null));
        }
        publicKey = null;
        remove = false;
        updateOnly = false;
        resetTimestamp = false;
        presharedKey = null;
        endpoint = null;
        keepalive = OptionalInt.empty();
        replaceAllowedIps = false;
        allowedIps = List.of();
        replacedUpTo = 0;
    }

    /// 64 hexadecimal digits of either case into `secret`.
    private boolean hex(byte[] text, int from, int to) {
        return KeyText.ofHex(text, from, to, secret);
    }

    /// Clamped by [PrivateKey], as wireguard-go does: that is how `get` prints it.
    private PrivateKey takePrivateKey() {
        try {
            return PrivateKey.of(secret);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private int fail(int errno, String why) {
        Arrays.fill(secret, (byte) 0);
        reason = why;
        return errno;
    }

    /// The name of an unknown key for the log, if it looks like one and so cannot be a secret.
    private static String named(byte[] text, int end) {
        boolean word = end > 0 && end <= 32;
        for (int i = 0; i < end && word; i++) {
            word = text[i] == '_' || (text[i] >= 'a' && text[i] <= 'z');
        }
        return word ? " " + new String(text, 0, end, StandardCharsets.US_ASCII) : "";
    }

    private int notTrue(Key flag) {
        return fail(EINVAL, flag.word + " is not true");
    }

    private static boolean isTrue(byte[] text, int from, int to) {
        return Arrays.equals(text, from, to, TRUE, 0, TRUE.length);
    }
}
