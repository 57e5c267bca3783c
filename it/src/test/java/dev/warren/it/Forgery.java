package dev.warren.it;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.bouncycastle.crypto.digests.Blake2sDigest;

/// Datagrams that somebody without the right keys can make.
final class Forgery {
    static final int INITIATION = 148;
    static final int RESPONSE = 92;
    static final int COOKIE_REPLY = 64;

    private final Random random;

    /// The seed goes into the message of the test that fails.
    Forgery(long seed) {
        random = new Random(seed);
    }

    /// Noise of this length.
    byte[] noise(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /// Noise that claims to be a message of this type, with the three reserved bytes right.
    byte[] typed(int type, int length) {
        var bytes = noise(length);
        Arrays.fill(bytes, 0, Math.min(4, length), (byte) 0);
        if (length > 0) bytes[0] = (byte) type;
        return bytes;
    }

    /// Noise for a receiver index that is in use.
    byte[] typed(int type, int length, int receiver) {
        var bytes = typed(type, length);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(type == 2 ? 8 : 4, receiver);
        return bytes;
    }

    /// An initiation with a right MAC1, and nothing else that is right. A receiver finds that out with a
    /// Diffie-Hellman.
    byte[] initiationWithMac1(String publicKey) {
        return withMac1(typed(1, INITIATION), publicKey);
    }

    /// Puts a right MAC1 into a handshake message, which needs the receiver's public key only, and no MAC2.
    static byte[] withMac1(byte[] message, String publicKey) {
        var key = new byte[32];
        var hash = new Blake2sDigest(256);
        hash.update("mac1----".getBytes(US_ASCII), 0, 8);
        hash.update(Base64.getDecoder().decode(publicKey), 0, 32);
        hash.doFinal(key, 0);
        var mac = new Blake2sDigest(key, 16, null, null);
        int covered = message.length - 32;
        mac.update(message, 0, covered);
        mac.doFinal(message, covered);
        Arrays.fill(message, covered + 16, message.length, (byte) 0);
        return message;
    }

    /// Sends a datagram; a full buffer or an ICMP error that came back is no reason to stop.
    static void send(DatagramChannel from, InetSocketAddress to, byte[] bytes) {
        try {
            from.send(ByteBuffer.wrap(bytes), to);
        } catch (IOException e) {
            if (!from.isOpen()) throw new UncheckedIOException(e);
        }
    }
}
