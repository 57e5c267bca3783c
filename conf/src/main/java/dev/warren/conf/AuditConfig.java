package dev.warren.conf;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The file that events are written to.
///
/// @param file absolute; null: none
/// @param maxSize bytes after which it is renamed and a new one begun
/// @param keep so many renamed ones, 1 to 1000
/// @param events that are written, not empty
public record AuditConfig(@Nullable Path file, long maxSize, int keep, Set<EventType> events) {
    /// Writes nothing.
    static AuditConfig off() {
        return new AuditConfig(null, 64 << 20, 5, Set.of(EventType.values()));
    }
}
