package dev.warren.it;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// The cross-platform control socket of one interface, spoken to in text.
record Uapi(Host host, String device) {
    /// One open connection.
    static final class Connection implements AutoCloseable {
        private final SocketChannel channel;
        private final Selector selector;

        private Connection(SocketChannel channel) throws IOException {
            this.channel = channel;
            this.selector = Selector.open();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        }

        void send(String text) throws IOException {
            var bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
            channel.register(selector, SelectionKey.OP_WRITE);
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0 && selector.select(10_000) == 0)
                    throw new IOException("the router does not read");
                selector.selectedKeys().clear();
            }
            channel.register(selector, SelectionKey.OP_READ);
        }

        /// Everything up to and with the empty line that ends an answer, or to the end of the stream.
        String answer(Duration limit) throws IOException {
            var all = new ByteArrayOutputStream();
            var buffer = ByteBuffer.allocate(1 << 16);
            long deadline = System.nanoTime() + limit.toNanos();
            while (true) {
                int n = channel.read(buffer.clear());
                if (n < 0) return all.toString(US_ASCII);
                if (n > 0) {
                    all.write(buffer.array(), 0, n);
                    // Looking at the end is enough: an answer is the last thing that is sent.
                    var end = buffer.array();
                    if (n >= 2 && end[n - 1] == '\n' && (end[n - 2] == '\n' || all.size() < 2))
                        return all.toString(US_ASCII);
                    if (all.toString(US_ASCII).endsWith("\n\n")) return all.toString(US_ASCII);
                    continue;
                }
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0)
                    throw new IOException("no whole answer within " + limit + ", only: " + all.toString(US_ASCII));
                selector.select(left);
                selector.selectedKeys().clear();
            }
        }

        @Override
        public void close() {
            try {
                selector.close();
                channel.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    String path() {
        return "/run/wireguard/" + device + ".sock";
    }

    Connection connect() throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(host.file(path())));
            return new Connection(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// One question on a connection of its own.
    String ask(String question) {
        return ask(question, Duration.ofSeconds(20));
    }

    String ask(String question, Duration limit) {
        try (var connection = connect()) {
            connection.send(question);
            return connection.answer(limit);
        } catch (IOException e) {
            throw new AssertionError("asked " + question.substring(0, Math.min(200, question.length())), e);
        }
    }

    String get() {
        return ask("get=1\n\n");
    }

    /// A counter of the router under test, as `warren stats` shows it.
    long counter(String label) {
        return ask("stats=1\n\n")
                .lines()
                .filter(l -> l.startsWith(label + "="))
                .mapToLong(l -> Long.parseLong(l.substring(label.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no counter " + label));
    }

    /// Sends a `set` with these lines and returns the errno (0: fine).
    int set(String lines) {
        return errno(ask("set=1\n" + lines + "\n", Duration.ofSeconds(60)));
    }

    static int errno(String answer) {
        return answer.lines()
                .filter(l -> l.startsWith("errno="))
                .mapToInt(l -> Integer.parseInt(l.substring(6)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no errno in the answer: " + answer));
    }

    boolean answers() {
        if (!host.exists(path())) return false;
        try (var connection = connect()) {
            connection.send("get=1\n\n");
            return connection.answer(Duration.ofSeconds(5)).endsWith("errno=0\n\n");
        } catch (IOException e) {
            return false;
        }
    }
}
