package dev.warren.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EndpointTest {
    private static final long SEED = 50;

    @Test
    void textIsThatOfWg() throws Exception {
        assertEquals("1.2.3.4:51820", Endpoint.v4(0x01020304, 51820).toString());
        assertEquals("255.0.0.254:65535", Endpoint.v4(0xff0000fe, 65535).toString());
        String[] texts = {
            "::",
            "::1",
            "1::",
            "2001:db8::1",
            "fe80::1:0:0:1",
            "1:0:0:2::3",
            "1:2:3:4:5:6:7:8",
            "1:0:2:3:4:5:6:7",
            "::2:3:4:5:6:7",
            "1:2:3:4:5:6::",
            "0:1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:0",
            "1:0:0:2:0:0:0:3"
        };
        String[] expected = texts.clone();
        expected[12] = "1:0:0:2::3";
        for (int i = 0; i < texts.length; i++) {
            var address = new InetSocketAddress(InetAddress.getByName(texts[i]), 1);
            assertEquals("[" + expected[i] + "]:1", Endpoint.of(address).toString());
        }
    }

    @Test
    void anUnknownScopeIsItsNumber() {
        assertEquals(
                "[fe80::1%999999]:1", Endpoint.v6(0xfe80L << 48, 1, 1, 999_999).toString());
    }

    @Test
    void socketAddressesComeBackAsTheyWent() throws Exception {
        var random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            long hi = random.nextInt(4) == 0 ? 0xfe80L << 48 : random.nextLong() | 1L << 62;
            Endpoint endpoint = random.nextBoolean()
                    ? Endpoint.v4(random.nextInt(), random.nextInt(65536))
                    : Endpoint.v6(hi, random.nextLong(), random.nextInt(65536), random.nextInt(3));
            assertEquals(endpoint, Endpoint.of(endpoint.toSocketAddress()), "seed " + SEED);
            InetAddress bytes = InetAddress.getByAddress(endpoint.addressBytes());
            assertArrayEquals(
                    bytes.getAddress(), endpoint.toSocketAddress().getAddress().getAddress());
            String text = endpoint.toString();
            if (endpoint.scope() == 0) {
                String host = text.substring(0, text.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
                assertEquals(bytes, InetAddress.getByName(host), text);
            }
        }
    }

    @Test
    void equalityIsRemoteAndLocal() {
        Endpoint plain = Endpoint.v6(1, 2, 3, 4);
        Endpoint heard = plain.withLocal(5, 6, 7);
        assertFalse(plain.hasLocal());
        assertTrue(heard.hasLocal());
        assertNotEquals(plain, heard);
        assertTrue(plain.sameRemote(heard));
        assertEquals(plain, heard.withoutLocal());
        assertEquals(plain.hashCode(), heard.withoutLocal().hashCode());
        assertSame(plain, plain.withoutLocal());
        assertTrue(heard.is(true, 1, 2, 3, 4, 5, 6, 7));
        assertEquals(heard, Endpoint.of(true, 1, 2, 3, 4, 5, 6, 7));
        assertFalse(heard.is(true, 1, 2, 3, 4, 5, 6, 8));
        assertFalse(heard.is(false, 1, 2, 3, 4, 5, 6, 7));
        assertNotEquals(Endpoint.v4(1, 1), Endpoint.v6(0, 1, 1, 0));
        assertFalse(Endpoint.v4(1, 1).sameRemote(Endpoint.v4(1, 2)));
        assertNotEquals(plain, "plain");
    }

    @Test
    void whatIsNoEndpointIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Endpoint.v4(1, 65536));
        assertThrows(IllegalArgumentException.class, () -> Endpoint.v4(1, -1));
        var unresolved = InetSocketAddress.createUnresolved("nowhere", 1);
        assertThrows(IllegalArgumentException.class, () -> Endpoint.of(unresolved));
    }
}
