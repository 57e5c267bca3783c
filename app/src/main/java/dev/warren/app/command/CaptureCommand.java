package dev.warren.app.command;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.warren.app.cli.CaptureReader;
import dev.warren.app.cli.HelpOption;
import dev.warren.app.process.Interruption;
import dev.warren.conf.uapi.CaptureRequest;
import dev.warren.host.InterfaceName;
import dev.warren.verticles.uapi.UapiSocket;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `warren capture INTERFACE -w FILE`: packets inside or outside the tunnel, for tcpdump and Wireshark.
@Command(
        name = "capture",
        header = "Write packets of a running router to a file for tcpdump and Wireshark (pcapng).",
        description = {
            "",
            "Inside the tunnel (--plain) packets are as they are sealed and as they were opened, cut to the size in which"
                    + " they travel, each with the name of its peer; also those whose source the peer may not use."
                    + " Outside (--wire) they are the UDP datagrams, sent and received, with what the router knows of"
                    + " their headers. No key is ever in the file. Packets that cannot be written in time are left out"
                    + " and counted; none is held up. Ctrl-C ends the file properly.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo ./warren capture wg0 -w wg0.pcapng                    for a minute, then: tcpdump -nr wg0.pcapng",
            "  sudo ./warren capture wg0 --peer laptop --seconds 600 -w laptop.pcapng",
            "  sudo ./warren capture wg0 --wire -w - | wireshark -k -i -"
        })
final class CaptureCommand implements Callable<Integer> {
    private static final Path STDOUT = Path.of("-");

    @Parameters(paramLabel = "INTERFACE", description = "Which.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            required = true,
            description = "Where to: a new file that only its owner may read, or - for standard output.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Option(names = "--force", description = "Replace the file if it is there.")
    private boolean force;

    @ArgGroup
    private @Nullable Side side;

    private static final class Side {
        @Option(names = "--plain", description = "The IP packets inside the tunnel; the default.")
        @SuppressWarnings("UnusedVariable") // for picocli
        private boolean plain;

        @Option(names = "--wire", description = "The UDP datagrams outside.")
        private boolean wire;
    }

    @Option(names = "--peer", paramLabel = "PEER", description = "Of this one only: its name or public key.")
    private @Nullable String peer;

    @Option(names = "--seconds", paramLabel = "N", description = "How long: 60 unless said, 3600 at most.")
    private int seconds = CaptureRequest.usual().seconds();

    @Option(names = "--bytes", paramLabel = "N", description = "How long the file may get: 67108864 unless said.")
    private long bytes = CaptureRequest.usual().bytes();

    @Option(names = "--snaplen", paramLabel = "N", description = "Bytes of each packet that are kept; all unless said.")
    private int snapLength = CaptureRequest.usual().snapLength();

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private final Path directory;
    private final PrintStream out;
    private final PrintStream err;

    CaptureCommand(Path directory, PrintStream out, PrintStream err) {
        this.directory = directory;
        this.out = out;
        this.err = err;
    }

    CaptureCommand(PrintStream out, PrintStream err) {
        this(UapiSocket.DIRECTORY, out, err);
    }

    @Override
    public Integer call() {
        var problem = InterfaceName.problem(name);
        if (problem == null) problem = problemOfFile();
        if (problem != null) return wrong(problem, 2);
        CaptureRequest request;
        try {
            request = new CaptureRequest(side != null && side.wire, peer, snapLength, seconds, bytes);
        } catch (IllegalArgumentException e) {
            return wrong("--" + e.getMessage(), 2);
        }
        CaptureReader reader;
        try {
            reader = new CaptureReader(directory.resolve(name + ".sock"), request);
        } catch (IOException e) {
            return wrong(
                    "cannot capture on " + name + ": " + e.getMessage() + " (is it running, and are you root?)", 1);
        }
        try (reader) {
            if (file.equals(STDOUT)) return write(reader, out);
            try (var to = open()) {
                return write(reader, to);
            }
        } catch (IOException e) {
            return wrong("cannot write " + file + ": " + e.getMessage(), 1);
        }
    }

    private int wrong(String sentence, int code) {
        err.println("warren: " + sentence);
        return code;
    }

    private @Nullable String problemOfFile() {
        if (file.equals(STDOUT) || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) return null;
        if (!force) return file + " is there already; choose another name, or replace it with --force";
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? null
                : file + " is not a regular file and is not replaced; use -w - to write to something else";
    }

    private OutputStream open() throws IOException {
        if (force) Files.deleteIfExists(file);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var made = Files.newByteChannel(file, Set.of(CREATE_NEW, WRITE), mode);
        return new BufferedOutputStream(Channels.newOutputStream(made), 256 << 10);
    }

    /// @return the exit code
    private int write(CaptureReader reader, OutputStream to) throws IOException {
        err.println("warren: capturing on " + name + " for " + seconds + " s at most; Ctrl-C ends it");
        int code = 0;
        try (var _ = new Interruption(reader::end)) {
            try {
                for (var block = reader.next(); block != null; block = reader.next()) {
                    to.write(block);
                    if (reader.hasMore()) continue;
                    to.flush();
                    if (out.checkError()) break; // nobody reads it any more
                }
            } catch (EOFException e) {
                code = wrong(e.getMessage() + ": the file ends there", 1);
            }
            to.flush();
            err.println("warren: " + reader.packets() + " packets captured, " + reader.dropped() + " left out");
        }
        return code;
    }
}
