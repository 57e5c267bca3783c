package dev.warren.bench.storm;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Gives a router very many peers in one `set` over its control socket, and prints how many seconds that took, from
/// connecting to the answer.
///
///     ManyPeers SOCKET COUNT [ENDPOINT]
public final class ManyPeers {
    private static final Pattern ANSWER = Pattern.compile("errno=(-?\\d+)\n\n");

    private ManyPeers() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2 || arguments.length > 3) {
            System.err.println("ManyPeers SOCKET COUNT [ENDPOINT]");
            System.exit(2);
        }
        var request = request(Integer.parseInt(arguments[1]), arguments.length == 3 ? arguments[2] : null);
        long begin = System.nanoTime();
        int errno = ask(UnixDomainSocketAddress.of(arguments[0]), request);
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (errno != 0) {
            System.err.println("The router answered errno=" + errno);
            System.exit(1);
        }
        System.out.printf("%.3f%n", seconds);
    }

    /// Any 32 bytes are a public key. Each peer has an address of its own in 10.0.0.0/8.
    ///
    /// @param endpoint where all of them are said to be; null for nowhere
    static byte[] request(int count, @Nullable String endpoint) {
        var text = new StringBuilder(count * 104).append("set=1\n");
        var random = new Random(7);
        var key = new byte[32];
        for (int i = 0; i < count; i++) {
            random.nextBytes(key);
            key[31] &= 0x7F;
            text.append("public_key=")
                    .append(HexFormat.of().formatHex(key))
                    .append("\nreplace_allowed_ips=true\nallowed_ip=10.")
                    .append(i >> 16 & 0xFF)
                    .append('.')
                    .append(i >> 8 & 0xFF)
                    .append('.')
                    .append(i & 0xFF)
                    .append("/32\n");
            if (endpoint != null) text.append("endpoint=").append(endpoint).append('\n');
        }
        return text.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static int ask(UnixDomainSocketAddress socket, byte[] request) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(socket);
            var out = ByteBuffer.wrap(request);
            while (out.hasRemaining()) channel.write(out);
            var answer = ByteBuffer.allocate(4096);
            while (true) {
                if (channel.read(answer) <= 0) throw new EOFException("The router hung up without an answer.");
                var said = ANSWER.matcher(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII));
                if (said.find()) return Integer.parseInt(said.group(1));
            }
        }
    }
}
