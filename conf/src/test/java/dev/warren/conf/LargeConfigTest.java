package dev.warren.conf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Large files, which are cut into peers: they mean what they would mean as a whole.
class LargeConfigTest {
    private static final int ROUNDS = 1000;

    private final Path directory;

    LargeConfigTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private Path write(String text) throws IOException {
        var file = Files.writeString(directory.resolve("warren.conf"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private String bigFile(int peers) {
        var text = new StringBuilder("warren { interfaces { wg0 { peers {\n");
        for (int i = 0; i < peers; i++) {
            var bytes = ByteBuffer.allocate(32).putInt(i + 1).putInt(~i).array();
            text.append("p").append(i).append(" {\n  public-key = \"");
            text.append(Base64.getEncoder().encodeToString(bytes)).append("\"\n  allowed-ips = [\"10.");
            text.append(i >> 16)
                    .append('.')
                    .append(i >> 8 & 255)
                    .append('.')
                    .append(i & 255)
                    .append("/32\"]\n");
            text.append("  endpoint = \"192.0.2.1:").append(1 + (i & 0xfff)).append("\"\n}\n");
        }
        return text.append("} } } }\n").toString();
    }

    //
    @Test
    void aHundredThousandPeersLoad() throws Exception {
        var file = write(bigFile(100_000));
        long start = System.nanoTime();
        var config = ConfigLoader.load(file);
        System.out.println("HOCON of 100000 peers loaded in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        var peers = config.interfaces().get(0).peers();
        assertEquals(100_000, peers.size());
        for (int i = 0; i < peers.size(); i++) {
            assertEquals("p" + i, peers.get(i).name());
        }
    }

    @Test
    void problemsInALargeFileHaveTheirLines() throws IOException {
        var text = bigFile(5_000).replace("10.0.2.0/32", "10.0.2.0/99").replace("192.0.2.1:4001\"", "nowhere\"");
        var at512 = 2 + 5 * 512 + 2;
        var at4000 = 2 + 5 * 4000 + 3;
        var end = 2 + 5 * 5000;
        var file = write(text.replace("} } } }\n", "} \n mtu = 3 } } }\n"));
        var problem = assertThrows(ConfigException.class, () -> ConfigLoader.load(file));
        var message = problem.getMessage().replace(directory + "/", "");
        assertEquals(
                List.of("warren.conf:" + at512, "warren.conf:" + at4000, "warren.conf:" + (end + 1)),
                message.lines().map(l -> l.substring(0, l.indexOf(": "))).toList(),
                message);
    }

    /// Peer by peer or as a whole: the same records, or the same problems.
    @Test
    void cuttingAFileIntoPeersChangesNothing() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            sameWholeAndCut(randomFile(random), "seed " + seed);
        }
    }

    @Test
    void whatFollowsACutOnItsLineHasThatLine() throws IOException {
        sameWholeAndCut("""
                warren.interfaces.wg0.peers {
                  laptop { public-key = "%s", allowed-ips = "10.0.0.0/8" }
                  phone { public-key = "%s", allowed-ips = "10.1.0.0/16" }
                  # both
                  , gate { public-key = x, allowed-ips = "10.0.0.0/8" }
                  gate { endpoint = "a:5" }
                }
                """.formatted(ConfigLoaderTest.A, ConfigLoaderTest.B), "a peer after a comma");
    }

    private void sameWholeAndCut(String text, String message) throws IOException {
        var file = write(text);
        var whole = outcome(file, Integer.MAX_VALUE);
        var cut = outcome(file, 0);
        if (whole.contains("a syntax error")) { // the whole ends there; a peer is skipped
            assertTrue(cut.contains("a syntax error"), message + "\n" + text + cut);
        } else {
            assertEquals(whole, cut, message + "\n" + text);
        }
    }

    private static String randomFile(Random random) {
        var text = new StringBuilder(random.nextInt(4) == 0 ? "base { persistent-keepalive = 7 }\n" : "");
        text.append(random.nextBoolean() ? "warren { interfaces { wg0 {" : "warren.interfaces.wg0 {");
        text.append(random.nextBoolean() ? "\n # comment }\n" : "")
                .append(random.nextBoolean() ? "peers {" : "peers = {\n");
        int count = random.nextInt(6);
        var base = text.toString().startsWith("base");
        for (int i = 0; i < count; i++) {
            var bytes = new byte[32];
            random.nextBytes(bytes);
            text.append(random.nextInt(8) == 0 ? "\"p." + i + "\"" : "p" + (random.nextInt(9) == 0 ? 0 : i));
            text.append(new String[] {" {", "{\n", " = {", " : {", " = ${base} {", " {"}[random.nextInt(base ? 6 : 4)]);
            text.append(" public-key = \"")
                    .append(Base64.getEncoder().encodeToString(bytes))
                    .append('"');
            text.append(random.nextBoolean() ? ",\n" : "\n");
            text.append(
                    switch (random.nextInt(22)) {
                        case 0 -> "endpoint = \"a:5\"}, # }\n";
                        case 1 -> "endpoint = nonsense }\n,";
                        case 2 -> "allowed-ips = [\"10.0.0.0/8\"] // {\n}\n";
                        case 3 -> "endpoint = \"\"\"x{:5\"\"\" }\n\n";
                        case 4 -> "bogus = { a = [ { b = 1 } ] } } \n";
                        case 5 -> "persistent-keepalive = 3 } \n # ,\n,";
                        case 6 -> "persistent-keepalive=\t3s // }\n# {\nallowed-ips : [ \"10.0.0.0/8\",\n # ]\n] }\n";
                        case 7 -> "persistent-keepalive = 007 }\n";
                        case 8 -> "persistent-keepalive = 1e1 }\n";
                        case 9 -> "persistent-keepalive = null, endpoint = off, }\n";
                        case 10 -> "endpoint = \"a\\u0062:5\" }\n";
                        case 11 -> "endpoint = host:5 }\n";
                        case 12 -> "endpoint = a b, persistent-keepalive = true }\n";
                        case 13 -> "allowed-ips = [\"10.0.0.0/8\"\n\"11.0.0.0/8\"] }\n";
                        case 14 -> "allowed-ips = [\"10.0.0.0/8\", 5], x = 1 }\n";
                        case 15 -> "allowed-ips = [\"10.0.0.0/8\",,] }\n";
                        case 16 -> "allowed-ips = \"10.0.0.0/8\" \"x\"\n, persistent-keepalive = -1 }\n";
                        case 17 -> "endpoint = \"a:5\" persistent-keepalive = 3 }\n";
                        case 18 -> "endpoint = \"\", allowed-ips = [] }\n";
                        default -> "persistent-keepalive = 3s }\n";
                    });
        }
        text.append("}\n mtu = ").append(random.nextBoolean() ? "1400" : "3").append('\n');
        text.append(random.nextInt(5) == 0 ? "peers.p1.persistent-keepalive = 9\n" : "");
        text.append(random.nextInt(9) == 0 ? "peers.p2 = null\n" : "");
        text.append(text.indexOf("warren {") >= 0 ? "} } }" : "}");
        text.append(random.nextInt(5) == 0 ? "\nwarren.interfaces.wg0.peers.p0.endpoint = \"c:9\"\n" : "\n");
        text.append(
                random.nextInt(9) == 0 ? "warren.interfaces.wg0.peers.p9 = ${warren.interfaces.wg0.peers.p0}\n" : "");
        return text.toString();
    }

    private static String outcome(Path file, int large) {
        try {
            var outcome = new ArrayList<String>();
            for (var device : ConfigLoader.load(file, large).interfaces()) {
                outcome.add(device.name() + device.mtu());
                device.peers().stream().map(PeerConfig::toString).sorted().forEach(outcome::add);
            }
            return outcome.toString();
        } catch (ConfigException e) {
            return e.getMessage().lines().sorted().toList().toString();
        }
    }
}
