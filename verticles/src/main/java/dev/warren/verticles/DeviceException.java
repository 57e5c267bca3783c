package dev.warren.verticles;

/// A change that a device refused. The message tells a person what to do; [#errno] is what the control socket answers.
public final class DeviceException extends Exception {
    private static final long serialVersionUID = 1;
    private final int errno;

    /// @param errno positive, a Linux error number
    public DeviceException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
