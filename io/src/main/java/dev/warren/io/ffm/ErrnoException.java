package dev.warren.io.ffm;

import java.io.IOException;

/// A system call failed while something was opened or configured. The message is a sentence for a person; [#errno] is
/// for the caller (the control socket answers with it). What fails on the packet path is counted, never thrown.
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1;
    private final int errno;

    /// @param what what was being done, for example `bind UDP port 51820`
    /// @param errno the error number, of either sign
    public ErrnoException(String what, int errno) {
        super(what + ": " + Errno.describe(errno));
        this.errno = Math.abs(errno);
    }

    /// The error number, positive.
    public int errno() {
        return errno;
    }

    /// Passes a count through; throws when it is a negated error number.
    public static int check(int result, String what) throws ErrnoException {
        if (result < 0) throw new ErrnoException(what, result);
        return result;
    }
}
