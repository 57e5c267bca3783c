package dev.warren.web.webhook;

import io.vertx.core.http.HttpClientResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// What became of one request.
sealed interface WebhookAnswer {
    /// The server has it (2xx).
    record Taken() implements WebhookAnswer {}

    /// The server does not want it, and will not the next time.
    record Refused(int status) implements WebhookAnswer {}

    /// It may go better later.
    ///
    /// @param why as a clause
    /// @param pause that the server asks for; null: none
    record Later(String why, @Nullable Duration pause) implements WebhookAnswer {}

    static WebhookAnswer of(HttpClientResponse response, Instant now) {
        int status = response.statusCode();
        if (status / 100 == 2) return new Taken();
        if (status != 429 && status / 100 != 5) return new Refused(status);
        return new Later("HTTP status " + status, pause(response.getHeader("Retry-After"), now));
    }

    /// Seconds or a date, RFC 9110 §10.2.3; null for anything else.
    static @Nullable Duration pause(@Nullable String text, Instant now) {
        if (text == null) return null;
        var value = text.strip();
        if (value.matches("[0-9]{1,9}")) return Duration.ofSeconds(Long.parseLong(value));
        try {
            var date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            var pause = Duration.between(now, date.toInstant());
            return pause.isNegative() ? Duration.ZERO : pause;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
