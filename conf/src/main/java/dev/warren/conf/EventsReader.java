package dev.warren.conf;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads `warren.audit` and `warren.webhooks`: where events go besides the event bus.
final class EventsReader {
    private static final String FILE = "off, or a file as \"/var/log/warren/audit.jsonl\"";
    private static final String SIZE = "a size as \"64 MiB\", 64 KiB to 1024 GiB";
    private static final Pattern SIZES = Pattern.compile("([0-9]{1,12}) *(|KiB|MiB|GiB)");
    private static final String HOOKS = "[ { url = \"https://...\", secret-file = \"...\" } ]";
    private static final String URL = "https://HOST/..., or http:// to 127.0.0.1, [::1] or localhost";
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.[0-9.]+|\\[::1]");
    private static final String SECRET = "a file with 16 bytes or more, such as `warren genpsk` prints";

    private final Path directory;
    private final InterfaceReader keys;

    /// @param keys reads secret files
    EventsReader(Path directory, InterfaceReader keys) {
        this.directory = directory;
        this.keys = keys;
    }

    AuditConfig audit(@Nullable Section section) {
        var standard = AuditConfig.off();
        if (section == null) {
            return standard;
        }
        section.allow(List.of("file", "max-size", "keep", "events"));
        return new AuditConfig(
                auditFile(section),
                size(section, "max-size", standard.maxSize()),
                (int) section.number("keep", "5", 5, 1, 1000, "1 to 1000").orElse(standard.keep()),
                events(section));
    }

    /// It may be made when the router starts, its folder may not.
    private @Nullable Path auditFile(Section section) {
        var text = section.text("file", FILE);
        if (text == null || text.string().equals("off")) {
            return null;
        }
        var file = directory.resolve(text.string()).normalize();
        var folder = file.getParent();
        if (text.string().isBlank() || folder == null || Files.isDirectory(file)) {
            section.problem("file", "is a directory", FILE);
            return null;
        }
        if (!Files.isDirectory(folder)) {
            section.problem(
                    "file",
                    "is in " + folder + ", which does not exist",
                    "a folder that is there (mkdir " + folder + ")");
            return null;
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            section.problem("file", "is " + file + ", a link or a device", "a file, or the name of one to be made");
            return null;
        }
        if (othersWrite(folder)) {
            section.problem(
                    "file",
                    "is in " + folder + ", where everybody may write",
                    "a folder that only its owner may write to");
            return null;
        }
        return file;
    }

    private static boolean othersWrite(Path folder) {
        try {
            return Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE);
        } catch (IOException e) {
            return false; // opening the file will tell
        }
    }

    private static long size(Section section, String key, long otherwise) {
        var text = section.text(key, SIZE);
        if (text == null) {
            return otherwise;
        }
        var matcher = SIZES.matcher(text.string().strip());
        if (matcher.matches()) {
            int shift =
                    switch (matcher.group(2)) {
                        case "KiB" -> 10;
                        case "MiB" -> 20;
                        case "GiB" -> 30;
                        default -> 0;
                    };
            long count = Long.parseLong(matcher.group(1));
            if (count <= (1L << 40) >> shift && count << shift >= 64 << 10) {
                return count << shift;
            }
        }
        section.problem(key, "is " + Problems.echo(text), SIZE);
        return otherwise;
    }

    /// All, unless some are named.
    private static Set<EventType> events(Section section) {
        var names = new ArrayList<String>(List.of("all"));
        for (var type : EventType.values()) {
            names.add(type.label());
        }
        var expected = "all, or some of " + String.join(", ", names.subList(1, names.size()));
        var found = EnumSet.noneOf(EventType.class);
        var texts = section.texts("events", expected);
        for (var text : texts) {
            int index = names.indexOf(text.string());
            if (index == 0) {
                found.addAll(EnumSet.allOf(EventType.class));
            } else if (index > 0) {
                found.add(EventType.values()[index - 1]);
            } else {
                var meant = Section.nearest(text.string(), names);
                section.problem(
                        "events",
                        Problems.echo(text) + " is no event" + (meant == null ? "" : ", did you mean " + meant + "?"),
                        expected);
            }
        }
        if (texts.isEmpty() && section.has("events")) {
            section.problem("events", "names none", expected);
        }
        return Set.copyOf(found.isEmpty() ? EnumSet.allOf(EventType.class) : found);
    }

    // ---- webhooks

    List<WebhookConfig> webhooks(Section warren) {
        var hooks = new ArrayList<WebhookConfig>();
        for (var section : warren.list("webhooks", HOOKS)) {
            section.allow(List.of("url", "events", "secret-file", "tls"));
            var url = url(section);
            var events = events(section);
            var secret = secret(section);
            var ca = ca(section.section("tls"));
            if (url != null && secret != null) {
                hooks.add(new WebhookConfig(url, events, secret, ca));
            } else if (secret != null) {
                secret.close();
            }
        }
        return List.copyOf(hooks);
    }

    /// What is wrong is said without the URL, which may have a token in it.
    private static @Nullable URI url(Section section) {
        var text = section.text("url", URL);
        if (text == null) {
            if (!section.has("url")) section.problem("url", "is missing", URL);
            return null;
        }
        URI url;
        try {
            url = new URI(text.string());
        } catch (URISyntaxException e) {
            section.problem("url", "is no URL", URL);
            return null;
        }
        var scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        var host = url.getHost();
        if (host == null
                || url.getPort() == 0
                || url.getPort() > 65535
                || !(scheme.equals("https") || scheme.equals("http"))) {
            section.problem("url", "is no address of a web server", URL);
        } else if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            section.problem("url", "has a user, a password or a fragment (#) in it", URL);
        } else if (scheme.equals("http") && !LOOPBACK.matcher(host).matches()) {
            section.problem("url", "would send events in clear to another host", URL);
        } else {
            return url;
        }
        return null;
    }

    private @Nullable WebhookSecret secret(Section section) {
        var text = section.text("secret-file", SECRET);
        if (text == null) {
            if (!section.has("secret-file")) section.problem("secret-file", "is missing", SECRET);
            return null;
        }
        var file = directory.resolve(text.string()).normalize();
        var bytes = keys.secretFile(section, "secret-file", file);
        if (bytes != null && bytes.length < 16) {
            section.problem("secret-file", "has " + bytes.length + " bytes, which can be guessed", SECRET);
        }
        return bytes == null ? null : new WebhookSecret(bytes);
    }

    private @Nullable Path ca(@Nullable Section tls) {
        if (tls == null) {
            return null;
        }
        tls.allow(List.of("ca"));
        return WebReader.pem(tls, "ca", directory);
    }
}
