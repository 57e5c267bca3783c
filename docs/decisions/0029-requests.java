// What a request between two actors costs: a command that carries a promise, and Vert.x's request and reply.
// java -cp 'build/current/lib/*' docs/decisions/0029-requests.java
// Prints nanoseconds of CPU and bytes of garbage for each, one at a time and a hundred at a time, the two ways in turn.
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;

class Requests {
    record Command(int number, Promise<Integer> reply) {}

    static final class Local implements MessageCodec<Command, Command> {
        @Override public void encodeToWire(Buffer buffer, Command command) { throw new UnsupportedOperationException(); }
        @Override public Command decodeFromWire(int at, Buffer buffer) { throw new UnsupportedOperationException(); }
        @Override public Command transform(Command command) { return command; }
        @Override public String name() { return "local"; }
        @Override public byte systemCodecID() { return -1; }
    }

    static final DeliveryOptions OPTIONS = new DeliveryOptions().setCodecName("local").setLocalOnly(true);
    static final int COUNT = 200_000;
    static Vertx vertx;
    static ContextInternal asking, answering;

    public static void main(String[] args) throws Exception {
        vertx = Vertx.vertx();
        vertx.eventBus().registerCodec(new Local());
        asking = ((VertxInternal) vertx).createEventLoopContext();
        answering = ((VertxInternal) vertx).createEventLoopContext();
        var ready = new CountDownLatch(1);
        answering.runOnContext(_ -> {
            vertx.eventBus().<Command>localConsumer("promise", m -> m.body().reply().complete(m.body().number()));
            vertx.eventBus().<Command>localConsumer("request", m -> m.reply(m.body().number()));
            ready.countDown();
        });
        ready.await();
        for (int round = 0; round < 5; round++) {
            for (int together : new int[] {1, 100}) {
                for (boolean request : new boolean[] {false, true}) measure(request, together, round > 1);
            }
        }
        vertx.close().await();
    }

    static void measure(boolean request, int together, boolean print) throws Exception {
        var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long cpu = process.getProcessCpuTime(), bytes = threads.getTotalThreadAllocatedBytes();
        var done = new CountDownLatch(COUNT);
        asking.runOnContext(_ -> { for (int i = 0; i < together; i++) ask(request, COUNT / together, done); });
        done.await();
        cpu = process.getProcessCpuTime() - cpu;
        bytes = threads.getTotalThreadAllocatedBytes() - bytes;
        if (print) System.out.printf("%-8s %3d at a time: %5d ns of CPU, %5d bytes%n",
                request ? "request" : "promise", together, cpu / COUNT, bytes / COUNT);
    }

    static void ask(boolean request, int left, CountDownLatch done) {
        if (left == 0) return;
        Promise<Integer> promise = asking.promise();
        if (request) {
            vertx.eventBus().<Integer>request("request", new Command(left, null), OPTIONS)
                    .onComplete(_ -> { done.countDown(); ask(true, left - 1, done); });
        } else {
            promise.future().onComplete(_ -> { done.countDown(); ask(false, left - 1, done); });
            vertx.eventBus().sender("promise", OPTIONS).write(new Command(left, promise));
        }
    }
}
