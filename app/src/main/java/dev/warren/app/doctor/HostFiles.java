package dev.warren.app.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files by which the kernel and others tell about this host.
///
/// @param root the folder they are below, `/`
public record HostFiles(Path root) {
    private static final int MAX_BYTES = 1 << 20;
    private static final String SYSCTL = "proc/sys/";

    Path path(String path) {
        return root.resolve(path);
    }

    boolean exists(String path) {
        return Files.exists(path(path));
    }

    /// The content of a file, its first MiB, without the blanks around; null when it cannot be read.
    @Nullable
    String text(String path) {
        var content = new byte[4096];
        int length = 0;
        // A setting of the kernel is there for the first read only, which must take all of it.
        try (var in = Files.newInputStream(path(path))) {
            for (int got; (got = in.read(content, length, content.length - length)) > 0 && length < MAX_BYTES; ) {
                length += got;
                if (length == content.length) content = Arrays.copyOf(content, 2 * length);
            }
            return new String(content, 0, length, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return null;
        }
    }

    List<String> lines(String path) {
        var text = text(path);
        return text == null ? List.of() : text.lines().toList();
    }

    /// A setting by its path below /proc/sys, `net/ipv4/ip_forward`; null when there is none.
    @Nullable
    String sysctl(String name) {
        return text(SYSCTL + name);
    }

    /// The same for a number.
    int sysctl(String name, int otherwise) {
        var text = sysctl(name);
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /// The names in a folder, sorted; none when it cannot be read.
    List<String> names(String folder) {
        try (var files = Files.list(path(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /// Whether the kernel has IPv6 here.
    boolean v6() {
        return exists("proc/net/if_inet6") && sysctl("net/ipv6/conf/all/disable_ipv6", 0) == 0;
    }

    /// Whether this host has an IPv6 address that others may reach: of global scope, not on a tunnel.
    boolean hasAddress6() {
        return lines("proc/net/if_inet6").stream()
                .map(line -> line.split("\\s+"))
                .anyMatch(fields -> fields.length == 6 && fields[3].equals("00") && !exists(tunFlags(fields[5])));
    }

    /// Is there for a TUN or TAP only.
    private static String tunFlags(String device) {
        return "sys/class/net/" + device + "/tun_flags";
    }
}
