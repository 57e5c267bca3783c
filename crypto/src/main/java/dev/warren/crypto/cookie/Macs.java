package dev.warren.crypto.cookie;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.primitive.Blake2s;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.ResponseMessage;

/// Keys and offsets of MAC1 and MAC2 (whitepaper §5.4.4), the last fields of both handshake messages.
final class Macs {
    static final int LENGTH = Blake2s.MAC_LENGTH;
    private static final byte[] LABEL_MAC1 = "mac1----".getBytes(US_ASCII);
    private static final byte[] LABEL_COOKIE = "cookie--".getBytes(US_ASCII);

    private Macs() {}

    /// The key of MAC1 in messages to `receiver`.
    static byte[] mac1Key(Blake2s blake2s, PublicKey receiver) {
        return labelled(blake2s, LABEL_MAC1, receiver);
    }

    /// The key that encrypts cookie replies of `sender`.
    static byte[] cookieKey(Blake2s blake2s, PublicKey sender) {
        return labelled(blake2s, LABEL_COOKIE, sender);
    }

    private static byte[] labelled(Blake2s blake2s, byte[] label, PublicKey key) {
        var out = new byte[Blake2s.LENGTH];
        blake2s.hash(label, key.bytes(), 0, PublicKey.LENGTH, out);
        return out;
    }

    /// Offset of MAC1 in an initiation or response.
    static int mac1At(byte[] message) {
        return message.length == InitiationMessage.LENGTH ? InitiationMessage.MAC1 : ResponseMessage.MAC1;
    }

    static int mac2At(byte[] message) {
        return mac1At(message) + LENGTH;
    }
}
