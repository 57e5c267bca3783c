package dev.warren.app.cli;

import dev.warren.conf.uapi.CaptureRequest;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads a capture from a control socket, block by block, and counts what is in it. Blocking.
public final class CaptureReader implements AutoCloseable {
    private static final int PACKET = 6;
    private static final int STATISTICS = 5;
    private static final int DROPPED_AT = 36;
    private static final int MAX_BLOCK = 1 << 20;

    private final SocketChannel channel;
    private final InputStream input;
    private long packets;
    private long dropped;
    private boolean ended;

    /// Asks for a capture; it has begun when this returns.
    ///
    /// @throws IOException when nobody listens there or we may not; with the router's sentence when it refuses
    public CaptureReader(Path socket, CaptureRequest request) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        input = new BufferedInputStream(Channels.newInputStream(channel), 256 << 10);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            var bytes = ByteBuffer.wrap(request.text().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) channel.write(bytes);
            var sentence = "the router answers what is no capture";
            var line = line();
            for (; !line.startsWith("errno="); line = line()) sentence = line;
            if (!line.equals("errno=0")) throw new IOException(sentence);
            line();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = input.read(); c != '\n'; c = input.read()) {
            if (c < 0 || line.length() > 1000) throw new IOException("the router hung up without an answer");
            line.append((char) c);
        }
        return line.toString();
    }

    /// The next block of the file; null when the router has sent the last.
    ///
    /// @throws EOFException when it hung up before
    public byte @Nullable [] next() throws EOFException {
        var begin = read(8);
        if (begin.length == 0 && ended) return null;
        if (begin.length < 8) throw new EOFException("the router hung up");
        var fields = ByteBuffer.wrap(begin).order(ByteOrder.LITTLE_ENDIAN);
        int type = fields.getInt();
        int length = fields.getInt();
        if (length < 12 || length > MAX_BLOCK) throw new EOFException("the router sends what is no capture");
        var rest = read(length - 8);
        if (rest.length < length - 8) throw new EOFException("the router hung up");
        var block = Arrays.copyOf(begin, length);
        System.arraycopy(rest, 0, block, 8, rest.length);
        if (type == PACKET) packets++;
        if (type == STATISTICS && length >= DROPPED_AT + 8) {
            dropped = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getLong(DROPPED_AT);
            ended = true;
        }
        return block;
    }

    /// Fewer bytes when there are no more.
    private byte[] read(int length) {
        try {
            return input.readNBytes(length);
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    /// Whether some of the next block is here already.
    public boolean hasMore() throws IOException {
        return input.available() > 0;
    }

    /// Packets read so far.
    public long packets() {
        return packets;
    }

    /// Packets that the router left out; known at the end.
    public long dropped() {
        return dropped;
    }

    /// Asks the router to end the capture: [#next] has what it sends until then. On any thread.
    public void end() {
        try {
            channel.shutdownOutput();
        } catch (IOException gone) {
            // then next() tells
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
