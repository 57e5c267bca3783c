package dev.warren.cluster.store;

import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.routing.ip.IpAddress;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/// Writes a record of the fleet: a byte that is the version of its format, then its fields, big endian.
final class RecordOutput {
    /// Longest text in bytes of UTF-8.
    static final int LONGEST_TEXT = 255;

    private final Buffer out;

    RecordOutput(int version) {
        out = Buffer.buffer(64).appendByte((byte) version);
    }

    RecordOutput u8(int value) {
        out.appendUnsignedByte((short) value);
        return this;
    }

    RecordOutput flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    RecordOutput u16(int value) {
        out.appendUnsignedShort(value);
        return this;
    }

    RecordOutput i32(int value) {
        out.appendInt(value);
        return this;
    }

    RecordOutput i64(long value) {
        out.appendLong(value);
        return this;
    }

    /// Bytes without their number: the reader knows it.
    RecordOutput bytes(byte[] value) {
        out.appendBytes(value);
        return this;
    }

    /// Bytes with their number.
    RecordOutput block(byte[] value) {
        return i32(value.length).bytes(value);
    }

    /// @throws StoreException when it has more than [#LONGEST_TEXT] bytes
    RecordOutput text(String value) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > LONGEST_TEXT) {
            throw new StoreException("\"" + value.substring(0, 40) + "...\" has " + bytes.length
                    + " bytes: in a fleet's records names have at most " + LONGEST_TEXT + ".");
        }
        return u8(bytes.length).bytes(bytes);
    }

    RecordOutput key(PublicKey key) {
        return bytes(key.raw());
    }

    /// The remote address and port; what is local to one node (interface, local address) is left out.
    RecordOutput endpoint(Endpoint endpoint) {
        return address(endpoint.v6(), endpoint.addressBytes()).u16(endpoint.port());
    }

    /// An address and the length of a prefix in bits.
    RecordOutput prefix(IpAddress address, int bits) {
        var bytes = address.bytes();
        return address(bytes.length == 16, bytes).u8(bits);
    }

    private RecordOutput address(boolean v6, byte[] bytes) {
        return u8(v6 ? 6 : 4).bytes(bytes);
    }

    byte[] done() {
        return out.getBytes();
    }
}
