package dev.warren.verticles.loop;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.deployment.Deployment;
import io.vertx.core.internal.deployment.DeploymentContext;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A verticle on an event loop of our choice. What Vert.x deploys itself it puts on whichever loop is next, and has it
/// started and stopped there: then a peer would wake only when a loop that has nothing to do with it has a moment.
///
/// Its context is that of no deployment, so Vert.x ends no timers and no consumers for it: the verticle does.
final class PinnedDeployment implements Deployment {
    private final ContextInternal context;
    private final Supplier<? extends VerticleBase> maker;
    private @Nullable VerticleBase verticle;

    private PinnedDeployment(ContextInternal context, Supplier<? extends VerticleBase> maker) {
        this.context = context;
        this.maker = maker;
    }

    /// Makes a verticle on a loop and starts it there. Undeployed like any other.
    ///
    /// @param parent undeploys it with itself; null: nobody does
    static Future<String> deploy(
            VertxInternal vertx,
            @Nullable DeploymentContext parent,
            EventLoop loop,
            Supplier<? extends VerticleBase> maker) {
        var pinned = new PinnedDeployment(context(vertx, loop), maker);
        return vertx.deploymentManager()
                .deploy(parent, vertx.getOrCreateContext(), pinned)
                .map(DeploymentContext::id);
    }

    static ContextInternal context(VertxInternal vertx, EventLoop loop) {
        return vertx.contextBuilder()
                .withThreadingModel(ThreadingModel.EVENT_LOOP)
                .withEventLoop(loop)
                .build();
    }

    @Override
    public Future<?> deploy(DeploymentContext deployed) {
        Promise<Object> started = Promise.promise();
        onLoop(started, () -> {
            var made = maker.get();
            verticle = made;
            return made.deploy(context);
        });
        return started.future().recover(this::undo);
    }

    /// Who failed to start may be listening already, and holds what it was made with: it is stopped.
    private Future<Object> undo(Throwable failure) {
        if (verticle == null) return Future.failedFuture(failure);
        return undeploy().transform(stopped -> {
            if (stopped.failed()) failure.addSuppressed(stopped.cause());
            return Future.failedFuture(failure);
        });
    }

    @Override
    public Future<?> undeploy() {
        Promise<Object> stopped = Promise.promise();
        onLoop(stopped, () -> Objects.requireNonNull(verticle).undeploy(context));
        return stopped.future();
    }

    private interface Step {
        Future<?> take() throws Exception;
    }

    private void onLoop(Promise<Object> done, Step step) {
        try {
            context.runOnContext(_ -> {
                try {
                    step.take().onComplete(ended -> {
                        if (ended.succeeded()) done.complete(ended.result());
                        else done.fail(ended.cause());
                    });
                } catch (Throwable e) { // a library that lacks something throws an Error
                    done.fail(e);
                }
            });
        } catch (RuntimeException loopHasEnded) {
            done.fail(loopHasEnded);
        }
    }

    @Override
    public Future<?> cleanup() {
        return Future.succeededFuture();
    }

    @Override
    public Set<Context> contexts() {
        return Set.of(context);
    }

    @Override
    public Set<Deployable> instances() {
        return verticle == null ? Set.of() : Set.of(verticle);
    }

    @Override
    public DeploymentOptions options() {
        return new DeploymentOptions();
    }

    @Override
    public String identifier() {
        return "pinned";
    }
}
