package dev.warren.io.ffm;

import java.lang.foreign.MemorySegment;
import java.util.function.ToIntFunction;

/// libc, but a rule may answer instead of the kernel. Closing always closes.
public class FaultyLibc extends Libc {
    private final ToIntFunction<String> rule;

    /// @param rule gets the name of a function; 0 lets the call through, anything else is its result
    public FaultyLibc(ToIntFunction<String> rule) {
        this.rule = rule;
    }

    @Override
    public int open(String path, int flags, int mode) {
        int fault = rule.applyAsInt("open");
        return fault != 0 ? fault : super.open(path, flags, mode);
    }

    @Override
    public int read(int fd, MemorySegment buffer, long at, long length) {
        int fault = rule.applyAsInt("read");
        return fault != 0 ? fault : super.read(fd, buffer, at, length);
    }

    @Override
    public int write(int fd, MemorySegment buffer, long at, long length) {
        int fault = rule.applyAsInt("write");
        return fault != 0 ? fault : super.write(fd, buffer, at, length);
    }

    @Override
    public int writev(int fd, MemorySegment vectors, long at, int count) {
        int fault = rule.applyAsInt(count > 1 ? "writev several" : "writev");
        return fault != 0 ? fault : super.writev(fd, vectors, at, count);
    }

    @Override
    public int recv(int fd, MemorySegment buffer, long at, long length, int flags) {
        int fault = rule.applyAsInt("recv");
        return fault != 0 ? fault : super.recv(fd, buffer, at, length, flags);
    }

    @Override
    public int recvmsg(int fd, MemorySegment message, long at, int flags) {
        int fault = rule.applyAsInt("recvmsg");
        return fault != 0 ? fault : super.recvmsg(fd, message, at, flags);
    }

    @Override
    public int ioctl(int fd, long request, MemorySegment argument) {
        int fault = rule.applyAsInt("ioctl");
        return fault != 0 ? fault : super.ioctl(fd, request, argument);
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        int fault = rule.applyAsInt("ioctl " + Long.toHexString(request) + " " + argument);
        return fault != 0 ? fault : super.ioctl(fd, request, argument);
    }

    @Override
    public int fcntl(int fd, int command, long argument) {
        int fault = rule.applyAsInt("fcntl");
        return fault != 0 ? fault : super.fcntl(fd, command, argument);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        int fault = rule.applyAsInt("socket " + domain);
        return fault != 0 ? fault : super.socket(domain, type, protocol);
    }

    @Override
    public int bind(int fd, MemorySegment address, int length) {
        int fault = rule.applyAsInt("bind " + length);
        return fault != 0 ? fault : super.bind(fd, address, length);
    }

    @Override
    public int getsockname(int fd, MemorySegment address) {
        int fault = rule.applyAsInt("getsockname");
        return fault != 0 ? fault : super.getsockname(fd, address);
    }

    @Override
    public int setsockopt(int fd, int level, int name, MemorySegment value, int length) {
        int fault = rule.applyAsInt("setsockopt " + level + " " + name);
        return fault != 0 ? fault : super.setsockopt(fd, level, name, value, length);
    }

    @Override
    public int getsockopt(int fd, int level, int name) {
        int fault = rule.applyAsInt("getsockopt " + level + " " + name);
        return fault != 0 ? fault : super.getsockopt(fd, level, name);
    }

    @Override
    public int recvmmsg(int fd, MemorySegment messages, long at, int count, int flags) {
        int fault = rule.applyAsInt("recvmmsg");
        return fault != 0 ? fault : super.recvmmsg(fd, messages, at, count, flags);
    }

    @Override
    public int sendmmsg(int fd, MemorySegment messages, long at, int count, int flags) {
        int fault = rule.applyAsInt("sendmmsg");
        return fault != 0 ? fault : super.sendmmsg(fd, messages, at, count, flags);
    }
}
