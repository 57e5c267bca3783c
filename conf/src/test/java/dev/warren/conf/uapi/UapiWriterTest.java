package dev.warren.conf.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.AddressText;
import dev.warren.conf.DeviceStatus;
import dev.warren.conf.PeerStatus;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UapiWriterTest {
    private static final PublicKey KEY = PublicKey.of(key(0x22));

    private static byte[] key(int value) {
        var bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static String written(DeviceStatus status, int chunkSize) {
        var writer = new UapiWriter(status);
        var chunk = new byte[chunkSize];
        var out = new ByteArrayOutputStream();
        for (int n = writer.write(chunk); n > 0; n = writer.write(chunk)) {
            assertEquals('\n', chunk[n - 1]);
            out.write(chunk, 0, n);
        }
        assertEquals(0, writer.write(chunk));
        return out.toString(StandardCharsets.US_ASCII);
    }

    //
    @Test
    void everythingIsInItsPlace() {
        var peer = new PeerStatus(
                KEY,
                PresharedKey.of(key(0x5a)),
                new InetSocketAddress("2001:db8::1", 51820),
                1_790_000_000L,
                123_456_789,
                1000,
                -1, // unsigned
                25,
                List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("::/0")));
        var status = new DeviceStatus(PrivateKey.of(key(0x48)), 51820, -1, List.of(peer));
        assertEquals("""
                private_key=%s
                listen_port=51820
                fwmark=4294967295
                public_key=%s
                preshared_key=%s
                protocol_version=1
                endpoint=[2001:db8::1]:51820
                last_handshake_time_sec=1790000000
                last_handshake_time_nsec=123456789
                tx_bytes=18446744073709551615
                rx_bytes=1000
                persistent_keepalive_interval=25
                allowed_ip=10.0.0.0/8
                allowed_ip=::/0
                errno=0

                """.formatted("48".repeat(32), "22".repeat(32), "5a".repeat(32)), written(status, 1024));
    }

    //
    @Test
    void whatIsNotSetIsNotPrintedOrZero() {
        assertEquals("errno=0\n\n", written(new DeviceStatus(null, 0, 0, List.of()), 1024));
        assertEquals("errno=0\n\n", written(new DeviceStatus(PrivateKey.of(key(0)), 0, 0, List.of()), 1024));
        var peer = new PeerStatus(KEY, null, null, 0, 0, 0, 0, 0, List.of());
        assertEquals(
                "public_key=" + "22".repeat(32) + "\npreshared_key=" + "00".repeat(32)
                        + "\nprotocol_version=1\nlast_handshake_time_sec=0\nlast_handshake_time_nsec=0\ntx_bytes=0\n"
                        + "rx_bytes=0\npersistent_keepalive_interval=0\nerrno=0\n\n",
                written(new DeviceStatus(null, 0, 0, List.of(peer)), 1024));
    }

    @Test
    void aChunkTooSmallIsRefused() {
        var writer = new UapiWriter(new DeviceStatus(null, 0, 0, List.of()));
        assertThrows(IllegalArgumentException.class, () -> writer.write(new byte[1023]));
    }

    @Test
    void anAnswerToSetIsTheErrno() {
        assertEquals("errno=-98\n\n", new String(UapiWriter.status(-98), StandardCharsets.US_ASCII));
    }

    //
    @Test
    void aHundredThousandPeersAndAllTheirPrefixesAreWritten() {
        var peers = new ArrayList<PeerStatus>();
        for (int i = 0; i < 100_000; i++) {
            var prefixes = i == 0
                    ? java.util.stream.IntStream.range(0, 100_000)
                            .mapToObj(n -> new IpPrefix(IpFamily.V4, 0, 0x0b000000 + n, 32))
                            .toList()
                    : List.of(new IpPrefix(IpFamily.V4, 0, 0x0a000000 + i, 32));
            var bytes = ByteBuffer.allocate(32).putInt(i).array();
            peers.add(new PeerStatus(PublicKey.of(bytes), null, null, 0, 0, 0, 0, 0, prefixes));
        }
        long start = System.nanoTime();
        var text = written(new DeviceStatus(null, 0, 0, peers), UapiWriter.CHUNK);
        System.out.println("UAPI get of 100000 peers written in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertEquals(
                100_000, text.lines().filter(l -> l.startsWith("public_key=")).count());
        assertEquals(
                199_999, text.lines().filter(l -> l.startsWith("allowed_ip=")).count());
        assertTrue(text.endsWith("\nallowed_ip=10.1.134.159/32\nerrno=0\n\n"), text.substring(text.length() - 80));
    }

    @Test
    void everyAddressReadsBackAsItWasWritten() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var addresses = new AddressText();
        for (int i = 0; i < 20_000; i++) {
            int bits = random.nextInt(129);
            long hi = random.nextLong() & sparse(random);
            long lo = random.nextLong() & sparse(random);
            boolean v4 = random.nextInt(4) == 0;
            var any = v4 ? new IpPrefix(IpFamily.V4, 0, lo & 0xffff_ffffL, 32) : new IpPrefix(IpFamily.V6, hi, lo, 128);
            var text = any.toString();
            var read = addresses.prefix(text.getBytes(StandardCharsets.US_ASCII), 0, text.length());
            assertEquals(any, read, "seed " + seed + ": " + text);
            var peer = new PeerStatus(KEY, null, null, 0, 0, 0, 0, 0, List.of(any));
            var written = written(new DeviceStatus(null, 0, 0, List.of(peer)), 1024);
            assertTrue(written.contains("\nallowed_ip=" + text + "\n"), "seed " + seed + ": " + text + written);

            var wide = text.substring(0, text.indexOf('/')) + "/" + (v4 ? bits / 4 : bits);
            var masked = addresses.prefix(wide.getBytes(StandardCharsets.US_ASCII), 0, wide.length());
            assertNotNull(masked);
            assertEquals(IpPrefix.parse(wide), masked, "seed " + seed + ": " + wide);
        }
    }

    private static long sparse(Random random) {
        long mask = 0;
        for (int i = 0; i < 4; i++) {
            mask = mask << 16 | (random.nextBoolean() ? 0xffff : 0);
        }
        return mask;
    }

    //
    @Test
    void recordsDoNotPrintSecrets() {
        var peer = new PeerStatus(KEY, PresharedKey.of(key(0x5e)), null, 0, 0, 0, 0, 0, List.of());
        var text = new DeviceStatus(PrivateKey.of(key(0x58)), 1, 1, List.of(peer)).toString();
        assertFalse(
                text.contains("5e5e") || text.contains("5858") || text.contains("Xl5e") || text.contains("WFhY"), text);
    }
}
