package dev.warren.app.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Predicate;

/// Reads the events of one or more routers from their control sockets, as they come. Blocking.
public final class EventReader implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

    public EventReader() throws IOException {}

    /// Asks for the events of one more router.
    ///
    /// @throws IOException when nobody listens there, or we may not
    public void add(Path socket) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            var request = ByteBuffer.wrap("events=1\n\n".getBytes(StandardCharsets.US_ASCII));
            while (request.hasRemaining()) channel.write(request);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new ByteArrayOutputStream());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Gives away each line until `more` says no, or no router is left.
    ///
    /// @return whether `more` has ended it
    public boolean read(Predicate<String> more) throws IOException {
        while (!selector.keys().isEmpty()) {
            selector.select();
            for (var key : selector.selectedKeys()) {
                if (!read(key, more)) return true;
            }
            selector.selectedKeys().clear();
            selector.selectNow(); // takes away the keys of those that have gone
        }
        return false;
    }

    private boolean read(SelectionKey key, Predicate<String> more) throws IOException {
        var channel = (SocketChannel) key.channel();
        var line = (ByteArrayOutputStream) key.attachment();
        int count;
        try {
            count = channel.read(buffer.clear());
        } catch (IOException e) {
            count = -1; // a reset
        }
        if (count < 0) {
            channel.close();
            return true;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
            byte next = buffer.get();
            if (next != '\n') {
                line.write(next);
                continue;
            }
            var text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            if (!more.test(text)) return false;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        for (var key : selector.keys()) key.channel().close();
        selector.close();
    }
}
