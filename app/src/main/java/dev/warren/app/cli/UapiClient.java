package dev.warren.app.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The client's end of a control socket, for our own commands. Blocking.
public final class UapiClient implements AutoCloseable {
    private final SocketChannel channel;
    private final BufferedReader reader;

    /// @throws IOException when nobody listens there, or we may not
    public UapiClient(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        reader = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    /// Sends a request, without its closing empty line, and gives the lines of the answer, without its errno.
    ///
    /// @throws IOException also when the errno is not 0
    public List<String> ask(CharSequence request) throws IOException {
        var bytes = ByteBuffer.wrap((request + "\n\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        var lines = new ArrayList<String>();
        for (String line; (line = reader.readLine()) != null; ) {
            if (line.startsWith("errno=")) {
                reader.readLine();
                if (!line.equals("errno=0")) {
                    throw new IOException("the router answers " + line);
                }
                return lines;
            }
            lines.add(line);
        }
        throw new IOException("the router hung up without an answer");
    }

    /// What a command says when a router cannot be asked, after its `warren: `.
    ///
    /// @param name of the interface; null: any
    public static String unable(@Nullable String name, IOException cause) {
        return (name == null ? "" : "cannot ask the router of " + name + ": ") + cause.getMessage()
                + " (is it running, and are you root?)";
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
