package dev.warren.verticles.uapi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who we are.
final class OwnUser {
    /// Our user id; 0 is root.
    static final int UID = read();

    private OwnUser() {}

    private static int read() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            return 0;
        }
    }
}
