package dev.warren.conf.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.TestDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Everything that was recorded from wireguard-go, byte for byte.
class UapiDialogTest {
    private record Exchange(String sent, String received) {}

    //
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 65536})
    void everyRecordedAnswerOfWireguardGoIsOursToo(int chunk) throws IOException {
        int count = 0;
        for (var dialog : dialogs()) {
            var device = new TestDevice();
            for (var exchange : dialog) {
                var sent = exchange.sent().getBytes(StandardCharsets.ISO_8859_1);
                assertEquals(
                        exchange.received(), device.answer(new UapiParser(), sent, chunk, true), exchange.toString());
                count++;
            }
        }
        assertTrue(count > 400, "only " + count);
    }

    private static List<List<Exchange>> dialogs() throws IOException {
        var dialogs = new ArrayList<List<Exchange>>();
        var dialog = new ArrayList<Exchange>();
        var name = "/wireguard-go-dialogs.txt";
        try (var in = Objects.requireNonNull(UapiDialogTest.class.getResourceAsStream(name))) {
            String sent = "";
            for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("> ")) {
                    sent = unescaped(line);
                } else if (line.startsWith("<")) {
                    dialog.add(new Exchange(sent, unescaped(line)));
                } else if (line.isEmpty()) {
                    dialogs.add(dialog);
                    dialog = new ArrayList<>();
                }
            }
        }
        dialogs.add(dialog);
        return dialogs;
    }

    private static String unescaped(String line) {
        return line.substring(2).replace("\\n", "\n").replace("\\r", "\r");
    }
}
