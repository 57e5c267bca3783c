package dev.warren.testkit.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// The DevTools protocol over two pipes: messages of JSON, each ended by a zero byte. A browser that is
/// spoken to so needs no port, and may live in another network namespace.
///
/// Belongs to one thread. Whatever is not the reply to a call is an event; those that came meanwhile are kept.
final class DevTools {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

    private final InputStream in;
    private final OutputStream out;
    private final byte[] chunk = new byte[1 << 16];
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private final List<String> events = new ArrayList<>();
    private int lastId;

    DevTools(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /// Calls a method and waits for its reply, which is returned as it came.
    ///
    /// @param session of a page; empty: the browser itself
    /// @param parameters an object of JSON
    String call(String session, String method, String parameters) {
        int id = ++lastId;
        var request = "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters
                + (session.isEmpty() ? "}" : ",\"sessionId\":\"" + session + "\"}");
        try {
            out.write(request.getBytes(UTF_8));
            out.write(0);
            out.flush();
            var beginning = "{\"id\":" + id + ",";
            for (long start = System.nanoTime(); System.nanoTime() - start < PATIENCE_NANOS; ) {
                var reply = read(beginning);
                if (reply.startsWith("{\"id\":" + id + ",\"error\"")) throw new AssertionError(method + ": " + reply);
                if (!reply.isEmpty()) return reply;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(method, e);
        }
        throw new AssertionError("the browser does not reply to " + method);
    }

    /// Takes the events that came until now.
    List<String> takeEvents() {
        var taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /// Reads what is there. Returns the message that begins so; empty if it has not come.
    private String read(String beginning) throws IOException {
        if (in.available() == 0) {
            LockSupport.parkNanos(1_000_000);
            return "";
        }
        int length = in.read(chunk, 0, Math.min(chunk.length, in.available()));
        var found = "";
        for (int i = 0; i < length; i++) {
            if (chunk[i] != 0) {
                message.write(chunk[i]);
                continue;
            }
            var text = message.toString(UTF_8);
            message.reset();
            if (text.startsWith(beginning)) found = text;
            else events.add(text);
        }
        return found;
    }
}
