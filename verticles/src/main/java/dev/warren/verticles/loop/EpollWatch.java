package dev.warren.verticles.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file descriptor of ours on the epoll of a verticle's own event loop: level-triggered. Watches for something to
/// read until it is paused, and for room to write only when asked. All methods belong to that loop. The descriptor
/// stays its owner's: cancel the watch, then close it.
///
/// Events are handled within the context, so that what is sent then needs no context of its own. What the handling
/// throws ends here: Netty would pause the whole loop for a second, or end it.
public final class EpollWatch {
    private static final Logger LOG = LoggerFactory.getLogger(EpollWatch.class);
    private static final EpollIoOps NOTHING = EpollIoOps.valueOf(0);
    private static final EpollIoOps BOTH = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT);
    private static final int OUT = EpollIoOps.EPOLLOUT.value();
    /// So many errors in a row, and the descriptor gets a rest: others of the loop want their turn.
    private static final int FAILURES = 100;

    private static final long REST_MILLIS = 1000;

    private final IoRegistration registration;
    private boolean watching;
    private boolean writing;

    private EpollWatch(IoRegistration registration) {
        this.registration = registration;
    }

    /// Watches `fd` and calls `readable` on the context's loop whenever something can be read.
    public static Future<EpollWatch> open(Context context, int fd, Runnable readable) {
        return open(context, fd, readable, () -> {});
    }

    /// As [#open(Context,int,Runnable)], and calls `writable` whenever something can be written, between
    /// [#resumeWriting] and [#pauseWriting].
    public static Future<EpollWatch> open(Context context, int fd, Runnable readable, Runnable writable) {
        var internal = (ContextInternal) context;
        Promise<EpollWatch> opened = internal.promise();
        var loop = (IoEventLoop) internal.nettyEventLoop();
        var handle = new Handle(internal, new FileDescriptor(fd), readable, writable);
        loop.register(handle).addListener(done -> {
            if (done.isSuccess()) {
                var watch = new EpollWatch((IoRegistration) done.getNow());
                handle.watch = watch;
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
        submit();
    }

    /// Leaves what arrives in the kernel's queue: this is back pressure.
    public void pause() {
        if (!watching || !registration.isValid()) return;
        watching = false;
        submit();
    }

    /// Wants to know when something can be written.
    public void resumeWriting() {
        if (writing || !registration.isValid()) return;
        writing = true;
        submit();
    }

    /// Has nothing to write.
    public void pauseWriting() {
        if (!writing || !registration.isValid()) return;
        writing = false;
        submit();
    }

    private void submit() {
        if (writing) registration.submit(watching ? BOTH : EpollIoOps.EPOLLOUT);
        else registration.submit(watching ? EpollIoOps.EPOLLIN : NOTHING);
    }

    /// Ends the watch. The descriptor is not closed.
    public void cancel() {
        watching = false;
        writing = false;
        registration.cancel();
    }

    private static final class Handle implements EpollIoHandle, Runnable {
        private final ContextInternal context;
        private final FileDescriptor fd;
        private final Runnable readable;
        private final Runnable writable;
        private final Runnable write = this::write;
        private final ErrorLog errors = new ErrorLog(LOG);
        private int failures;
        private @Nullable EpollWatch watch;

        Handle(ContextInternal context, FileDescriptor fd, Runnable readable, Runnable writable) {
            this.context = context;
            this.fd = fd;
            this.readable = readable;
            this.writable = writable;
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            int ops = ((EpollIoEvent) event).ops().value();
            if ((ops & OUT) != 0 && watch != null && watch.writing) context.dispatch(write);
            if ((ops & ~OUT) != 0) context.dispatch(this);
        }

        @Override
        public void run() {
            try {
                readable.run();
                failures = 0;
            } catch (Throwable e) {
                errors.caught("What could be read at descriptor " + fd.intValue() + " was not dealt with", e);
                if (++failures >= FAILURES) rest();
            }
        }

        private void write() {
            try {
                writable.run();
            } catch (Throwable e) {
                errors.caught("What waited to be written to descriptor " + fd.intValue() + " was not dealt with", e);
                if (watch != null) watch.pauseWriting(); // its owner asks again
            }
        }

        private void rest() {
            var resting = watch;
            if (resting == null) return;
            failures = 0;
            resting.pause();
            context.setTimer(REST_MILLIS, _ -> resting.resume());
        }

        @Override
        public void close() {
            // The descriptor is its owner's.
        }
    }
}
