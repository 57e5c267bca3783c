package dev.warren.cluster.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.Context;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BusLoopTest {
    /// Vert.x chooses the loop on which it reads what other nodes send, and tells nobody which: hence the reflection.
    @Test
    void whatOtherNodesSendIsReadOnTheManagementLoop(@TempDir Path directory) throws Exception {
        var lab = new BusLab(directory, BusCertificates.make(directory, "fleet"));
        try {
            var node = lab.node();
            var loops = EventLoops.of(node.vertx);
            var field = node.vertx.eventBus().getClass().getDeclaredField("context");
            field.setAccessible(true);
            assertEquals("management", loops.name((Context) field.get(node.vertx.eventBus())));
        } finally {
            lab.close();
        }
    }
}
