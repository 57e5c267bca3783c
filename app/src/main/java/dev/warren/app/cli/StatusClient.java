package dev.warren.app.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Asks control sockets for the status of their interfaces, see docs/METRICS.md.
public final class StatusClient {
    private static final String SOCKET = ".sock";

    private final Path directory;

    /// @param directory of the sockets
    public StatusClient(Path directory) {
        this.directory = directory;
    }

    public Path socket(String device) {
        return directory.resolve(device + SOCKET);
    }

    /// The interfaces that have a socket, whoever listens there; in the order of their names.
    public List<String> names() throws IOException {
        if (!Files.exists(directory)) return List.of();
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(SOCKET))
                    .map(file -> file.substring(0, file.length() - SOCKET.length()))
                    .sorted()
                    .toList();
        }
    }

    /// The status with all peers, page by page.
    ///
    /// @throws IOException when nobody answers, or not as a router of this program does
    public JsonObject status(String device) throws IOException {
        try (var client = new UapiClient(socket(device))) {
            var whole = page(client, 0);
            var peers = whole.getJsonArray("peers");
            int got = peers.size();
            while (got > 0 && peers.size() < whole.getInteger("peerCount")) {
                var more = page(client, peers.size()).getJsonArray("peers");
                got = more.size();
                peers.addAll(more);
            }
            return whole;
        }
    }

    private static JsonObject page(UapiClient client, int offset) throws IOException {
        var lines = client.ask("status=1\noffset=" + offset);
        try {
            return new JsonObject(lines.getFirst());
        } catch (DecodeException | java.util.NoSuchElementException e) {
            throw new IOException("the router answers what is no status", e);
        }
    }

    /// The statuses of all interfaces whose router answers.
    ///
    /// @throws IOException when there is none
    public List<JsonObject> all() throws IOException {
        var all = new ArrayList<JsonObject>();
        for (var name : names()) {
            try {
                all.add(status(name));
            } catch (IOException e) {
                // One of another program, or one that a killed router has left: not ours to speak of.
            }
        }
        if (all.isEmpty()) throw new IOException("no router answers in " + directory);
        return all;
    }
}
