package dev.warren.conf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsReaderTest {
    private static final String SECRET = "0123456789abcdef0123";

    private final Path directory;

    EventsReaderTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        write("hook.secret", SECRET + "\r\n", "rw-------");
    }

    private Path write(String name, String text, String mode) throws IOException {
        var file = directory.resolve(name);
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private RouterConfig load(String text) throws IOException, ConfigException {
        return ConfigLoader.load(write("warren.conf", text, "rw-------"));
    }

    /// The messages without the directory.
    private String problems(String text) throws IOException {
        var file = write("warren.conf", text, "rw-------");
        var problem = assertThrows(ConfigException.class, () -> ConfigLoader.load(file));
        return problem.getMessage().replace(directory + "/", "").replace(directory.toString(), "HERE");
    }

    @Test
    void nothingIsWrittenOrPostedUnlessSaid() throws Exception {
        try (var config = load("warren { }")) {
            assertNull(config.audit().file());
            assertEquals(64 << 20, config.audit().maxSize());
            assertEquals(5, config.audit().keep());
            assertEquals(EnumSet.allOf(EventType.class), config.audit().events());
            assertEquals(List.of(), config.webhooks());
            assertEquals(RouterConfig.LogFormat.AUTO, config.logFormat());
        }
    }

    @Test
    void everythingThatCanBeSaidIsRead() throws Exception {
        Files.createDirectory(directory.resolve("log"));
        write("ca.pem", "x", "rw-r--r--");
        var config = load("""
                warren {
                  log { level = warn, format = json }
                  audit { file = "log/audit.jsonl", max-size = 1 GiB, keep = 7, events = [peer-online, peer-added] }
                  webhooks = [
                    { url = "https://hooks.example.org:8443/a?b=c", secret-file = hook.secret, events = rekeyed, tls.ca = ca.pem }
                    { url = "http://[::1]:80/", secret-file = hook.secret }
                  ]
                }
                """);
        assertEquals(RouterConfig.LogFormat.JSON, config.logFormat());
        assertEquals(
                new AuditConfig(
                        directory.resolve("log/audit.jsonl"),
                        1L << 30,
                        7,
                        Set.of(EventType.PEER_ONLINE, EventType.PEER_ADDED)),
                config.audit());
        var first = config.webhooks().getFirst();
        assertEquals(URI.create("https://hooks.example.org:8443/a?b=c"), first.url());
        assertEquals(Set.of(EventType.REKEYED), first.events());
        assertEquals(directory.resolve("ca.pem"), first.ca());
        assertArrayEquals(
                SECRET.getBytes(StandardCharsets.UTF_8), first.secret().copy());
        assertFalse(config.toString().contains(SECRET) || first.toString().contains("b=c"), config::toString);
        var second = config.webhooks().getLast();
        assertEquals("[::1]", second.url().getHost());
        assertEquals(EnumSet.allOf(EventType.class), second.events());
        assertNull(second.ca());
        config.close();
        assertArrayEquals(new byte[SECRET.length()], first.secret().copy());
    }

    @Test
    void whatIsWrongInTheAuditIsSaidWithItsLine() throws IOException {
        assertEquals(
                """
                warren.conf:2: warren.audit.file: is in HERE/none, which does not exist; expected a folder that is there (mkdir HERE/none)
                warren.conf:3: warren.audit.max-size: is '64k'; expected a size as "64 MiB", 64 KiB to 1024 GiB
                warren.conf:4: warren.audit.keep: is '0'; expected 1 to 1000
                warren.conf:5: warren.audit.events: 'peer-onlin' is no event, did you mean peer-online?; expected all, or some of %s
                warren.conf:6: warren.audit.size: unknown key, did you mean file?; expected one of file, max-size, keep, events""".formatted(types()),
                problems("""
                warren.audit {
                  file = none/audit.jsonl
                  max-size = 64k
                  keep = 0
                  events = [peer-onlin]
                  size = 1
                }
                """).replace("none", "HERE/none").replace("HERE/HERE", "HERE"));
        for (var size : List.of("63 KiB", "1025 GiB", "999999999999 GiB", "-1"))
            assertTrue(problems("warren.audit.max-size = " + size).contains("warren.audit.max-size: is "), size);
        assertTrue(problems("warren.audit.events = []").contains("warren.audit.events: names none"));
    }

    @Test
    void anAuditFileIsAFileThatOthersCannotReplace() throws IOException {
        var open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("/etc/passwd"));
        for (var wrong : Map.of("open/a", "everybody may write", "link", "a link or a device", "open", "is a directory")
                .entrySet()) {
            var problem = problems("warren.audit.file = \"" + wrong.getKey() + "\"");
            assertTrue(
                    problem.startsWith("warren.conf:1: warren.audit.file: is ") && problem.contains(wrong.getValue()),
                    problem);
        }
        assertTrue(problems("warren.audit.file = /dev/full").contains("a link or a device"));
    }

    @Test
    void whatIsWrongInAWebhookIsSaidWithItsLineAndWithoutItsUrl() throws IOException {
        write("open.secret", SECRET, "rw-r--r--");
        write("short.secret", "short", "rw-------");
        assertEquals("""
                warren.conf:2: warren.webhooks.0.url: would send events in clear to another host; expected https://HOST/..., or http:// to 127.0.0.1, [::1] or localhost
                warren.conf:2: warren.webhooks.0.secret-file: is missing; expected a file with 16 bytes or more, such as `warren genpsk` prints
                warren.conf:4: warren.webhooks.1.url: has a user, a password or a fragment (#) in it; expected https://HOST/..., or http:// to 127.0.0.1, [::1] or localhost
                warren.conf:5: warren.webhooks.1.secret-file: the secret file open.secret has mode 0644: others can use it; expected mode 0600 (chmod 600 open.secret), or insecure-key-files = on
                warren.conf:6: warren.webhooks.1.event: unknown key, did you mean events?; expected one of url, events, secret-file, tls
                warren.conf:7: warren.webhooks.1.tls.ca: is none.pem, which is no file; expected a PEM file
                warren.conf:10: warren.webhooks.2.secret-file: has 5 bytes, which can be guessed; expected a file with 16 bytes or more, such as `warren genpsk` prints""", problems("""
                warren.webhooks = [
                  { url = "http://hooks.example.org/SECRET" }
                  {
                    url = "https://user:SECRET@hooks.example.org"
                    secret-file = open.secret
                    event = peer-online
                    tls.ca = none.pem
                  }
                  { url = "https://hooks.example.org",
                    secret-file = short.secret }
                ]
                """));
        assertTrue(problems("warren.webhooks { url = x }").contains("warren.webhooks: is an object; expected [ {"));
        assertTrue(problems("warren.webhooks = [ x ]").contains("warren.webhooks: has a text in it; expected [ {"));
        for (var url : List.of(
                "ftp://localhost/", "https:///x", "localhost", "http://127.evil.example/", "https://a:0/", "a b"))
            assertTrue(
                    problems("warren.webhooks = [ { url = \"" + url + "\", secret-file = hook.secret } ]")
                            .startsWith("warren.conf:1: warren.webhooks.0.url: "),
                    url);
    }

    private static String types() {
        return String.join(
                ", ",
                EnumSet.allOf(EventType.class).stream().map(EventType::label).toList());
    }
}
