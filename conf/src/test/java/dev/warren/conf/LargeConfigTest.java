package dev.warren.conf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many peers in one file.
class LargeConfigTest {
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
    void peersOfALargeFileMaySubstituteAndAppend() throws Exception {
        var text = "host = \"192.0.2.1\"\n" + bigFile(20_000).replace("\"192.0.2.1:", "${host}\":");
        text = text.replace("p7 {", "p7 {\n allowed-ips = [\"10.99.0.0/24\"]")
                .replace("allowed-ips = [\"10.0.0.7/32\"]", "allowed-ips += \"10.0.0.7/32\"")
                .replace("${host}\":9\"", "\"192.0.2.1:9\"");
        var file = write(text);
        long start = System.nanoTime();
        var peers = ConfigLoader.load(file).interfaces().get(0).peers();
        System.out.println("20000 with substitutions in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertEquals(20_000, peers.size());
        assertEquals(
                "192.0.2.1:" + (1 + (19_999 & 0xfff)),
                String.valueOf(peers.get(19_999).endpoint()));
        assertEquals(2, peers.get(7).allowedIps().size());
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
}
