package dev.warren.conf.hocon;

import java.nio.file.Path;

/// A text that is no HOCON, or that Warren does not read.
public final class HoconException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient HoconSource source;
    private final int line;
    private final String expected;

    /// @param line from 1; 0 when it is about the whole file
    public HoconException(HoconSource source, int line, String problem, String expected) {
        super(problem);
        this.source = source;
        this.line = line;
        this.expected = expected;
    }

    /// The file as the operator named it.
    public Path file() {
        return source.file();
    }

    /// From 1; 0 when it is about the whole file.
    public int line() {
        return line;
    }

    /// What is wrong; holds nothing of the text but words.
    public String problem() {
        return String.valueOf(getMessage());
    }

    /// What would be right.
    public String expected() {
        return expected;
    }
}
