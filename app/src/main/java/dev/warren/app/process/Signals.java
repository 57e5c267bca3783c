package dev.warren.app.process;

import dev.warren.io.ffm.Libc;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What signals do to a router: SIGINT and SIGTERM end it. SIGHUP is answered with a line of the log, SIGQUIT makes the
/// JVM print its threads, and all else but SIGKILL does nothing. SIGUSR2 and SIGPIPE the JVM takes for itself. See
/// docs/decisions/0014-signals.md.
public final class Signals {
    /// What would end a process without a chance to undo anything.
    private static final int[] MEANINGLESS = {
        Libc.SIGUSR1, Libc.SIGALRM, Libc.SIGSTKFLT, Libc.SIGVTALRM, Libc.SIGPROF, Libc.SIGIO, Libc.SIGPWR
    };

    private Signals() {}

    /// First of all steps of a start.
    public static void settle() {
        var libc = new Libc();
        // A shell that runs us in the background of a script has had it ignored, and then the JVM leaves it alone.
        libc.copySignalAction(Libc.SIGTERM, Libc.SIGINT);
        for (int signal : MEANINGLESS) libc.ignoreSignal(signal);
    }

    /// Until this is called SIGHUP ends the process in good order, as SIGTERM does. Takes some ten milliseconds, which
    /// a start should not wait for.
    public static void answerHangUp() {
        Logger log = LoggerFactory.getLogger(Signals.class);
        try {
            on(
                    "HUP",
                    () -> log.warn("SIGHUP: a router cannot reload its configuration yet; restart it to use changes"));
        } catch (Throwable absent) {
            log.warn("SIGHUP will end this router: {}", absent.toString());
        }
    }

    /// The JDK tells of signals through `sun.misc.Signal` only, of the exported module jdk.unsupported. javac warns of
    /// that name, come what may, so it is looked up.
    private static void on(String name, Runnable action) throws Throwable {
        var signal = Class.forName("sun.misc.Signal");
        var handler = Class.forName("sun.misc.SignalHandler");
        var lookup = MethodHandles.publicLookup();
        var run = lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                .bindTo(action);
        var proxy = MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
        Object made = lookup.findConstructor(signal, MethodType.methodType(void.class, String.class))
                .invoke(name);
        Object _ = lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler))
                .invoke(made, proxy);
    }
}
