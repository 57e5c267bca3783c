package dev.warren.verticles.launch;

import org.jspecify.annotations.Nullable;

/// Where the program begins. `warren INTERFACE` is taken by hand, since it must start fast and looks like no other
/// command; all else is [RootCommand]'s.
public final class Main {
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
        return name.startsWith("-") || name.isEmpty() || CommandNames.ALL.contains(name) ? null : name;
    }
}
