package dev.warren.routing.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Prefixes and addresses as text. R-120
final class IpPrefixTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.0.0.0/8",
        "10.1.2.3/8, 10.0.0.0/8",
        "10.1.2.3, 10.1.2.3/32",
        "255.255.255.255/0, 0.0.0.0/0",
        "255.255.255.255/1, 128.0.0.0/1",
        "255.255.255.255/31, 255.255.255.254/31",
        "0.0.0.0/32, 0.0.0.0/32",
        "fd00::/8, fd00::/8",
        "FD00:ABcd::1/8, fd00::/8",
        "fd00::1, fd00::1/128",
        "::, ::/128",
        "::/0, ::/0",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/0, ::/0",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/64, ffff:ffff:ffff:ffff::/64",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/65, ffff:ffff:ffff:ffff:8000::/65",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/63, ffff:ffff:ffff:fffe::/63",
        "::ffff:10.1.2.3/128, ::ffff:10.1.2.3/128",
        "::ffff:10.1.2.3/112, ::ffff:10.1.0.0/112",
        "::ffff:10.1.2.3/80, ::/80",
        "64:ff9b::10.1.2.3/96, 64:ff9b::/96",
        "64:ff9b::10.1.2.3, 64:ff9b::a01:203/128",
    })
    void isReadAndPrintedAsWgPrintsIt(String text, String canonical) {
        var prefix = IpPrefix.parse(text);
        assertEquals(canonical, prefix.toString());
        assertEquals(prefix, IpPrefix.parse(canonical));
        assertEquals(prefix, IpPrefix.of(prefix.address().bytes(), prefix.bits()));
        assertTrue(prefix.contains(prefix.address()));
    }

    @Test
    void addressesHaveAnOrder() {
        var inOrder = Stream.of(
                        "0.0.0.0", "10.0.0.1", "127.255.255.255", "128.0.0.0", "::", "::8000:0:0:0", "1::", "fd00::")
                .map(IpAddress::parse)
                .toList();
        var sorted = new ArrayList<>(inOrder);
        Collections.shuffle(sorted, new Random(1));
        Collections.sort(sorted);
        assertEquals(inOrder, sorted);
    }

    @ParameterizedTest
    @CsvSource({
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "0001:0002::0000:8, 1:2::8",
        "::1, ::1",
        "1::, 1::",
        "1:0:0:4:0:0:0:8, 1:0:0:4::8",
        "1:0:0:4:5:0:0:8, 1::4:5:0:0:8",
        "1:0:3:4:5:6:7:8, 1:0:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "0:0:3:4:5:6:0:0, ::3:4:5:6:0:0",
        "2001:DB8::A, 2001:db8::a",
        "::1.2.3.4, ::102:304",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
        "::ffff:0:0, ::ffff:0.0.0.0",
        "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    })
    void addressesAreWrittenAsRfc5952Says(String text, String canonical) {
        assertEquals(canonical, IpAddress.parse(text).toString());
        assertEquals(IpAddress.parse(text), IpAddress.parse(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "/",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/08",
                "10.0.0.0/00",
                "10.0.0.0/8 ",
                " 10.0.0.0/8",
                "10.0.0.0/8/8",
                "10.0.0.0/8x",
                "10.0.0.0/256",
                "10.0.0.0/4294967304",
                "10.0.0.0/999999999999999999999",
                "10/8",
                "10.0.0/8",
                "10.0.0.0.0/8",
                "10.0.0.256/8",
                "10.0.0.01/8",
                "10.0.0.-1/8",
                "10.0..0/8",
                ".10.0.0.0/8",
                "10.0.0.0./8",
                "0x0a.0.0.0/8",
                "167772160/8",
                "10.0.0.9999999999",
                "example.org",
                "example.org/24",
                "localhost",
                "a/8",
                "\u0661\u0660.0.0.0/8",
                "10.0.0.0/\u0668",
                "10.0.0.0\0/8",
                "::/129",
                "::/0128",
                ":",
                ":::",
                "::1::",
                "1::2::3/64",
                "1:2:3:4:5:6:7/64",
                "1:2:3:4:5:6:7:8:9/64",
                "12345::/16",
                "g::/16",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                ":1::/64",
                "1:/64",
                "1::2:/64",
                "fe80::1%eth0/64",
                "fe80::1%eth0",
                "1.2.3.4%1",
                "1.2.3.4::/64",
                "::1.2.3/96",
                "::1.2.3.4.5/96",
                "::1.2.3.4:5",
                "::01.2.3.4",
                "1:2:3:4:5:6:7:1.2.3.4",
                "1:1.2.3.4",
                "[::1]/128",
                "::\uff11/64",
                "::/64\n",
                "10.0.0.0-10.0.0.9",
            })
    void whatIsNoPrefixIsRefusedWithASentence(String text) {
        var refused = assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
        var message = String.valueOf(refused.getMessage());
        assertTrue(message.matches("\"[ -~]*\" is not an IP (prefix|address): [ -~]+\\."), message);
    }

    @Test
    void anEndlessTextIsRefusedAtOnceAndNotRepeated() {
        for (var text :
                new String[] {"1".repeat(10_000_000), ":".repeat(10_000_000), "10.0.0.0/" + "0".repeat(10_000_000)}) {
            var refused = assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
            assertTrue(String.valueOf(refused.getMessage()).length() < 250);
        }
    }

    @Test
    void lengthsAndSizesAreBounded() {
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.of(new byte[4], 33));
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.of(new byte[4], -1));
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.of(new byte[16], 129));
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.of(new byte[5], 1));
        assertThrows(IllegalArgumentException.class, () -> new IpPrefix(IpFamily.V4, 0, 1L << 32, 32));
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(IpFamily.V4, 1, 0));
    }

    @Test
    void aPrefixContainsItsFamilysAddresses() {
        var prefix = IpPrefix.parse("10.0.0.0/9");
        assertTrue(prefix.contains(IpAddress.parse("10.127.255.255")));
        assertFalse(prefix.contains(IpAddress.parse("10.128.0.0")));
        assertFalse(prefix.contains(IpAddress.parse("::ffff:10.0.0.1")));
        assertFalse(IpPrefix.parse("::/0").contains(IpAddress.parse("10.0.0.1")));
    }

    @Test
    void anyAddressSurvivesItsTextAndAgreesWithTheJdk() throws Exception {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            var bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int zeros = random.nextInt(bytes.length); zeros > 0; zeros--) {
                bytes[random.nextInt(bytes.length)] = 0;
            }
            var address = IpAddress.of(bytes);
            assertArrayEquals(bytes, address.bytes(), "seed " + seed);
            assertEquals(address, IpAddress.parse(address.toString()), "seed " + seed);
            var jdk = InetAddress.getByAddress(bytes).getHostAddress(); // 1:0:0:0:0:0:0:8, never shortened
            assertEquals(address, IpAddress.parse(jdk), "seed " + seed);
        }
    }

    @Test
    void whateverComesIsReadOrRefusedAndNothingElse() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var alphabet = "0123456789abcdefABCDEF:::...///% x-";
        for (int i = 0; i < 30_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(24); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                var prefix = IpPrefix.parse(text);
                assertEquals(prefix, IpPrefix.parse(prefix.toString()), () -> text + ", seed " + seed);
            } catch (IllegalArgumentException refused) {
                assertTrue(String.valueOf(refused.getMessage()).endsWith("."), () -> text + ", seed " + seed);
            }
        }
    }
}
