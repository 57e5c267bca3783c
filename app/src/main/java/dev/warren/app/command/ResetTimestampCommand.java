package dev.warren.app.command;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.UapiClient;
import dev.warren.crypto.key.PublicKey;
import dev.warren.host.InterfaceName;
import dev.warren.verticles.uapi.UapiSocket;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `warren reset-timestamp INTERFACE PEER`: for a peer whose clock went back.
@Command(
        name = "reset-timestamp",
        header = "Accept a peer whose clock went back.",
        description = {
            "A peer's handshake initiations carry its time, and only newer ones are accepted, so that nobody can repeat",
            "an old one. After its clock went back it is refused until that time is over. This lets its next initiation",
            "be accepted whatever its time is; set the peer's clock right first if you can."
        })
final class ResetTimestampCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "INTERFACE", description = "Which.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Parameters(index = "1", paramLabel = "PEER", description = "Its public key, as wg show prints it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String peer;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private final Path directory;
    private final PrintStream err;

    ResetTimestampCommand(Path directory, PrintStream err) {
        this.directory = directory;
        this.err = err;
    }

    ResetTimestampCommand(PrintStream err) {
        this(UapiSocket.DIRECTORY, err);
    }

    @Override
    public Integer call() {
        var problem = InterfaceName.problem(name);
        if (problem != null) {
            err.println("warren: " + problem);
            return 2;
        }
        PublicKey key;
        try {
            key = PublicKey.fromBase64(peer);
        } catch (IllegalArgumentException e) {
            err.println("warren: PEER is not a public key: 44 characters, as wg show " + name + " prints them");
            return 2;
        }
        var hex = key.toHex();
        try (var conversation = new UapiClient(directory.resolve(name + ".sock"))) {
            if (!conversation.ask("get=1").contains("public_key=" + hex)) {
                err.println("warren: " + name + " has no peer with this public key");
                return 1;
            }
        } catch (IOException e) {
            return unable(e);
        }
        try (var conversation = new UapiClient(directory.resolve(name + ".sock"))) {
            conversation.ask("set=1\npublic_key=" + hex + "\nupdate_only=true\nreset_timestamp=true");
            return 0;
        } catch (IOException e) {
            return unable(e);
        }
    }

    private int unable(IOException cause) {
        err.println("warren: " + UapiClient.unable(name, cause));
        return 1;
    }
}
