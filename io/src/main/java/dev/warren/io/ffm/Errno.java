package dev.warren.io.ffm;

/// The error numbers that Warren distinguishes, see errno(3). Linux's generic numbering (x86-64, aarch64, riscv64).
/// Functions of [Libc] return them negated.
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int EROFS = 30;
    public static final int ERANGE = 34;
    public static final int ENOSYS = 38;
    public static final int EBADFD = 77;
    public static final int ENOTSOCK = 88;
    public static final int EMSGSIZE = 90;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;

    private Errno() {}

    /// The text of an error number for a message, for example `Device or resource busy (EBUSY)`. Takes either sign.
    public static String describe(int errno) {
        return switch (Math.abs(errno)) {
            case EPERM -> "Operation not permitted (EPERM)";
            case ENOENT -> "No such file or directory (ENOENT)";
            case ESRCH -> "No such process (ESRCH)";
            case EINTR -> "Interrupted system call (EINTR)";
            case EIO -> "Input/output error (EIO)";
            case ENXIO -> "No such device or address (ENXIO)";
            case EBADF -> "Bad file descriptor (EBADF)";
            case EAGAIN -> "Resource temporarily unavailable (EAGAIN)";
            case ENOMEM -> "Cannot allocate memory (ENOMEM)";
            case EACCES -> "Permission denied (EACCES)";
            case EFAULT -> "Bad address (EFAULT)";
            case EBUSY -> "Device or resource busy (EBUSY)";
            case EEXIST -> "File exists (EEXIST)";
            case ENODEV -> "No such device (ENODEV)";
            case EINVAL -> "Invalid argument (EINVAL)";
            case ENFILE -> "Too many open files in system (ENFILE)";
            case EMFILE -> "Too many open files (EMFILE)";
            case EROFS -> "Read-only file system (EROFS)";
            case ENOTTY -> "Inappropriate ioctl for device (ENOTTY)";
            case ERANGE -> "Numerical result out of range (ERANGE)";
            case ENOSYS -> "Function not implemented (ENOSYS)";
            case EBADFD -> "File descriptor in bad state (EBADFD)";
            case ENOTSOCK -> "Socket operation on non-socket (ENOTSOCK)";
            case EMSGSIZE -> "Message too long (EMSGSIZE)";
            case ENOPROTOOPT -> "Protocol not available (ENOPROTOOPT)";
            case EPROTONOSUPPORT -> "Protocol not supported (EPROTONOSUPPORT)";
            case EOPNOTSUPP -> "Operation not supported (EOPNOTSUPP)";
            case EAFNOSUPPORT -> "Address family not supported by protocol (EAFNOSUPPORT)";
            case EADDRINUSE -> "Address already in use (EADDRINUSE)";
            case EADDRNOTAVAIL -> "Cannot assign requested address (EADDRNOTAVAIL)";
            case ENETDOWN -> "Network is down (ENETDOWN)";
            case ENETUNREACH -> "Network is unreachable (ENETUNREACH)";
            case ECONNRESET -> "Connection reset by peer (ECONNRESET)";
            case ENOBUFS -> "No buffer space available (ENOBUFS)";
            case ETIMEDOUT -> "Connection timed out (ETIMEDOUT)";
            case ECONNREFUSED -> "Connection refused (ECONNREFUSED)";
            case EHOSTDOWN -> "Host is down (EHOSTDOWN)";
            case EHOSTUNREACH -> "No route to host (EHOSTUNREACH)";
            default -> "errno " + Math.abs(errno);
        };
    }
}
