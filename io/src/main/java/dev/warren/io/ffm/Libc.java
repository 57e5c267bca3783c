package dev.warren.io.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Objects;

/// The functions of libc that Warren calls, by their names. Every result is a count (or descriptor) or a
/// negated error number.
///
/// An instance belongs to one owner and is not shared between threads: the memory that errno is captured in
/// is part of it. Native destinations are always a range of a bounded segment, checked before the call;
/// addresses then travel as plain longs so that a call makes no garbage. Plain downcalls only: system calls
/// may block, and `critical` gains nothing.
///
/// Not final, so that a test can make the kernel fail.
public class Libc {
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int F_GETFD = 1;
    public static final int F_SETFD = 2;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int FD_CLOEXEC = 1;
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = 0x800;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final int EFD_NONBLOCK = 0x800;
    public static final int EFD_CLOEXEC = 0x80000;
    public static final int MSG_CTRUNC = 0x8;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int POLLIN = 1;
    public static final int POLLOUT = 4;
    public static final int CLOCK_REALTIME = 0;
    public static final int CLOCK_BOOTTIME = 7;
    public static final int STA_UNSYNC = 0x40;
    public static final int PRIO_PROCESS = 0;
    public static final int PR_SET_DUMPABLE = 4;
    public static final int PR_CAPBSET_DROP = 24;
    public static final int PR_SET_NO_NEW_PRIVS = 38;
    public static final int PR_CAP_AMBIENT = 47;
    public static final int PR_CAP_AMBIENT_LOWER = 3;
    public static final int SIGINT = 2;
    public static final int SIGUSR1 = 10;
    public static final int SIGALRM = 14;
    public static final int SIGTERM = 15;
    public static final int SIGSTKFLT = 16;
    public static final int SIGVTALRM = 26;
    public static final int SIGPROF = 27;
    public static final int SIGIO = 29;
    public static final int SIGPWR = 30;
    public static final int MCL_CURRENT = 1;
    public static final int MCL_FUTURE = 2;

    private static final long SIG_IGN = 1;
    private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    /// More than any libc's `struct sigaction` takes, which begins with the handler.
    private static final int SIGACTION_BYTES = 256;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final long STATX_INO = 0x100;
    private static final long TIMEX_BYTES = 208;
    private static final long TIMEX_STATUS = 40;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    // One shape for all: five longs in, one out. A 64-bit ABI passes an int in a whole register and looks at its lower
    // half, so that only the lower half of an int result counts either; a register that a function does not look at
    // does no harm, and the variadic ones take theirs as the others do. Each further shape would cost a start some ten
    // milliseconds, in which the linker spins classes.
    private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final Linker.Option ERRNO_IS_KEPT = Linker.Option.captureCallState("errno");

    private static final MethodHandle CLOSE = handle("close");
    private static final MethodHandle EVENTFD = handle("eventfd");
    private static final MethodHandle CLOCK_GETTIME = handle("clock_gettime");
    private static final MethodHandle SYSCALL = handle("syscall");
    private static final MethodHandle READ = handle("read");
    private static final MethodHandle WRITE = handle("write");
    private static final MethodHandle READV = handle("readv");
    private static final MethodHandle WRITEV = handle("writev");
    private static final MethodHandle SOCKET = handle("socket");
    private static final MethodHandle BIND = handle("bind");
    private static final MethodHandle GETSOCKNAME = handle("getsockname");
    private static final MethodHandle POLL = handle("poll");
    private static final MethodHandle RECVMSG = handle("recvmsg");
    private static final MethodHandle SENDMSG = handle("sendmsg");
    private static final MethodHandle RECV = handle("recv");
    private static final MethodHandle SENDMMSG = handle("sendmmsg");
    private static final MethodHandle RECVMMSG = handle("recvmmsg");
    private static final MethodHandle SETSOCKOPT = handle("setsockopt");
    private static final MethodHandle GETSOCKOPT = handle("getsockopt");
    private static final MethodHandle OPEN = handle("open");
    private static final MethodHandle IOCTL = handle("ioctl");
    private static final MethodHandle FCNTL = handle("fcntl");

    // What is called for each small frame is called by number where it is known: read(2) and writev(2) are cancellation
    // points, and what glibc does before and after them in a process with threads costs half as much as the call.
    private static final boolean X86 = System.getProperty("os.arch").equals("amd64");
    private static final boolean GENERIC = List.of("aarch64", "riscv64").contains(System.getProperty("os.arch"));
    private static final boolean BY_NUMBER = X86 || GENERIC;
    private static final long SYS_READ = X86 ? 0 : 63;
    private static final long SYS_WRITEV = X86 ? 20 : 66;

