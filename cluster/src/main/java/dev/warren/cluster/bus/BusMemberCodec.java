package dev.warren.cluster.bus;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a node's znode holds, big endian:
///
/// ```
/// version(1) port(2) host metadata count(2) address...
/// ```
///
/// Texts are `length(2)` and UTF-8; the metadata is JSON, or an empty text. What follows the addresses is
/// of a later program, and is skipped.
final class BusMemberCodec {
    /// It grows when a reader of the version before would misunderstand.
    static final byte VERSION = 1;

    /// Addresses of one node, at most. There are a handful; each is read by every other node.
    static final int MAX_ADDRESSES = 256;

    private static final int MAX_TEXT = 0xFFFF;
    private static final int MAX_LENGTH = 512 * 1024;

    private BusMemberCodec() {}

    /// @throws IllegalArgumentException when there is more than a znode takes
    static byte[] encode(NodeInfo info, Set<String> addresses) {
        if (addresses.size() > MAX_ADDRESSES) {
            throw new IllegalArgumentException("More than " + MAX_ADDRESSES
                    + " addresses on the event bus of the fleet: what only this node sends to is a localConsumer.");
        }
        var metadata = info.metadata();
        var out = ByteBuffer.allocate(MAX_LENGTH);
        out.put(VERSION).putShort((short) info.port());
        put(out, info.host());
        put(out, metadata == null ? "" : metadata.encode());
        out.putShort((short) addresses.size());
        // In order, so that the same state is the same bytes.
        addresses.stream().sorted().forEach(address -> put(out, address));
        var bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static void put(ByteBuffer out, String text) {
        var bytes = text.getBytes(UTF_8);
        if (bytes.length > MAX_TEXT || bytes.length + Short.BYTES > out.remaining()) {
            throw new IllegalArgumentException("Host, metadata and addresses of the event bus are too long.");
        }
        out.putShort((short) bytes.length).put(bytes);
    }

    /// Returns null for what is no node of a version that is known here.
    static @Nullable BusMember decode(String id, byte[] bytes, long created) {
        var in = ByteBuffer.wrap(bytes);
        try {
            if (in.get() != VERSION) return null;
            int port = Short.toUnsignedInt(in.getShort());
            var host = text(in);
            var metadata = text(in);
            int count = Short.toUnsignedInt(in.getShort());
            if (port == 0 || host.isEmpty() || count > MAX_ADDRESSES) return null;
            var addresses = new HashSet<String>();
            for (int i = 0; i < count; i++) addresses.add(text(in));
            var info = new NodeInfo(host, port, metadata.isEmpty() ? null : new JsonObject(metadata));
            return new BusMember(id, info, addresses, created);
        } catch (BufferUnderflowException | DecodeException e) {
            return null;
        }
    }

    private static String text(ByteBuffer in) {
        var bytes = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }
}
