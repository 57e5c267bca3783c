package dev.warren.app.doctor;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/// What one check has found.
///
/// @param subject the interface, or [#HOST]
/// @param check a word that names it
/// @param found one sentence or less
/// @param remedy what to do, best a command as it stands; null when nothing is to be done
public record Finding(
        String subject,
        String check,
        Level level,
        String found,
        @Nullable String remedy) {
    /// What concerns all interfaces. No interface is called so: its name has no blanks.
    public static final String HOST = "this host";

    /// How much it matters.
    public enum Level {
        /// As it should be.
        OK,
        /// It works, but not as well as it could; or it cannot be told.
        HINT,
        /// Something that is configured does not work.
        WRONG;

        String word() {
            return switch (this) {
                case OK -> "ok";
                case HINT -> "hint";
                case WRONG -> "wrong";
            };
        }
    }

    static Finding ok(String subject, String check, String found) {
        return new Finding(subject, check, Level.OK, found, null);
    }

    static Finding hint(String subject, String check, String found, String remedy) {
        return new Finding(subject, check, Level.HINT, found, remedy);
    }

    static Finding wrong(String subject, String check, String found, String remedy) {
        return new Finding(subject, check, Level.WRONG, found, remedy);
    }

    JsonObject toJson() {
        var json = new JsonObject();
        if (!subject.equals(HOST)) json.put("interface", subject);
        json.put("check", check).put("level", level.word()).put("found", found);
        return remedy == null ? json : json.put("remedy", remedy);
    }
}