    /// Made on first use.
    private static final class Cold {
        static final MethodHandle GETPID = handle("getpid");
        static final MethodHandle GETEUID = handle("geteuid");
        static final MethodHandle UMASK = handle("umask");
        static final MethodHandle UNLINK = handle("unlink");
        static final MethodHandle CHMOD = handle("chmod");
        static final MethodHandle FCHMOD = handle("fchmod");
        static final MethodHandle SIGACTION = handle("sigaction");
        static final MethodHandle SIGNAL = handle("signal");
        static final MethodHandle CAPGET = handle("capget");
        static final MethodHandle CAPSET = handle("capset");
        static final MethodHandle DUP2 = handle("dup2");
        static final MethodHandle PRCTL = handle("prctl");
        static final MethodHandle SETPRIORITY = handle("setpriority");
        static final MethodHandle STATX = handle("statx");
        static final MethodHandle ADJTIMEX = handle("adjtimex");
    }

    private final MemorySegment captured = Arena.ofAuto().allocate(CAPTURE);
    /// Room for the small arguments of cold calls: an int option, a length, a pollfd, a timespec.
    private final MemorySegment scratch = Arena.ofAuto().allocate(32, 8);

    /// See open(2). O_CLOEXEC is always added.
    public int open(String path, int flags, int mode) {
        try (var arena = Arena.ofConfined()) {
            return result((long) OPEN.invokeExact(
                    captured, arena.allocateFrom(path).address(), (long) (flags | O_CLOEXEC), (long) mode, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See close(2). Closes the descriptor also when it fails: never retried.
    public int close(int fd) {
        try {
            return result((long) CLOSE.invokeExact(captured, (long) fd, 0L, 0L, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See read(2).
    public int read(int fd, MemorySegment buffer, long at, long length) {
        try {
            long into = address(buffer, at, length);
            return result(
                    BY_NUMBER
                            ? (long) SYSCALL.invokeExact(captured, SYS_READ, (long) fd, into, length, 0L)
                            : (long) READ.invokeExact(captured, (long) fd, into, length, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /// See write(2).
    public int write(int fd, MemorySegment buffer, long at, long length) {
        try {
            return result((long) WRITE.invokeExact(captured, (long) fd, address(buffer, at, length), length, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /// See readv(2). The caller answers for the ranges the vectors name.
    public int readv(int fd, MemorySegment vectors, long at, int count) {
        try {
            return result((long) READV.invokeExact(
                    captured, (long) fd, address(vectors, at, count * Iovec.SIZE), (long) count, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(vectors);
        }
    }

    /// See writev(2). The caller answers for the ranges the vectors name.
    public int writev(int fd, MemorySegment vectors, long at, int count) {
        try {
            long from = address(vectors, at, count * Iovec.SIZE);
            return result(
                    BY_NUMBER
                            ? (long) SYSCALL.invokeExact(captured, SYS_WRITEV, (long) fd, from, (long) count, 0L)
                            : (long) WRITEV.invokeExact(captured, (long) fd, from, (long) count, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(vectors);
        }
    }

    /// See recv(2). With MSG_TRUNC the result is the real length of a datagram even when it did not fit.
    public int recv(int fd, MemorySegment buffer, long at, long length, int flags) {
        try {
            return result((long)
                    RECV.invokeExact(captured, (long) fd, address(buffer, at, length), length, (long) flags, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /// See ioctl(2), with a pointer to the whole of `argument`.
    public int ioctl(int fd, long request, MemorySegment argument) {
        try {
            return result((long)
                    IOCTL.invokeExact(captured, (long) fd, request, address(argument, 0, argument.byteSize()), 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    /// See ioctl(2), with a plain number.
    public int ioctl(int fd, long request, long argument) {
        try {
            return result((long) IOCTL.invokeExact(captured, (long) fd, request, argument, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See fcntl(2).
    public int fcntl(int fd, int command, long argument) {
        try {
            return result((long) FCNTL.invokeExact(captured, (long) fd, (long) command, argument, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See socket(2). SOCK_CLOEXEC is always added.
    public int socket(int domain, int type, int protocol) {
        try {
            return result((long)
                    SOCKET.invokeExact(captured, (long) domain, (long) (type | SOCK_CLOEXEC), (long) protocol, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See bind(2).
    public int bind(int fd, MemorySegment address, int length) {
        try {
            return result(
                    (long) BIND.invokeExact(captured, (long) fd, address(address, 0, length), (long) length, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /// See getsockname(2). Returns the length of the address.
    public int getsockname(int fd, MemorySegment address) {
        scratch.set(JAVA_INT, 0, (int) address.byteSize());
        try {
            int status = result((long) GETSOCKNAME.invokeExact(
                    captured, (long) fd, address(address, 0, address.byteSize()), scratch.address(), 0L, 0L));
            return status < 0 ? status : scratch.get(JAVA_INT, 0);
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /// See setsockopt(2), for the many options that are an int.
    public int setsockopt(int fd, int level, int name, int value) {
        scratch.set(JAVA_INT, 0, value);
        return setsockopt(fd, level, name, scratch, 4);
    }

    /// See setsockopt(2).
    public int setsockopt(int fd, int level, int name, MemorySegment value, int length) {
        try {
            return result((long) SETSOCKOPT.invokeExact(
                    captured, (long) fd, (long) level, (long) name, address(value, 0, length), (long) length));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(value);
        }
    }

    /// See getsockopt(2), for options that are a non-negative int.
    public int getsockopt(int fd, int level, int name) {
        scratch.set(JAVA_INT, 0, 0);
        scratch.set(JAVA_INT, 8, 4);
        try {
            long at = scratch.address();
            int status =
                    result((long) GETSOCKOPT.invokeExact(captured, (long) fd, (long) level, (long) name, at, at + 8));
            return status < 0 ? status : scratch.get(JAVA_INT, 0);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See recvmmsg(2), without a timeout. The caller answers for the ranges the headers name.
    public int recvmmsg(int fd, MemorySegment messages, long at, int count, int flags) {
        try {
            return result((long) RECVMMSG.invokeExact(
                    captured, (long) fd, address(messages, at, count * Mmsghdr.SIZE), (long) count, (long) flags, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    /// See sendmmsg(2). Stops at the first message that fails and reports that error only when it is the first.
    public int sendmmsg(int fd, MemorySegment messages, long at, int count, int flags) {
        try {
            return result((long) SENDMMSG.invokeExact(
                    captured, (long) fd, address(messages, at, count * Mmsghdr.SIZE), (long) count, (long) flags, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    /// See recvmsg(2).
    public int recvmsg(int fd, MemorySegment message, long at, int flags) {
        try {
            return result((long) RECVMSG.invokeExact(
                    captured, (long) fd, address(message, at, Mmsghdr.MSGHDR_SIZE), (long) flags, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(message);
        }
    }

    /// See sendmsg(2).
    public int sendmsg(int fd, MemorySegment message, long at, int flags) {
        try {
            return result((long) SENDMSG.invokeExact(
                    captured, (long) fd, address(message, at, Mmsghdr.MSGHDR_SIZE), (long) flags, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        } finally {
            Reference.reachabilityFence(message);
        }
    }

    /// See poll(2), for one descriptor. Returns the events that are there, 0 after the timeout. It may block: for tests
    /// and tools, event loops have [EventFd] and epoll.
    public int poll(int fd, int events, int timeoutMillis) {
        scratch.set(JAVA_INT, 0, fd);
        scratch.set(JAVA_INT, 4, events & 0xffff); // short events, short revents = 0
        try {
            int count = result((long) POLL.invokeExact(captured, scratch.address(), 1L, (long) timeoutMillis, 0L, 0L));
            return count <= 0 ? count : scratch.get(JAVA_INT, 4) >>> 16;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See eventfd(2).
    public int eventfd(int initial, int flags) {
        try {
            return result(
                    (long) EVENTFD.invokeExact(captured, (long) initial, (long) (flags | EFD_CLOEXEC), 0L, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See clock_gettime(2). Nanoseconds.
    public long clockGettime(int clock) {
        try {
            int status = (int) (long) CLOCK_GETTIME.invokeExact(captured, (long) clock, scratch.address(), 0L, 0L, 0L);
            if (status != 0) throw new AssertionError("clock_gettime(" + clock + ")");
            return scratch.get(JAVA_LONG, 0) * 1_000_000_000L + scratch.get(JAVA_LONG, 8);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See adjtimex(2), which adjusts nothing here. The status bits of the kernel's clock, or minus errno.
    public int clockStatus() {
        try (var arena = Arena.ofConfined()) {
            var timex = arena.allocate(TIMEX_BYTES, 8);
            int state = result((long) Cold.ADJTIMEX.invokeExact(captured, timex.address(), 0L, 0L, 0L, 0L));
            return state < 0 ? state : timex.get(JAVA_INT, TIMEX_STATUS);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See statx(2). The inode number of what a descriptor is open on, or minus errno.
    public long inode(int fd) {
        try (var arena = Arena.ofConfined()) {
            var found = arena.allocate(256, 8); // struct statx; stx_ino at 32
            int status = result((long) Cold.STATX.invokeExact(
                    captured, (long) fd, arena.allocateFrom("").address(), AT_EMPTY_PATH, STATX_INO, found.address()));
            return status < 0 ? status : found.get(JAVA_LONG, 32);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See getpid(2).
    public int getpid() {
        try {
            return (int) (long) Cold.GETPID.invokeExact(captured, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See geteuid(2).
    public int geteuid() {
        try {
            return (int) (long) Cold.GETEUID.invokeExact(captured, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See setpriority(2).
    ///
    /// @param which PRIO_PROCESS
    /// @param who a thread's number
    public int setpriority(int which, int who, int nice) {
        try {
            return result((long) Cold.SETPRIORITY.invokeExact(captured, (long) which, (long) who, (long) nice, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See unlink(2).
    public int unlink(String path) {
        try (var arena = Arena.ofConfined()) {
            return result((long)
                    Cold.UNLINK.invokeExact(captured, arena.allocateFrom(path).address(), 0L, 0L, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See chmod(2).
    public int chmod(String path, int mode) {
        try (var arena = Arena.ofConfined()) {
            return result((long)
                    Cold.CHMOD.invokeExact(captured, arena.allocateFrom(path).address(), (long) mode, 0L, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See fchmod(2).
    public int fchmod(int fd, int mode) {
        try {
            return result((long) Cold.FCHMOD.invokeExact(captured, (long) fd, (long) mode, 0L, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Ignores the signal from now on, also in programs that are started, see signal(2).
    public void ignoreSignal(int signal) {
        try {
            long _ = (long) Cold.SIGNAL.invokeExact(captured, (long) signal, SIG_IGN, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Copies the action of signal `from` to `to`, see sigaction(2). The content of `struct sigaction` is not read.
    ///
    /// @return 0 when `from` has no handler (SIG_DFL, SIG_IGN), and then nothing has changed; else 1
    public int copySignalAction(int from, int to) {
        try (var arena = Arena.ofConfined()) {
            var action = arena.allocate(SIGACTION_BYTES, 8);
            int status = result((long) Cold.SIGACTION.invokeExact(captured, (long) from, 0L, action.address(), 0L, 0L));
            if (status < 0 || Long.compareUnsigned(action.get(JAVA_LONG, 0), SIG_IGN) <= 0) return Math.min(status, 0);
            status = result((long) Cold.SIGACTION.invokeExact(captured, (long) to, action.address(), 0L, 0L, 0L));
            return status < 0 ? status : 1;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// Drops all capabilities of the calling thread that are not in `kept`, see capabilities(7).
    public int keepCapabilities(long kept) {
        try (var arena = Arena.ofConfined()) {
            var header = arena.allocate(8, 4); // struct __user_cap_header_struct: version(4) pid(4)
            header.set(JAVA_INT, 0, LINUX_CAPABILITY_VERSION_3);
            var data = arena.allocate(24, 4); // two of effective(4) permitted(4) inheritable(4): lower and upper halves
            int status = result((long) Cold.CAPGET.invokeExact(captured, header.address(), data.address(), 0L, 0L, 0L));
            if (status < 0) return status;
            for (int i = 0; i < 6; i++) {
                int half = (int) (kept >>> (i < 3 ? 0 : 32));
                data.set(JAVA_INT, 4L * i, data.get(JAVA_INT, 4L * i) & half);
            }
            return result((long) Cold.CAPSET.invokeExact(captured, header.address(), data.address(), 0L, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See dup2(2).
    public int dup2(int from, int to) {
        try {
            return result((long) Cold.DUP2.invokeExact(captured, (long) from, (long) to, 0L, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See umask(2). Returns the mask before; it is the whole process that changes.
    public int umask(int mask) {
        try {
            return (int) (long) Cold.UMASK.invokeExact(captured, (long) mask, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// See prctl(2).
    public int prctl(int option, long argument) {
        return prctl(option, argument, 0);
    }

    /// See prctl(2).
    public int prctl(int option, long second, long third) {
        try {
            return result((long) Cold.PRCTL.invokeExact(captured, (long) option, second, third, 0L, 0L));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// The address of a range, checked: native, alive and inside the segment.
    private static long address(MemorySegment segment, long at, long length) {
        Objects.checkFromIndexSize(at, length, segment.byteSize());
        if (!segment.isNative() || !segment.scope().isAlive())
            throw new IllegalStateException("not live native memory");
        return segment.address() + at;
    }

    /// A count that fits an int, or minus errno. The upper half of an int function's register says nothing.
    private int result(long register) {
        int status = (int) register;
        return status >= 0 ? status : -captured.get(JAVA_INT, ERRNO);
    }

    private static AssertionError impossible(Throwable t) {
        if (t instanceof RuntimeException e) throw e;
        if (t instanceof Error e) throw e;
        return new AssertionError(t);
    }

    private static MethodHandle handle(String name) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), SHAPE, ERRNO_IS_KEPT);
    }
}
