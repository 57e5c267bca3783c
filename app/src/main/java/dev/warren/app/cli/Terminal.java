package dev.warren.app.cli;

/// What standard output can do. Colours also need that NO_COLOR is not set (no-color.org).
///
/// @param redraws whether it is a terminal, which can be cleared
public record Terminal(boolean redraws, boolean colours) {
    public static final Terminal NONE = new Terminal(false, false);

    public enum Colour {
        BOLD(1),
        RED(31),
        GREEN(32),
        YELLOW(33);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }

    /// That of this process.
    @SuppressWarnings("SystemConsoleNull") // without a terminal it is null again, since JDK 25
    public static Terminal ofProcess() {
        var console = System.console();
        boolean terminal = console != null && console.isTerminal();
        var no = System.getenv("NO_COLOR");
        return new Terminal(terminal, terminal && (no == null || no.isEmpty()));
    }

    public String paint(Colour colour, String text) {
        return colours ? "\033[" + colour.code + "m" + text + "\033[0m" : text;
    }

    /// The text in place of what is there. Writes over it, so that nothing flickers.
    public String redrawn(String text) {
        return redraws ? "\033[H" + text.replace("\n", "\033[K\n") + "\033[J" : text + "\n";
    }
}
