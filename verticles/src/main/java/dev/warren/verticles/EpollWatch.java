package dev.warren.verticles;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;

/// A file descriptor of ours on the epoll of a verticle's own event loop: level-triggered, read interest only. All
/// methods belong to that loop. The descriptor stays its owner's: cancel the watch, then close it.
public final class EpollWatch {
    private static final EpollIoOps NOTHING = EpollIoOps.valueOf(0);

    private final IoRegistration registration;
    private boolean watching;

    private EpollWatch(IoRegistration registration) {
        this.registration = registration;
    }

    /// Watches `fd` and calls `readable` on the context's loop whenever something can be read.
    public static Future<EpollWatch> open(Context context, int fd, Runnable readable) {
        var internal = (ContextInternal) context;
        Promise<EpollWatch> opened = internal.promise();
        var loop = (IoEventLoop) internal.nettyEventLoop();
        loop.register(new Handle(new FileDescriptor(fd), readable)).addListener(done -> {
            if (done.isSuccess()) {
                var watch = new EpollWatch((IoRegistration) done.getNow());
                watch.resume();
                opened.complete(watch);
            } else {
                opened.fail(done.cause());
            }
        });
        return opened.future();
    }

    /// Listens again.
    public void resume() {
        if (watching || !registration.isValid()) return;
        watching = true;
        registration.submit(EpollIoOps.EPOLLIN);
    }

    /// Leaves what arrives in the kernel's queue: this is back pressure.
    public void pause() {
        if (!watching || !registration.isValid()) return;
        watching = false;
        registration.submit(NOTHING);
    }

    /// Ends the watch. The descriptor is not closed.
    public void cancel() {
        watching = false;
        registration.cancel();
    }

    private record Handle(FileDescriptor fd, Runnable readable) implements EpollIoHandle {
        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            readable.run();
        }

        @Override
        public void close() {
            // The descriptor is its owner's.
        }
    }
}
