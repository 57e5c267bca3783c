package dev.warren.verticles.control;

/// A change that could not be applied.
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int errno;

    /// @param errno negative Linux errno, as the control socket prints it
    /// @param sentence for the log and the operator
    public DeviceException(int errno, String sentence) {
        super(sentence);
        this.errno = errno;
    }

    /// Negative Linux errno.
    public int errno() {
        return errno;
    }
}
