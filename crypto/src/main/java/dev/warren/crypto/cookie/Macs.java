package dev.warren.crypto.cookie;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.primitive.Blake2s;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.ResponseMessage;

/// Keys and places of MAC1 and MAC2 (whitepaper §5.4.4), which end both handshake messages.
final class Macs {
    static final int LENGTH = Blake2s.MAC_LENGTH;
    private static final byte[] LABEL_MAC1 = "mac1----".getBytes(US_ASCII);
    private static final byte[] LABEL_COOKIE = "cookie--".getBytes(US_ASCII);

    private Macs() {}

    /// What MAC1 of messages to `receiver` is keyed with.
    static byte[] mac1Key(Blake2s blake2s, PublicKey receiver) {
        return labelled(blake2s, LABEL_MAC1, receiver);
    }

    /// What cookie replies of `sender` are encrypted with.
    static byte[] cookieKey(Blake2s blake2s, PublicKey sender) {
        return labelled(blake2s, LABEL_COOKIE, sender);
    }

    private static byte[] labelled(Blake2s blake2s, byte[] label, PublicKey key) {
        var out = new byte[Blake2s.LENGTH];
        blake2s.hash(label, key.bytes(), 0, PublicKey.LENGTH, out);
        return out;
    }

    /// Where MAC1 of an initiation or response is.
    static int mac1At(byte[] message) {
        return message.length == InitiationMessage.LENGTH ? InitiationMessage.MAC1 : ResponseMessage.MAC1;
    }

    static int mac2At(byte[] message) {
        return mac1At(message) + LENGTH;
    }
}
