package dev.warren.verticles.control;

/// Who asked for a change, for events and the log.
public enum Origin {
    FILE("file"),
    UAPI("uapi"),
    PROGRAM("program");

    private final String label;

    Origin(String label) {
        this.label = label;
    }

    /// As events name it.
    @Override
    public String toString() {
        return label;
    }
}
