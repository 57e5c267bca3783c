package dev.warren.app.fleet;

import java.util.Arrays;
import picocli.CommandLine;

/// Where `warren fleet ...` begins. The launcher comes here with the jars of the fleet on the class path.
public final class FleetMain {
    private FleetMain() {}

    public static void main(String[] arguments) {
        int code;
        try {
            var rest = arguments.length > 0 && arguments[0].equals("fleet")
                    ? Arrays.copyOfRange(arguments, 1, arguments.length)
                    : arguments;
            code = FleetCommand.line(System.out, System.err).execute(rest);
        } catch (RuntimeException | Error e) { // nobody who starts a node reads stack traces
            System.err.println("warren: " + (e.getMessage() == null ? e : e.getMessage()));
            code = CommandLine.ExitCode.SOFTWARE;
        }
        System.out.flush();
        System.exit(code);
    }
}
