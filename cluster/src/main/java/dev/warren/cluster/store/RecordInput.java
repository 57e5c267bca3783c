package dev.warren.cluster.store;

import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.routing.ip.IpAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads what [RecordOutput] writes. Each method throws a [StoreException] when the bytes are not of a record.
final class RecordInput {
    private final String what;
    private final ByteBuffer in;

    /// @param what says what the record is, for errors
    /// @param version the one that is understood here
    RecordInput(String what, byte[] bytes, int version) {
        this.what = what;
        this.in = ByteBuffer.wrap(bytes);
        int found = u8();
        if (found != version) {
            throw new StoreException("The record of " + what + " has format " + found
                    + ", and this Warren reads format " + version + ": bring all nodes of the fleet to one version.");
        }
    }

    int u8() {
        return need(1).get() & 0xff;
    }

    boolean flag() {
        int value = u8();
        if (value > 1) throw broken("a flag is " + value);
        return value == 1;
    }

    int u16() {
        return need(2).getShort() & 0xffff;
    }

    int i32() {
        return need(4).getInt();
    }

    long i64() {
        return need(8).getLong();
    }

    byte[] bytes(int length) {
        if (length < 0) throw broken("a length is negative");
        need(length);
        var out = new byte[length];
        in.get(out);
        return out;
    }

    byte[] block() {
        return bytes(i32());
    }

    /// A number of items that follow, each of at least `itemBytes`.
    int count(int itemBytes) {
        int count = i32();
        if (count < 0 || (long) count * itemBytes > in.remaining()) throw broken("it says " + count + " items");
        return count;
    }

    String text() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(u8())))
                    .toString();
        } catch (CharacterCodingException e) {
            throw broken("a text is not UTF-8");
        }
    }

    PublicKey key() {
        return PublicKey.of(bytes(PublicKey.LENGTH));
    }

    Endpoint endpoint() {
        var address = address();
        int port = u16();
        return switch (address.family()) {
            case V4 -> Endpoint.v4((int) address.lo(), port);
            case V6 -> Endpoint.v6(address.hi(), address.lo(), port, 0);
        };
    }

    IpAddress address() {
        int family = u8();
        return switch (family) {
            case 4 -> IpAddress.of(bytes(4));
            case 6 -> IpAddress.of(bytes(16));
            default -> throw broken("an address is of family " + family);
        };
    }

    /// The length of a prefix of `address`.
    int prefixLength(IpAddress address) {
        int bits = u8();
        if (bits > address.family().bits()) throw broken("a prefix has " + bits + " bits");
        return bits;
    }

    /// Says that the record ends here.
    void end() {
        if (in.hasRemaining()) throw broken(in.remaining() + " bytes too many");
    }

    private ByteBuffer need(int bytes) {
        if (in.remaining() < bytes) throw broken("it ends too early");
        return in;
    }

    StoreException broken(String why) {
        return new StoreException("The record of " + what + " is broken: " + why + ".");
    }
}
