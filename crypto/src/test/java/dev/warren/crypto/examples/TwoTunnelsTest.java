package dev.warren.crypto.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TwoTunnelsTest {
    @Test
    void theExampleRuns() {
        var bytes = new ByteArrayOutputStream();
        TwoTunnels.run(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String output = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(output.contains("bob reads: hello, bob"), output);
        assertTrue(output.contains("alice reads: hello, alice"), output);
        assertTrue(output.contains("handshake response"), output);
        assertTrue(output.contains("keepalive"), output);
        assertFalse(output.contains("dropped"), output);
    }
}
