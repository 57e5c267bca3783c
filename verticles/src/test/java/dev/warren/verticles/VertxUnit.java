package dev.warren.verticles;

import io.vertx.ext.unit.Async;
import io.vertx.ext.unit.TestCompletion;
import io.vertx.ext.unit.TestContext;
import io.vertx.ext.unit.TestOptions;
import io.vertx.ext.unit.TestSuite;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives a test vertx-unit's [TestContext], whose own runner is one of JUnit 4. The test goes on until
/// every [Async] of it is complete, and fails by the first failure that the context was told, on whichever
/// thread.
public final class VertxUnit implements ParameterResolver, AfterTestExecutionCallback {
    /// For the test as a whole, and for one [Async] that is waited for on the way.
    public static final long LIMIT_MILLIS = 30_000;

    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(VertxUnit.class);

    /// @param method is complete when the test's method has returned
    private record Running(TestContext context, Async method, TestCompletion completion) {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == TestContext.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        var given = new AtomicReference<TestContext>();
        // Without a Vert.x it is run on this thread: when it returns, the context is there.
        var method = new AtomicReference<Async>();
        var completion = TestSuite.create(test.getRequiredTestClass().getName())
                .test(test.getDisplayName(), context -> {
                    given.set(context);
                    method.set(context.async());
                })
                .run(new TestOptions().setTimeout(LIMIT_MILLIS).setUseEventLoop(false));
        test.getStore(OURS).put(TestContext.class, new Running(given.get(), method.get(), completion));
        return given.get();
    }

    @Override
    public void afterTestExecution(ExtensionContext test) {
        var running = test.getStore(OURS).get(TestContext.class, Running.class);
        if (running == null) return;
        test.getExecutionException().ifPresent(running.context.exceptionHandler()::handle);
        if (!running.completion.isCompleted()) running.method.complete();
        // When the method has thrown, JUnit has that already.
        if (test.getExecutionException().isEmpty()) running.completion.awaitSuccess(LIMIT_MILLIS);
    }
}
