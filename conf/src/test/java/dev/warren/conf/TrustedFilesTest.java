package dev.warren.conf;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What is asked of the kernel to learn whose files may be trusted.
class TrustedFilesTest {
    /// The kernel gives such a file in one read; whoever reads a single byte first gets no more.
    @Test
    void aSettingOfTheKernelIsReadWhole() throws Exception {
        var file = Path.of("/proc/sys/kernel/overflowuid");
        var cat = new ProcessBuilder("cat", file.toString()).start();
        var expected = new String(cat.getInputStream().readAllBytes(), US_ASCII).strip();
        assertTrue(expected.length() > 1, expected);
        assertEquals(expected, TrustedFiles.setting(file));
    }
}
