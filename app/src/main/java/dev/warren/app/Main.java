package dev.warren.app;

import dev.warren.app.cli.CommandNames;
import dev.warren.app.cli.Hints;
import dev.warren.app.command.InterfaceCommand;
import dev.warren.app.command.RootCommand;
import dev.warren.app.process.Signals;
import dev.warren.host.InterfaceName;
import dev.warren.host.Privileges;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/// Where the program begins. `warren INTERFACE` is taken by hand, since it must start fast and looks like no other
/// command; all else is [RootCommand]'s.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int code;
        try {
            code = run(arguments);
        } catch (RuntimeException | Error e) { // nobody who starts a router reads stack traces
            System.err.println("warren: " + (e.getMessage() == null ? e : e.getMessage()));
            code = CommandLine.ExitCode.SOFTWARE;
        }
        System.out.flush();
        // Ended by a signal, the shutdown hook has the last word; halting would cut it short.
        System.exit(code);
    }

    private static int run(String[] arguments) {
        var name = interfaceName(arguments);
        if (name != null && !List.of(arguments).contains("--")) {
            var meant = CommandNames.near(name);
            if (meant != null) {
                System.err.println("warren: '" + InterfaceName.shown(name) + "' is no command; is '" + meant
                        + "' meant? For an interface of that name: warren -- " + name);
                return CommandLine.ExitCode.USAGE;
            }
        }
        if (name != null || (arguments.length > 0 && arguments[0].equals("run"))) {
            Privileges.hide();
            Signals.settle();
        }
        return name != null
                ? new InterfaceCommand(System::getenv).run(name)
                : RootCommand.line(System.out, System.err).execute(arguments);
    }

    /// The interface if this is `[-f | --foreground] [--] INTERFACE`, else null. Behind `--` also the name of a command
    /// is an interface's: wg-quick brings up whatever a file is called.
    static @Nullable String interfaceName(String[] arguments) {
        int at = 0;
        if (arguments.length > 1 && (arguments[0].equals("-f") || arguments[0].equals("--foreground"))) at++;
        boolean literally = arguments.length > at && arguments[at].equals("--");
        if (literally) at++;
        if (arguments.length != at + 1) return null;
        var name = arguments[at];
        if (literally) return name;
        return name.startsWith("-") || name.isEmpty() || Hints.isFile(name) || CommandNames.ALL.contains(name)
                ? null
                : name;
    }
}
