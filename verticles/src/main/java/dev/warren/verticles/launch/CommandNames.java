package dev.warren.verticles.launch;

import java.util.Set;

/// The names of the commands, which are no interfaces when they stand alone. The build asks [#main] for them, for the
/// launcher.
final class CommandNames {
    static final Set<String> ALL =
            Set.of("run", "stats", "genkey", "pubkey", "genpsk", "demo", DemoTransfer.NAME, "train", "help");

    private CommandNames() {}

    public static void main(String[] arguments) {
        ALL.stream().sorted().forEach(System.out::println);
    }
}
