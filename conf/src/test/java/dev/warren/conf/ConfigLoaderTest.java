package dev.warren.conf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.suite.Suite;
import dev.warren.routing.ip.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    static final String A = "GtL7fZc/bLnqZldpVofMCD6hDjrK28SsdLxevJ+qtKU=";
    static final String B = "0zmR3hVQNSmjcLhhXYfWV7/mXKFXzOIGK5CGQEHnG1s=";
    static final String PRIVATE = "YAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

    private final Path directory;

    ConfigLoaderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private Path write(String text) throws IOException {
        return write("warren.conf", text, "rw-------");
    }

    private Path write(String name, String text, String mode) throws IOException {
        var file = directory.resolve(name);
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private RouterConfig load(String text) throws IOException, ConfigException {
        return ConfigLoader.load(write(text));
    }

    /// The message without the directory.
    private String problems(String text) throws IOException {
        return problems(write(text));
    }

    private String problems(Path file) {
        var problem = assertThrows(ConfigException.class, () -> ConfigLoader.load(file));
        return problem.getMessage().replace(directory + "/", "");
    }

    @Test
    void everythingThatCanBeSaidIsRead() throws Exception {
        write("wg0.key", PRIVATE + "\n", "rw-------");
        write("laptop.psk", B, "r--------");
        var config = load("""
                warren {
                  loops = 3, tun-queues = auto, state-dir = "/var/lib/x"
                  crypto.aead = jdk
                  offload { tun-tso = off, udp-gso = no, udp-gso-equal-tail = false }
                  log { level = DEBUG }
                  defaults.peer.persistent-keepalive = 25s
                  defaults.interface { mtu = 1400, routes = off }
                  interfaces {
                    wg0 {
                      private-key-file = wg0.key
                      addresses = ["10.8.0.1/24", "fd00:8::1/64"]
                      listen-port = 51820
                      fwmark = 0xca6c
                      peers {
                        laptop {
                          public-key = "%s"
                          preshared-key-file = "laptop.psk"
                          allowed-ips = ["10.8.0.2/24", "fd00:8::2"]
                          endpoint = "vpn.example.org:51820"
                        }
                        phone { public-key = "%s", endpoint = "[2001:db8::1]:1", persistent-keepalive = off }
                      }
                    }
                    wg1 { private-key = "%s", routes = on, kill-switch = on, mtu = auto, addresses = "10.9.0.1" }
                  }
                }
                """.formatted(A, B, PRIVATE));
        assertEquals(OptionalInt.of(3), config.loops());
        assertEquals(OptionalInt.empty(), config.tunQueues());
        assertEquals(Path.of("/var/lib/x"), config.stateDirectory());
        assertEquals(Suite.Choice.JDK, config.crypto().aead());
        assertEquals(new OffloadConfig(false, true, true, true, false, true, false), config.offload());
        assertEquals(RouterConfig.LogLevel.DEBUG, config.logLevel());
        assertEquals(
                List.of(
                        "warren.interfaces.wg0.peers.laptop.allowed-ips: '10.8.0.2/24' has bits beyond its length, and means "
                                + "10.8.0.0/24; expected 10.8.0.0/24, or /32 or /128 for one address"),
                config.warnings().stream()
                        .map(warning -> warning.key() + ": " + warning.problem() + "; expected " + warning.expected())
                        .toList());
        var wg0 = config.interfaces().get(0);
        assertEquals("wg0", wg0.name());
        assertEquals("[10.8.0.1/24, fd00:8::1/64]", wg0.addresses().toString());
        assertEquals(51820, wg0.listenPort());
        assertEquals(OptionalInt.of(1400), wg0.mtu());
        assertEquals(0xca6c, wg0.fwmark());
        assertFalse(wg0.routes());
        assertFalse(wg0.killSwitch());
        var laptop = wg0.peers().get(0);
        assertEquals("laptop", laptop.name());
        assertEquals(A, laptop.publicKey().toBase64());
        assertFalse(laptop.psk() == null || laptop.psk().isZero());
        assertEquals(List.of(IpPrefix.parse("10.8.0.0/24"), IpPrefix.parse("fd00:8::2/128")), laptop.allowedIps());
        assertEquals(new HostAndPort("vpn.example.org", 51820), laptop.endpoint());
        assertEquals(25, laptop.persistentKeepalive());
        var phone = wg0.peers().get(1);
        assertEquals(new HostAndPort("2001:db8::1", 1), phone.endpoint());
        assertEquals(0, phone.persistentKeepalive());
        var wg1 = config.interfaces().get(1);
        assertTrue(wg1.routes());
        assertTrue(wg1.killSwitch());
        assertEquals(OptionalInt.empty(), wg1.mtu());
        assertEquals(0, wg1.listenPort());
        assertEquals("[10.9.0.1/32]", wg1.addresses().toString());

        var update = wg0.toUpdate(wg0.privateKey().obtain(new SecureRandom()), wg0.fwmark(), HostAndPort::literal);
        assertTrue(update.replacePeers());
        assertEquals(OptionalInt.of(51820), update.listenPort());
        assertNull(update.peers().get(0).endpoint());
        assertEquals(
                "/[2001:db8:0:0:0:0:0:1]:1",
                String.valueOf(update.peers().get(1).endpoint()));
        assertEquals(2, update.peers().get(0).allowedIps().size());
        update.close();
        config.close();
    }

    @Test
    void theDefaultsAreThoseOfTheReference() throws Exception {
        var config = load("warren { interfaces { nobodys0 {} } }"); // no machine has its key
        assertEquals(OptionalInt.empty(), config.loops());
        assertEquals(OptionalInt.of(1), config.tunQueues());
        assertEquals(Suite.Choice.AUTO, config.crypto().aead());
        assertEquals(OffloadConfig.on(), config.offload());
        assertEquals(RouterConfig.LogLevel.INFO, config.logLevel());
        assertEquals(Path.of("/var/lib/warren"), config.stateDirectory());
        var wg0 = config.interfaces().get(0);
        var key = assertInstanceOf(PrivateKeySource.Missing.class, wg0.privateKey());
        assertEquals(Path.of("/var/lib/warren/nobodys0.key"), key.file());
        assertEquals(0, wg0.listenPort());
        assertEquals(OptionalInt.empty(), wg0.mtu());
        assertEquals(0, wg0.fwmark());
        assertTrue(wg0.routes());
        assertEquals(List.of(), wg0.addresses());
        assertEquals(List.of(), wg0.peers());
    }

    // R-120
    @Test
    void anythingThatIsWrongIsSaidWithLineKeyAndWhatWouldBeRight() throws IOException {
        var table = List.of(
                "lops = 3|warren.lops: unknown key, did you mean loops?; expected one of interfaces, defaults, loops, "
                        + "tun-queues, crypto, offload, log, metrics, node, web, audit, webhooks, fleet, authority, state-dir, insecure-key-files",
                "loops = 0|warren.loops: is '0'; expected auto or 1 to 256",
                "loops = many|warren.loops: is 'many'; expected auto or 1 to 256",
                "loops = []|warren.loops: is a list; expected auto or 1 to 256",
                "tun-queues = 257|warren.tun-queues: is '257'; expected auto or 1 to 256",
                "metrics.interval = 0|warren.metrics.interval: is '0'; expected 1 to 3600 seconds",
                "metrics.labelled-peers = -1|warren.metrics.labelled-peers: is '-1'; expected all, or 0 to 1000000",
                "web.listen = nowhere|warren.web.listen: is 'nowhere'; expected off, or an address and a port as "
                        + "\"127.0.0.1:9586\"",
                "crypto = 3|warren.crypto: is a number; expected { ... }",
                "crypto.aead = aes|warren.crypto.aead: is 'aes'; expected auto, openssl or jdk",
                "crypto.x25519 = jdk|warren.crypto.x25519: is 'jdk'; expected auto, awslc, openssl, java or bouncycastle",
                "crypto.aws-lc = []|warren.crypto.aws-lc: is a list; expected auto, off or the path of a libcrypto.so",
                "crypto.AEAD = jdk|warren.crypto.AEAD: unknown key, did you mean aead?; expected one of aead, x25519, aws-lc",
                "offload.udp-gso = maybe|warren.offload.udp-gso: is 'maybe'; expected on or off",
                "log.level = loud|warren.log.level: is 'loud'; expected error, warn, info, debug or trace",
                "state-dir = \"\"|warren.state-dir: is empty; expected a directory",
                "interfaces = 5|warren.interfaces: is a number; expected { ... }",
                "interfaces.wg0 = 5|warren.interfaces.wg0: is a number; expected { ... }",
                "interfaces.an-interface-name {}|warren.interfaces.an-interface-name: is no name for an interface; "
                        + "expected 1 to 15 characters without / : % and white space, not . or ..",
                "interfaces.\"a/b\" {}|warren.interfaces.\"a/b\": is no name for an interface; expected 1 to 15 characters "
                        + "without / : % and white space, not . or ..",
                "interfaces.\"..\" {}|warren.interfaces.\"..\": is no name for an interface; expected 1 to 15 characters "
                        + "without / : % and white space, not . or ..",
                "@PrivateKey = x|@PrivateKey: unknown key, did you mean private-key?; expected one of private-key, "
                        + "private-key-file, addresses, listen-port, mtu, fwmark, routes, kill-switch, peers",
                "@private-key = \"abc\"|@private-key: is not a key: it has 3 characters; expected 44 characters of "
                        + "base64 ending in =",
                "@private-key = \"" + PRIVATE.replace('+', '!') + "\"|@private-key: is not base64; expected 44 "
                        + "characters of base64 ending in =",
                "@private-key = \"" + "A".repeat(43) + "=\"|@private-key: is all zero; expected a key made by "
                        + "`warren genkey`",
                "@private-key-file = \"/\"|@private-key-file: the key file / is not a file; expected a file with a key "
                        + "in it",
                "@listen-port = 65536|@listen-port: is '65536'; expected auto or 0 to 65535",
                "@listen-port = -1|@listen-port: is '-1'; expected auto or 0 to 65535",
                "@listen-port = 5.5|@listen-port: is '5.5'; expected auto or 0 to 65535",
                "@mtu = 575|@mtu: is '575'; expected auto or 576 to 65535",
                "@mtu = 65536|@mtu: is '65536'; expected auto or 576 to 65535",
                "@mtu = 1000, addresses = [\"fd00::1/64\"]|@mtu: is 1000, too small for fd00::1/64; expected auto, or "
                        + "1280 or more with IPv6",
                "@fwmark = 4294967296|@fwmark: is '4294967296'; expected off, or 0 to 4294967295, or 0x...",
                "@fwmark = 0xg|@fwmark: is '0xg'; expected off, or 0 to 4294967295, or 0x...",
                "@routes = 1|@routes: is '1'; expected on or off",
                "@addresses = [\"10.8.0.1/33\"]|@addresses: '10.8.0.1/33' is no address; expected [\"10.8.0.1/24\", "
                        + "\"fd00:8::1/64\"]",
                "@addresses = [\"10.8.0/24\"]|@addresses: '10.8.0/24' is no address; expected [\"10.8.0.1/24\", "
                        + "\"fd00:8::1/64\"]",
                "@addresses = [10]|@addresses: has a number in it; expected [\"10.8.0.1/24\", \"fd00:8::1/64\"]",
                "@addresses = [\"10.8.0.1/24\", \"10.8.0.1/16\"]|@addresses: 10.8.0.1 is given twice; expected it once",
                "@peers = []|@peers: is a list; expected { ... }",
                "%allowed-ips = []|%public-key: is missing; expected 44 characters of base64 ending in =",
                "%public-key = \"" + "A".repeat(43) + "=\"|%public-key: is all zero; expected a key printed by "
                        + "`warren pubkey`",
                "%public-key = \"" + A + "=\"|%public-key: is not a key: it has 45 characters; expected 44 characters "
                        + "of base64 ending in =",
                "%public-key = {}|%public-key: is an object; expected 44 characters of base64 ending in =",
                "&preshared-key = \"x\"|%preshared-key: is not a key: it has 1 characters; expected 44 characters of "
                        + "base64 ending in =",
                "&preshared-key-file = \"no.psk\"|%preshared-key-file: the key file no.psk does not exist; expected a "
                        + "file with a key in it",
                "&AllowedIPs = []|%AllowedIPs: unknown key, did you mean allowed-ips?; expected one of public-key, "
                        + "preshared-key, preshared-key-file, allowed-ips, endpoint, persistent-keepalive",
                "&allowed-ips = [\"10.0.0.0/33\"]|%allowed-ips: '10.0.0.0/33' is no prefix; expected "
                        + "[\"10.8.0.2/32\", \"fd00:8::/64\"]",
                "&allowed-ips = [\"10.0.0.1/8\", \"10.0.0.2/8\"]|%allowed-ips: 10.0.0.0/8 is given twice; expected it "
                        + "once",
                "&endpoint = \"host\"|%endpoint: is 'host', without a port" + ENDPOINT,
                "&endpoint = \"host:0\"|%endpoint: is 'host:0', whose port is not 1 to 65535" + ENDPOINT,
                "&endpoint = \"1.2.3.4:0\"|%endpoint: is '1.2.3.4:0', whose port is not 1 to 65535" + ENDPOINT,
                "&endpoint = \"host:65536\"|%endpoint: is 'host:65536', whose port is not 1 to 65535" + ENDPOINT,
                "&endpoint = \"2001:db8::1:51820\"|%endpoint: is '2001:db8::1:51820', an IPv6 address without brackets"
                        + ENDPOINT,
                "&endpoint = \"[2001:db8::g]:51820\"|%endpoint: is '[2001:db8::g]:51820', which holds no IPv6 address"
                        + ENDPOINT,
                "&endpoint = \"1.2.3:5\"|%endpoint: is '1.2.3:5', whose address is no IPv4 address" + ENDPOINT,
                "&endpoint = \"ho st:5\"|%endpoint: is 'ho st:5', whose host is neither a name nor an address"
                        + ENDPOINT,
                "&endpoint = \":5\"|%endpoint: is ':5', whose host is neither a name nor an address" + ENDPOINT,
                "&persistent-keepalive = 65536|%persistent-keepalive: is '65536'; expected off, or seconds from 0 to "
                        + "65535 as 25 or 25s",
                "&persistent-keepalive = 1m|%persistent-keepalive: is '1m'; expected off, or seconds from 0 to 65535 as "
                        + "25 or 25s",
                "&persistent-keepalive = -1|%persistent-keepalive: is '-1'; expected off, or seconds from 0 to 65535 as "
                        + "25 or 25s",
                "defaults.interface.mtu = 3|warren.defaults.interface.mtu: is '3'; expected auto or 576 to 65535",
                "defaults.peer.endpoint = x|warren.defaults.peer.endpoint: unknown key; expected one of "
                        + "persistent-keepalive",
                "defaults.peers {}|warren.defaults.peers: unknown key, did you mean peer?; expected one of interface, "
                        + "peer");
        for (var row : table) {
            var text = row.substring(0, row.indexOf('|'));
            var expected = row.substring(row.indexOf('|') + 1)
                    .replace("@", "warren.interfaces.wg0.")
                    .replace("%public", "warren.interfaces.wg0.peers.x.public")
                    .replaceAll("^%", "warren.interfaces.wg0.peers.x.");
            var line =
                    switch (text.charAt(0)) {
                        case '@' -> "interfaces.wg0 { " + text.substring(1) + " }";
                        case '%' -> "interfaces.wg0.peers.x { " + text.substring(1) + " }";
                        case '&' -> "interfaces.wg0.peers.x { public-key = \"" + A + "\", " + text.substring(1) + " }";
                        default -> text;
                    };
            assertEquals("warren.conf:3: " + expected, problems("# comment\nwarren {\n" + line + "\n}\n"), row);
        }
    }

    /// Figures are nobody else's business without a token, and a token without TLS is everybody's.
    @Test
    void figuresThatOthersCanReachNeedATokenAndTls() throws Exception {
        var message = problems("warren.web.listen = \"192.0.2.1:9586\"");
        assertTrue(message.contains("without a token; expected token-file"), message);
        assertTrue(message.contains("without TLS; expected tls"), message);
        var web = load("""
                warren.web {
                  listen = "192.0.2.1:9586", token-file = "web.token"
                  tls { certificate = "%1$s", key = "%1$s" }
                }
                """.formatted(write("web.pem", "a certificate", "rw-------")))
                .web();
        assertEquals(9586, Objects.requireNonNull(web.listen()).getPort());
        assertTrue(web.token() instanceof PrivateKeySource.Missing, "it is made at the start");
        assertNull(load("warren.loops = 1").web().listen(), "off unless it is said");
    }

    private static final String ENDPOINT =
            "; expected \"name:port\", \"1.2.3.4:port\" or \"[2001:db8::1]:port\", port 1 to 65535";

    @Test
    void allProblemsAreToldAtOnceInTheOrderOfTheFile() throws IOException {
        assertEquals("""
                warren.conf:2: warren.loops: is '0'; expected auto or 1 to 256
                warren.conf:4: warren.interfaces.wg0.mtu: is '1'; expected auto or 576 to 65535
                warren.conf:6: warren.interfaces.wg0.peers.b.public-key: is also that of peer a; expected a key of its own
                warren.conf:6: warren.interfaces.wg0.peers.b.allowed-ips: 10.0.0.0/8 is also given to peer a; expected one \
                peer per prefix
                warren.conf:8: warren.interfaces.wg1.listen-port: is 7, which wg0 listens on; expected a port of its own, \
                or auto""".replace("\n", System.lineSeparator()), problems("""
                        warren {
                          loops = 0
                          interfaces {
                            wg0 { mtu = 1, listen-port = 7, peers {
                              a { public-key = "%1$s", allowed-ips = ["10.1.2.3/8"] }
                              b { public-key = "%1$s", allowed-ips = ["10.0.0.0/8"] }
                            } }
                            wg1 { listen-port = 7, peers {
                              c { public-key = "%1$s", allowed-ips = ["10.0.0.0/8"] }
                            } }
                          }
                        }
                        """.formatted(A)));
    }

    @Test
    void keysThatAreGivenTwiceAreRefused() throws IOException {
        assertEquals("""
                warren.conf:3: warren.loops: given twice, first in line 2; expected it once
                warren.conf:6: warren.interfaces.wg0.mtu: given twice, first in line 5; expected it once
                warren.conf:8: warren.interfaces.wg0.peers.a: given twice, first in line 7; expected it once
                warren.conf:9: warren.interfaces.wg0: given twice, first in line 5; expected it once""".replace("\n", System.lineSeparator()), problems("""
                        warren {
                          loops = 1
                          loops = 2
                          interfaces {
                            wg0 { mtu = 1400
                              mtu : 1400
                              peers { a { public-key = "%1$s" }
                                a { public-key = "%1$s" } } }
                            wg0 { mtu = 1400 }
                          }
                        }
                        """.formatted(A)));
    }

    @Test
    void groupsMayComeInPiecesAndSubstitutionsMayBuildOnWhatWasThere() throws Exception {
        var config = load("""
                net = "10.0.0."
                warren { interfaces { wg0 { listen-port = 1, listen-port = ${?NO_SUCH_VARIABLE} } } }
                warren { interfaces { wg1 { addresses = [${net}1], addresses += "10.0.0.2" } } }
                warren.log.level = warn
                warren.interfaces.wg1.mtu = 1400
                """);
        assertEquals(2, config.interfaces().size());
        assertEquals(1, config.interfaces().get(0).listenPort());
        assertEquals(
                "[10.0.0.1/32, 10.0.0.2/32]",
                config.interfaces().get(1).addresses().toString());
        assertEquals(OptionalInt.of(1400), config.interfaces().get(1).mtu());
    }

    @Test
    void otherRootKeysMustBeOfUse() throws IOException {
        assertEquals(
                "warren.conf:2: waren: unknown key, did you mean warren?; expected warren { ... }",
                problems("warren {}\nwaren { }"));
        assertEquals("warren.conf: warren is not an object; expected warren { ... }", problems("warren = 5"));
    }

    @Test
    void aFileThatCannotBeReadIsSaidSo() throws IOException {
        assertEquals("no.conf: does not exist; expected a configuration file", problems(directory.resolve("no.conf")));
        Files.createDirectory(directory.resolve("dir.conf"));
        assertEquals(
                "dir.conf: is a directory; expected a configuration file", problems(directory.resolve("dir.conf")));
        var deep = problems("warren " + "{ a ".repeat(100_000));
        assertTrue(deep.startsWith("warren.conf:1: is nested too deeply; "), deep);
    }

    @Test
    void syntaxErrorsHaveALine() throws IOException {
        var message = problems("warren {\n loops = 3 }}\n");
        assertTrue(message.startsWith("warren.conf:2: a } without a { before it; "), message);
        message = problems("warren {\n loops = 3\n");
        assertEquals("warren.conf:1: the { of this line has no }; expected braces in pairs", message);
        message = problems("warren { loops = ${nothing} }");
        assertEquals(
                "warren.conf:1: a ${...} that is defined nowhere; expected a key of this file or a variable of the "
                        + "environment, or ${?...}",
                message);
        message = problems("include required(\"no-such-file.conf\")\nwarren {}");
        assertTrue(message.startsWith("warren.conf:1: includes 'no-such-file.conf', which does not exist; "), message);
    }

    // R-116
    @Test
    void aKeyWithoutQuotesIsASyntaxErrorThatDoesNotShowIt() throws IOException {
        for (var key : List.of("private-key", "public-key", "preshared-key")) {
            var message = problems("warren { interfaces.wg0 {\n" + key + " = " + PRIVATE + "\n} }");
            assertTrue(message.startsWith("warren.conf:2: a key without quotes; "), message);
            assertTrue(message.contains("\"...\""), message);
        }
    }

    // R-118, R-153
    @Test
    void noSecretIsEverShown() throws IOException {
        var secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c3M=";
        for (var line : List.of(
                "private-key = \"" + secret + "=\"",
                "private-key = " + secret,
                "private-key : [\"" + secret + "\"]",
                "addresses = [\"" + secret + "\"]",
                "listen-port = \"" + secret + "\"",
                "\"" + secret + "\" = 5",
                "\"" + secret + "\" { }",
                "peers.x.public-key = \"" + secret + "x\"",
                "peers.x.preshared-key = \"" + secret + "x\"",
                "peers.x.endpoint = \"" + secret + ":5\"",
                "peers.x.allowed-ips = [\"" + secret + "\"]",
                "peers.\"" + secret + "\".endpoint = 5",
                "preshared-key = \"" + secret + "\n",
                "private-key = \"" + secret + "\" }}")) {
            var message = problems("warren.interfaces.wg0 {\n" + line + "\n}\nwarren.x = 1");
            assertFalse(message.contains("c2Vjcm"), message);
        }
        var file = write("bad.key", secret.substring(4), "rw-------");
        var message = problems("warren { interfaces.wg0.private-key-file = \"" + file + "\" }");
        assertEquals(
                "warren.conf:1: warren.interfaces.wg0.private-key-file: what is in the key file bad.key is not a key: it "
                        + "has 40 characters; expected 44 characters of base64 ending in =",
                message);
    }

    @Test
    void theOwnPublicKeyIsNoPeer() throws Exception {
        var own = load("warren.interfaces.wg0.private-key = \"" + PRIVATE + "\"");
        String publicKey;
        try (var x25519 = new dev.warren.crypto.key.JavaX25519()) {
            publicKey = own.interfaces()
                    .get(0)
                    .privateKey()
                    .obtain(new SecureRandom())
                    .publicKey(x25519)
                    .toBase64();
        }
        assertEquals(
                "warren.conf:2: warren.interfaces.wg0.peers.x.public-key: is the public key of this interface itself; "
                        + "expected that of the peer",
                problems("warren.interfaces.wg0 { private-key = \"" + PRIVATE + "\"\npeers.x.public-key = \""
                        + publicKey + "\" }"));
    }

    // R-158
    @Test
    void keyFilesThatOthersCanReadAreRefusedUnlessToldOtherwise() throws Exception {
        write("wg0.key", PRIVATE, "rw-r-----");
        var text = "warren { interfaces.wg0.private-key-file = wg0.key }";
        assertEquals(
                "warren.conf:1: warren.interfaces.wg0.private-key-file: the key file wg0.key has mode 0640: others can use "
                        + "it; expected mode 0600 (chmod 600 wg0.key), or insecure-key-files = on",
                problems(text));
        var config = load(text + "\nwarren.insecure-key-files = on");
        assertInstanceOf(
                PrivateKeySource.Known.class, config.interfaces().get(0).privateKey());
    }

    // R-158
    @Test
    void aSecretInAFileThatOthersCanReadIsWarnedOf() throws Exception {
        var text = "warren.interfaces { wg0.private-key = \"" + PRIVATE + "\", wg1.private-key = \"" + PRIVATE + "\" }";
        var config = ConfigLoader.load(write("open.conf", text, "rw-r--r--"));
        assertEquals(1, config.warnings().size());
        assertTrue(
                config.warnings().get(0).toString().contains("others can read this file (mode 0644)"),
                config.warnings().toString());
        assertEquals(
                List.of(),
                ConfigLoader.load(write("open.conf", "warren {}", "rw-r--r--")).warnings());
    }

    // R-158
    @Test
    void aMissingKeyIsMadeOnceAndForItsOwnerAlone() throws Exception {
        var text = "warren { state-dir = state/deep, interfaces.wg0 {} }";
        var source = load(text).interfaces().get(0).privateKey();
        var file = assertInstanceOf(PrivateKeySource.Missing.class, source).file();
        assertEquals(directory.resolve("state/deep/wg0.key"), file);
        assertFalse(Files.exists(directory.resolve("state")));
        var key = source.obtain(new SecureRandom());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        for (var made : List.of(directory.resolve("state/deep"), directory.resolve("state"))) {
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
        }
        assertEquals(45, Files.size(file));
        try (var files = Files.list(directory.resolve("state/deep"))) {
            assertEquals(List.of(file), files.toList());
        }
        assertTrue(key.sameAs(source.obtain(new SecureRandom())));
        var again = load(text).interfaces().get(0).privateKey();
        assertTrue(
                key.sameAs(assertInstanceOf(PrivateKeySource.Known.class, again).key()));
    }

    @Test
    void aKeyThatCannotBeStoredIsSaidSo() throws Exception {
        write("plain", "", "rw-------");
        var source = load("warren.interfaces.wg0.private-key-file = plain/wg0.key")
                .interfaces()
                .get(0)
                .privateKey();
        var problem = assertThrows(IOException.class, () -> source.obtain(new SecureRandom()));
        assertTrue(String.valueOf(problem.getMessage()).startsWith("cannot create the key file "), problem.toString());
    }

    @Test
    void includedFilesAreReadAndNamedInProblems() throws Exception {
        write("peers.conf", "warren.interfaces.wg0.peers {\n x { public-key = 5 }\n}", "rw-------");
        var message = problems("include required(\"peers.conf\")\nwarren { loops = 0 }");
        assertEquals(
                "warren.conf:2: warren.loops: is '0'; expected auto or 1 to 256" + System.lineSeparator()
                        + "peers.conf:2: warren.interfaces.wg0.peers.x.public-key: is not a key: it has 1 characters; "
                        + "expected 44 characters of base64 ending in =",
                message);
    }

    @Test
    void theShippedFilesLoadAsTheyAre() throws Exception {
        var config = ConfigLoader.load(Path.of("warren.conf"));
        var wg0 = config.interfaces().get(0);
        assertEquals("wg0", wg0.name());
        assertEquals(51820, wg0.listenPort());
        assertEquals(2, wg0.addresses().size());
        assertEquals(List.of(), config.warnings());
        // as its comments say
        var text = Files.readString(Path.of("warren.conf"))
                .replaceAll("(?m)^( +)# (laptop \\{|  [a-z]|})", "$1$2")
                .replaceAll("PUT-THE[^\"]*", A);
        var uncommented = load(text);
        assertEquals("laptop", uncommented.interfaces().get(0).peers().get(0).name());
        try (var examples = Files.list(Path.of("examples"))) {
            var files = examples.sorted().toList();
            assertTrue(files.size() >= 3);
            for (var file : files) {
                assertFalse(ConfigLoader.load(file).interfaces().isEmpty(), file.toString());
            }
        }
    }

    @Test
    void theReferenceLoadsByItselfAndNamesEveryKey() throws Exception {
        var reference = Path.of("src/main/resources/reference.conf");
        assertEquals(List.of(), ConfigLoader.load(reference).interfaces());
        var text = Files.readString(reference);
        for (var key : List.of(
                "private-key",
                "private-key-file",
                "addresses",
                "listen-port",
                "mtu",
                "fwmark",
                "routes",
                "kill-switch",
                "public-key",
                "preshared-key",
                "preshared-key-file",
                "allowed-ips",
                "endpoint",
                "persistent-keepalive")) {
            assertTrue(text.contains("#     " + key + " = ") || text.contains("#           " + key + " = "), key);
        }
        var uncommented = text.replaceAll("(?m)^ +#( +[a-z0-9.-]+ (=|\\{).*| +[{}])$", "$1")
                .replaceAll("= \"\\.\\.\\.\"", "= \"" + A + "\"");
        for (var pem : List.of("ca.pem", "node.pem", "quorum-ca.pem")) write(pem, "", "rw-r--r--");
        for (var key : List.of("node.key", "authority.key", "quorum.key", "fleet.key")) write(key, A, "rw-------");
        var message = problems(uncommented); // everything at once: the two ways to give a key exclude each other
        assertEquals(
                List.of(
                        "warren.web.tls.certificate: is web.pem, which is no file; expected a PEM file",
                        "warren.web.tls.key: is web.key, which is no file; expected a PEM file",
                        "warren.webhooks.0.secret-file: the secret file hook.secret does not exist; expected a file with "
                                + "a key in it",
                        "warren.interfaces.wg0.private-key-file: is given, and private-key too; expected one of them",
                        "warren.interfaces.wg0.peers.laptop.preshared-key-file: is given, and preshared-key too; expected "
                                + "one of them"),
                message.lines().map(l -> l.substring(l.indexOf(": ") + 2)).toList());
    }

    // Section 3, item 12: what is only odd.
    @Test
    void whatIsOnlyOddIsWarnedOf() throws Exception {
        var table = List.of(
                "addresses = [\"10.8.0.1/24\"], peers.x.allowed-ips = [\"10.8.0.1/32\"]|warren.interfaces.wg0.peers.x."
                        + "allowed-ips: 10.8.0.1/32 is the address of this interface itself; expected those of the peer",
                "peers.x.allowed-ips = [\"0.0.0.0/0\"]|warren.interfaces.wg0.peers.x.allowed-ips: 0.0.0.0/0 leads to a peer "
                        + "without an endpoint: nothing gets through before it comes to us; expected an endpoint, or the "
                        + "networks behind the peer",
                "addresses = [\"10.9.0.1/24\"]|warren.interfaces.wg0.addresses: 10.9.0.1 is also an address of other; "
                        + "expected another one",
                "addresses = [\"10.9.0.7/24\"]|warren.interfaces.wg0.addresses: 10.9.0.0/24 is also the network of other; "
                        + "expected another one",
                "peers.x.allowed-ips = [\"172.20.0.0/16\"]|warren.interfaces.wg0.peers: 172.20.0.0/16 of x also leads to y "
                        + "of other; expected one of them, or routes = off");
        for (var row : table) {
            var text = """
                    warren.interfaces.other {
                      addresses = ["10.9.0.1/24"], peers.y { public-key = "%s", allowed-ips = ["172.20.0.0/16"] }
                    }
                    warren.interfaces.wg0 { %s, peers.x.public-key = "%s" }
                    """.formatted(A, row.substring(0, row.indexOf('|')), A);
            try (var config = load(text)) {
                assertEquals(
                        List.of("warren.conf:4: " + row.substring(row.indexOf('|') + 1)),
                        config.warnings().stream()
                                .map(warning -> warning.toString().replace(directory + "/", ""))
                                .toList(),
                        row);
            }
        }
    }

    @Test
    void networksThatAreOnOtherDevicesAreNamed() throws Exception {
        try (var config = load("""
                warren.interfaces.wg0 {
                  addresses = ["10.8.0.1/24"]
                  peers.home { public-key = "%s", allowed-ips = ["192.168.1.0/24", "10.0.0.0/8"] }
                }
                """.formatted(A))) {
            var devices = java.util.Map.of(
                    IpPrefix.parse("192.168.1.0/24"),
                    "eth0",
                    IpPrefix.parse("10.8.0.0/24"),
                    "wg1",
                    IpPrefix.parse("10.0.0.0/8"),
                    "wg0");
            assertEquals(
                    List.of(
                            "wg0: the network of 10.8.0.1/24 is already on wg1, so only one of the two can be reached",
                            "wg0: 192.168.1.0/24 of peer home is already on eth0, so only one of the two can be reached"),
                    config.overlaps(devices));
        }
    }

    // S10
    @Test
    void whatOthersCouldChangeIsNotRead() throws Exception {
        assertEquals(
                "open.conf: can be changed by others (mode 0666); expected write access for its owner alone (chmod go-w "
                        + "open.conf)",
                problems(write("open.conf", "warren {}", "rw-rw-rw-")));
        write("open.conf", "warren {}", "rw-r---w-");
        assertEquals(
                "warren.conf:1: includes 'open.conf', which can be changed by others (mode 0642); expected write access for "
                        + "its owner alone (chmod go-w open.conf)",
                problems("include \"open.conf\""));
        var folder = Files.createDirectory(directory.resolve("folder"));
        write("folder/wg0.key", PRIVATE, "rw-------");
        write("folder/w.conf", "warren {}", "rw-------");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertEquals(
                "folder/w.conf: the folder folder can be changed by others (mode 0777); expected write access for its owner "
                        + "alone (chmod go-w folder)",
                problems(folder.resolve("w.conf")));
        assertEquals(
                "warren.conf:1: warren.interfaces.wg0.private-key-file: the folder folder can be changed by others (mode "
                        + "0777); expected write access for its owner alone (chmod go-w folder)",
                problems("warren.interfaces.wg0.private-key-file = folder/wg0.key"));
        Files.createSymbolicLink(directory.resolve("link.conf"), Path.of("folder/../folder/./w.conf"));
        assertTrue(problems(directory.resolve("link.conf")).contains("the folder folder can be"), "through a link");
        Files.setAttribute(folder, "unix:mode", 01777); // as /tmp: what is ours in it stays ours
        assertEquals(
                List.of(), ConfigLoader.load(directory.resolve("link.conf")).interfaces());
    }

    // S10
    @Test
    void whatBelongsToOthersIsNotRead() throws Exception {
        var file = write("warren.conf", "warren {}", "rw-r--r--");
        int own = (Integer) Files.getAttribute(file, "unix:uid");
        var strangers = new TrustedFiles(own + 1, null, null, null);
        if (own != 0) {
            assertThrows(TrustedFiles.Refused.class, () -> strangers.find(file, "it"));
            return;
        }
        Files.setAttribute(file, "unix:uid", 54321);
        assertEquals(
                "warren.conf: belongs to 54321, who could change it; expected root as its owner (chown root "
                        + "warren.conf), or WARREN_TRUST=54321",
                problems(file));
        // sudo ./warren run in one's own checkout
        assertEquals(
                List.of(),
                ConfigLoader.load(file, name -> name.equals("SUDO_UID") ? "54321" : null)
                        .interfaces());
        assertEquals(
                List.of(),
                ConfigLoader.load(file, name -> name.equals("WARREN_TRUST") ? "54321" : null)
                        .interfaces());
        assertThrows(TrustedFiles.Refused.class, () -> new TrustedFiles(54322, 54321, null, null).find(file, "it"));
        Files.setAttribute(file, "unix:uid", own);
        var key = write("wg0.key", PRIVATE, "rw-------");
        Files.setAttribute(key, "unix:uid", 54321);
        assertEquals(
                "warren.conf:1: warren.interfaces.wg0.private-key-file: the key file wg0.key belongs to 54321, who could "
                        + "change it; expected root as its owner (chown root wg0.key), or WARREN_TRUST=54321",
                problems(write("warren.conf", "warren.interfaces.wg0.private-key-file = wg0.key", "rw-------")));
    }

    // S10
    @Test
    void includesAreFilesBelowTheFolderOfTheConfiguration() throws IOException {
        var table = List.of(
                "include url(\"http://127.0.0.1/x.conf\")|includes by url(...), which is not done; ",
                "include required(classpath(\"x.conf\"))|includes by classpath(...), which is not done; ",
                "include \"/etc/hostname\"|includes '/etc/hostname', which is elsewhere; ",
                "include file(\"../x.conf\")|includes '../x.conf', which is elsewhere; ",
                "include \"a/../../x\"|includes 'a/../../x', which is elsewhere; ",
                "include \"no.conf\"|includes 'no.conf', which does not exist; ",
                "include required(file(\"no.conf\"))|includes 'no.conf', which does not exist; ",
                "include \"peers.d/*.conf\"|includes 'peers.d/*.conf', which does not exist; expected one include for each",
                "include \"warren.conf\"|includes itself, or too many in a row; ",
                "include = 5|include without a file; ");
        for (var row : table) {
            var message = problems("warren {\n" + row.substring(0, row.indexOf('|')) + "\n}");
            assertTrue(
                    message.startsWith("warren.conf:2: " + row.substring(row.indexOf('|') + 1)), row + "\n" + message);
            assertEquals(1, message.lines().count(), message);
        }
    }

    // S10
    @Test
    void nothingOfTheEnvironmentIsShown() throws IOException {
        write(
                "warren.conf",
                "warren { loops = ${SECRET}, tun-queues = x${SECRET}\n interfaces.wg0.mtu = ${SECRET} }",
                "rw-------");
        var problem = assertThrows(
                ConfigException.class,
                () -> ConfigLoader.load(
                        directory.resolve("warren.conf"), name -> name.equals("SECRET") ? "hunter2-pa55" : null));
        assertEquals(3, problem.problems().size());
        assertFalse(problem.getMessage().contains("hunter2"), problem.getMessage());
        assertTrue(problem.getMessage()
                .contains("warren.conf:2: warren.interfaces.wg0.mtu: is a value that is not shown"));
    }

    // S10
    @Test
    void onlyWordsNumbersAndAddressesAreEchoed() {
        for (var shown : List.of(
                "10.8.0.2/24",
                "2001:db8:1234:5678:9abc:def0:1234:5678/64",
                "[fe80::1%nosuch0]:51820",
                "vpn.example.org:51820",
                "a long sentence of words",
                "Büro-Köln-Standort-Nord")) {
            assertEquals("'" + shown + "'", Problems.echo(shown));
        }
        for (var hidden : List.of(
                "0zmR3hVQNSmjcLhhXYfWV7_mXKFXzOIGK5CGQEHnG1s",
                "0zmR3hVQNSmjcLhhXYfW V7/mXKFXzOIGK5CGQEHnG1s",
                "0zmR3hVQNSmjcLhhXYfWV",
                "correcthorsebatterystaple",
                "hunter2.hunter2!hunter2?hunter2",
                "c".repeat(300))) {
            assertEquals("a text that is not shown", Problems.echo(hidden));
        }
    }

    @Test
    void aConfigurationAndKeysComeThroughPipes() throws Exception {
        var fifo = directory.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        new ProcessBuilder("sh", "-c", "printf '%s\n' '" + PRIVATE + "' > " + fifo).start();
        var config = load("warren.interfaces.wg0.private-key-file = fifo");
        assertInstanceOf(
                PrivateKeySource.Known.class, config.interfaces().get(0).privateKey());
        config.close();
        new ProcessBuilder("sh", "-c", "echo 'warren.interfaces.wg7 {}' > " + fifo).start();
        assertEquals("wg7", ConfigLoader.load(fifo).interfaces().get(0).name());
    }

    @Test
    void aKeyFileMayBeALinkOfALinkAndHaveAByteOrderMark() throws Exception {
        Files.createDirectory(directory.resolve("..2026"));
        write("..2026/wg0.key", "\ufeff" + PRIVATE + "\r\n", "r--------");
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..2026"));
        Files.createSymbolicLink(directory.resolve("wg0.key"), Path.of("..data/wg0.key"));
        try (var config = load("warren.interfaces.wg0.private-key-file = wg0.key")) {
            assertInstanceOf(
                    PrivateKeySource.Known.class, config.interfaces().get(0).privateKey());
        }
    }

    // S11
    @Test
    void theGuardAgainstKeysGivenTwiceIsNotPassedBy() throws IOException {
        for (var second : List.of("\"\\u0061\" { ", "a // \"\n { ", "a # {\n = { ", "\"a\" : { ", "\"\"\"a\"\"\" { ")) {
            var message = problems("warren.interfaces.wg0.peers {\n a { public-key = \"" + A + "\" }\n " + second
                    + "public-key = \"" + B + "\" }\n}");
            assertEquals(
                    "warren.conf:3: warren.interfaces.wg0.peers.a: given twice, first in line 2; expected it once",
                    message);
        }
    }

    // S11
    @Test
    void nestingHasABound() throws IOException {
        for (var text : List.of(
                "a.".repeat(20_000) + "a = 1\n" + "a.".repeat(20_000) + "a = 1",
                "warren.interfaces.wg0.peers.x.endpoint = " + "[".repeat(20_000) + "]".repeat(20_000),
                "a = ${" + "b.".repeat(20_000) + "b}",
                "a".repeat(5) + " = " + "{a=".repeat(5_000))) {
            assertTrue(problems(text).contains("is nested too deeply"), text.substring(0, 40));
        }
        var chain = new StringBuilder("a0 = 1\n");
        for (int i = 1; i < 20_000; i++) {
            chain.append("a").append(i).append(" = ${a").append(i - 1).append("}\n");
        }
        assertTrue(problems(chain + "warren.loops = ${a19999}").contains("substitutions that lead too far"));
        assertEquals(
                "", problemsOrNone("a0 = 1\n" + chain.substring(7, chain.indexOf("a40 =")) + "warren.loops = ${a39}"));
        var laughs = new StringBuilder("a0 = \"ha\"\n");
        for (int i = 1; i < 60; i++) {
            laughs.append("a%d = ${a%d}${a%d}%n".formatted(i, i - 1, i - 1));
        }
        assertTrue(problems(laughs + "warren.loops = ${a59}").contains("a text that grows too long"));
        assertTrue(problems("a = ${b}\nb = ${a}\nwarren.loops = ${a}").contains("defined nowhere"));
    }

    @Test
    void aKeyInPlaceOfAFileIsNotShown() throws IOException {
        for (var key : List.of(PRIVATE, PRIVATE.substring(1), PRIVATE.substring(0, 30) + PRIVATE.substring(31))) {
            assertEquals(
                    """
                    warren.conf:1: warren.interfaces.wg0.private-key-file: is a key, and no file; expected a file with the key in it
                    warren.conf:2: warren.web.token-file: is a key, and no file; expected a file with the key in it
                    warren.conf:3: warren.interfaces.wg0.peers.b.preshared-key-file: is a key, and no file; expected a file with the key in it""",
                    problems("warren.interfaces.wg0.private-key-file = \"" + key + "\"\nwarren.web.token-file = \""
                            + key
                            + "\"\nwarren.interfaces.wg0.peers.b { public-key = \"" + B + "\", preshared-key-file = \""
                            + key + "\" }"));
        }
    }

    private String problemsOrNone(String text) throws IOException {
        try (var _ = load(text)) {
            return "";
        } catch (ConfigException e) {
            return e.getMessage();
        }
    }

    // Section 3, item 12
    @Test
    void commonMistakesAreNamed() throws IOException {
        var table = List.of(
                "[Interface]\nPrivateKey = x|1: this is a wg-quick file, ",
                "# mine\n\n[interface]\n|3: this is a wg-quick file, ",
                "warren.x = " + PRIVATE + "|1: a key without quotes; ",
                "warren {\n a = [" + PRIVATE + "]\n}|2: a key without quotes; ",
                "warren {\n a = [fd00::2/128]\n}|2: an IPv6 address without quotes; ",
                "warren {\n a = fe80::1\n}|2: an IPv6 address without quotes; ",
                "warren {\n anna@example.org { }\n}|2: the character @ outside of quotes; ",
                "warren {\n a = \u201c10.8.0.2/32\u201d\n}|2: typographic quotation marks; ",
                "warren {\n a = \"x\n}|2: a \" that is not closed in its line; ",
                "warren {\n  interfaces {\n    wg0 {\n      mtu = 1400\n  }\n}\n|3: the { of this line has no }; ",
                "warren {\n  a {\n    b = [\n  }\n}\n|4: a } where none can be; ",
                "warren {\n  a = 5 }\n}\n|3: a } without a { before it; ",
                "warren { a =\n}|2: a } where none can be; expected a value",
                "warren { a b }|1: a } where none can be; expected = or { after a key",
                "warren { a = $x }|1: a $ without quotes; ",
                "warren { a = [1] x }|1: a list or { } beside something else; ");
        for (var row : table) {
            int bar = row.lastIndexOf('|');
            var message = problems(row.substring(0, bar));
            assertTrue(message.startsWith("warren.conf:" + row.substring(bar + 1)), row + "\n" + message);
        }
    }

    @Test
    void aZoneThatIsNotHereIsToldSo() throws IOException {
        assertEquals(
                "warren.conf:1: warren.interfaces.wg0.peers.x.endpoint: is '[fe80::1%nosuch0]:51820', whose zone is no "
                        + "interface of this machine" + ENDPOINT,
                problems("warren.interfaces.wg0.peers.x { public-key = \"" + A
                        + "\", endpoint = \"[fe80::1%nosuch0]:51820\" }"));
    }

    // R-120
    @Test
    void nothingInAFileBreaksTheLoader() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var words = List.of(
                "warren",
                "interfaces",
                "wg0",
                "peers",
                "x",
                "{",
                "}",
                "[",
                "]",
                "=",
                ":",
                "+=",
                ",",
                "\n",
                "\"",
                "\"\"\"",
                "${",
                "}",
                "${?warren.x}",
                "include \"x\"",
                "#",
                "//",
                ".",
                "private-key",
                "public-key",
                "\"" + A + "\"",
                "allowed-ips",
                "\"10.0.0.0/8\"",
                "null",
                "true",
                "5",
                "-",
                "\\",
                "\0",
                "\ufeff",
                "\u2028",
                "endpoint",
                " ");
        var file = directory.resolve("fuzz.conf");
        for (int round = 0; round < 800; round++) {
            var text = new StringBuilder(random.nextBoolean() ? "warren { interfaces { wg0 { " : "");
            for (int i = random.nextInt(30); i > 0; i--) {
                text.append(words.get(random.nextInt(words.size()))).append(random.nextBoolean() ? " " : "");
            }
            text.append(random.nextBoolean() ? "}}}" : "");
            Files.writeString(file, text);
            try {
                ConfigLoader.load(file).close();
            } catch (ConfigException e) {
                assertFalse(e.problems().isEmpty());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
    }
}
