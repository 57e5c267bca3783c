package dev.warren.io.ffm;

import java.io.IOException;

/// A system call that failed while a device was opened or configured. The message is for the operator;
/// [#errno] is for the caller, as for the reply of the control socket. Failures on the packet path are
/// counted instead.
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1;
    private final int errno;

    /// @param what the operation, for example `bind UDP port 51820`
    /// @param errno the error number, of either sign
    public ErrnoException(String what, int errno) {
        super(what + ": " + Errno.describe(errno));
        this.errno = Math.abs(errno);
    }

    /// The error number, positive.
    public int errno() {
        return errno;
    }

    /// Returns a count or descriptor unchanged; throws when it is a negated error number.
    public static int check(int result, String what) throws ErrnoException {
        if (result < 0) throw new ErrnoException(what, result);
        return result;
    }
}
