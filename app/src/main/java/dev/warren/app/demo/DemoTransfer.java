package dev.warren.app.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// The demo's TCP stream where there is no iperf3. The source sends for a while, the sink answers with the number of
/// bytes that arrived.
@Command(name = DemoTransfer.NAME, hidden = true, header = "One end of the demo's transfer.")
public final class DemoTransfer implements Callable<Integer> {
    static final String NAME = "demo-transfer";
    private static final int PORT = 5202;
    private static final int BLOCK = 128 * 1024;
    private static final int CONNECT_ATTEMPTS = 100;

    private final PrintStream out;

    @Parameters(index = "0", description = "source or sink")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String role;

    @Parameters(index = "1", description = "Address of the sink.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String address;

    @Parameters(index = "2", arity = "0..1", defaultValue = "5", description = "Seconds.")
    private int seconds;

    public DemoTransfer(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        if (role.equals("sink")) {
            sink();
        } else {
            out.println(source());
        }
        return 0;
    }

    private void sink() throws IOException {
        try (var listener = new ServerSocket(PORT, 1, InetAddress.getByName(address));
                var socket = listener.accept()) {
            var block = new byte[BLOCK];
            long total = 0;
            for (int n; (n = socket.getInputStream().read(block)) > 0; ) {
                total += n;
            }
            socket.getOutputStream().write((total + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    private String source() throws IOException {
        try (var socket = connect()) {
            var block = new byte[BLOCK];
            long start = System.nanoTime();
            long end = start + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < end) {
                socket.getOutputStream().write(block);
            }
            socket.shutdownOutput();
            var answer = new String(socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
            long bytes = Long.parseLong(answer.strip());
            return "%.0f Mbit/s".formatted(bytes * 8e3 / (System.nanoTime() - start));
        }
    }

    /// The sink may still be starting.
    private Socket connect() throws IOException {
        for (int attempt = 1; ; attempt++) {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getByName(address), PORT), 1000);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (attempt == CONNECT_ATTEMPTS) {
                    throw e;
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(50);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", interrupted);
                }
            }
        }
    }
}
