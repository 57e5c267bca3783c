package dev.warren.verticles.launch;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where the program begins. `warren INTERFACE` is taken by hand, since it must start fast and looks like no other
/// command; all else is [RootCommand]'s.
public final class Main {
    /// Names that are commands, and so no interfaces. The launcher knows them too.
    static final Set<String> COMMANDS =
            Set.of("run", "stats", "genkey", "pubkey", "genpsk", "demo", DemoTransfer.NAME, "train", "help");

    private Main() {}

    public static void main(String[] arguments) {
        var name = interfaceName(arguments);
        int code = name != null
                ? new InterfaceCommand(System::getenv).run(name)
                : RootCommand.line(System.out, System.err).execute(arguments);
        System.out.flush();
        // Ended by a signal, the shutdown hook has the last word; halting would cut it short.
        System.exit(code);
    }

    /// The interface if this is `[-f | --foreground] INTERFACE`, else null.
    static @Nullable String interfaceName(String[] arguments) {
        boolean foreground =
                arguments.length == 2 && (arguments[0].equals("-f") || arguments[0].equals("--foreground"));
        if (!foreground && arguments.length != 1) {
            return null;
        }
        var name = arguments[arguments.length - 1];
        return name.startsWith("-") || name.isEmpty() || COMMANDS.contains(name) ? null : name;
    }
}
