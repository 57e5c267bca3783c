package dev.warren.cluster.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceAddress;
import dev.warren.io.Endpoint;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The records of the fleet are read as they were written, and nothing else is read at all.
class RecordsTest {
    /// A record with what writes and reads it.
    record Sample(String name, Object value, byte[] bytes, Function<byte[], Object> decode) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Sample> samples() {
        var v6 = Endpoint.v6(0x20010db8_00000000L, 7, 51820, 0);
        return Stream.of(
                sample(
                        "claim",
                        new PeerClaim(255, -5, Endpoint.v4(0x0a000001, 4500)),
                        PeerClaim::encode,
                        PeerClaim::decode),
                sample("claim6", new PeerClaim(3, 1, v6), PeerClaim::encode, PeerClaim::decode),
                sample("claim without endpoint", new PeerClaim(0, 9, null), PeerClaim::encode, PeerClaim::decode),
                sample(
                        "member",
                        new MemberInfo("Köln", -1, 7, "fd00::1", 15701, "0.1.0", MemberInfo.State.DRAINING),
                        MemberInfo::encode,
                        MemberInfo::decode),
                sample("slot", new SlotRecord(77, true), SlotRecord::encode, SlotRecord::decode),
                sample(
                        "directory",
                        new DirectoryRecord(9, 4, 3, 5, bits(0, 77, 1023), List.of("wg0", "wg1")),
                        DirectoryRecord::encode,
                        DirectoryRecord::decode),
                sample("interface", anInterface(), InterfaceRecord::encode, InterfaceRecord::decode),
                sample(
                        "shard",
                        List.of(peer(1, true), peer(2, false)),
                        DirectoryShard::encode,
                        bytes -> List.copyOf(DirectoryShard.decode(bytes).values())));
    }

    private static <T> Sample sample(
            String name, T value, Function<T, byte[]> encode, Function<byte[], ? extends T> decode) {
        return new Sample(name, value, encode.apply(value), bytes -> (Object) decode.apply(bytes));
    }

    private static InterfaceRecord anInterface() {
        return new InterfaceRecord(
                "wg0",
                sealed(5),
                51820,
                List.of(
                        new InterfaceAddress(IpAddress.parse("10.8.0.1"), 24),
                        new InterfaceAddress(IpAddress.parse("fd00:8::1"), 64)),
                OptionalInt.of(1420));
    }

    static FleetPeer peer(long seed, boolean all) {
        return new FleetPeer(
                TimestampsTest.key(seed),
                "wg0",
                "peer-" + seed,
                all ? sealed(seed) : null,
                all ? List.of(IpPrefix.parse("10.8.0.2/32"), IpPrefix.parse("fd00:8::/64")) : List.of(),
                all ? 25 : 0,
                all ? new HostAndPort("example.org", 51820) : null);
    }

    private static SealedKey sealed(long seed) {
        var bytes = new byte[SealedKey.LENGTH];
        new Random(seed).nextBytes(bytes);
        return new SealedKey(bytes);
    }

    private static BitSet bits(int... set) {
        var bits = new BitSet();
        for (int bit : set) {
            bits.set(bit);
        }
        return bits;
    }

    @ParameterizedTest
    @MethodSource("samples")
    void isReadAsItWasWritten(Sample sample) {
        assertEquals(sample.value, sample.decode.apply(sample.bytes));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void anotherFormatIsRefused(Sample sample) {
        var other = sample.bytes.clone();
        other[0] = 9;
        var refused = assertThrows(StoreException.class, () -> sample.decode.apply(other));
        assertTrue(String.valueOf(refused.getMessage()).contains("has format 9"), refused.getMessage());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void nothingShorterOrLongerIsRead(Sample sample) {
        // Without a byte a shard has no peers, and a directory no import.
        for (int length = 1; length < sample.bytes.length; length++) {
            var cut = Arrays.copyOf(sample.bytes, length);
            assertThrows(StoreException.class, () -> sample.decode.apply(cut), () -> "cut to " + cut.length);
        }
        var longer = Arrays.copyOf(sample.bytes, sample.bytes.length + 1);
        assertThrows(StoreException.class, () -> sample.decode.apply(longer));
    }

    /// Whatever the bytes are: a record or a sentence, never another exception, and never much memory.
    @ParameterizedTest
    @MethodSource("samples")
    void damagedBytesAreReadOrRefused(Sample sample) {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var bytes = sample.bytes.clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                assertNotNull(sample.decode.apply(bytes));
            } catch (StoreException expected) {
                assertTrue(String.valueOf(expected.getMessage()).endsWith("."), expected.getMessage());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void anEntryKeepsItsPreviousContentUntilTheNextIsValid(Sample sample) {
        var first = DirectoryEntry.NONE.next(0, 1, sample.bytes);
        assertArrayEquals(new byte[0], first.at(0));
        assertArrayEquals(sample.bytes, first.at(1));
        var second = DirectoryEntry.decode(
                "an entry", first.next(1, 3, new byte[] {1}).encode());
        assertArrayEquals(sample.bytes, second.at(1));
        assertArrayEquals(sample.bytes, second.at(2));
        assertArrayEquals(new byte[] {1}, second.at(3));
        // An import that never became valid is written over, and what is valid stays.
        var third = second.next(1, 4, new byte[] {2});
        assertArrayEquals(sample.bytes, third.at(3));
        assertArrayEquals(new byte[] {2}, third.at(4));
        assertNull(third.next(4, 5, new byte[0]).at(3));
    }
}
