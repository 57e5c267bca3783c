package dev.warren.it;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Waiting with a deadline.
final class Poll {
    private Poll() {}

    /// Asks until the answer is yes. `what` is a sentence that becomes true.
    static Duration until(String what, Duration limit, BooleanSupplier question) {
        return until(() -> what, limit, question);
    }

    /// As above; the sentence is made when it did not become true, and may say what was seen last.
    static Duration until(Supplier<String> what, Duration limit, BooleanSupplier question) {
        long start = System.nanoTime();
        while (!question.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                // One last look: this machine may have slept over the deadline.
                if (question.getAsBoolean()) break;
                fail("not within " + limit + ": " + what.get());
            }
            pause();
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /// Asks until there is an answer.
    static <T> T untilPresent(String what, Duration limit, Supplier<@Nullable T> question) {
        var box = new Object() {
            @Nullable
            T answer;
        };
        until(what, limit, () -> (box.answer = question.get()) != null);
        var answer = box.answer;
        if (answer == null) throw new AssertionError(what);
        return answer;
    }

    /// Asks over and over for a time, and fails as soon as the answer is no.
    static void holds(String what, Duration span, BooleanSupplier question) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < span.toNanos()) {
            if (!question.getAsBoolean()) fail("no longer true: " + what);
            pause();
        }
    }

    private static void pause() {
        LockSupport.parkNanos(15_000_000);
    }
}
