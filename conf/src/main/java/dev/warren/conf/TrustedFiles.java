package dev.warren.conf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads files that only root, this user, and the user who called sudo(8) can have written, since root
/// executes what they configure.
///
/// The path is walked from the root on, link by link, as the kernel does it. Every folder on the way is
/// looked at before what is in it, and in a folder that only trusted users may change a name keeps meaning
/// the same file. So what was looked at is what is opened, though it is opened by its path; it is opened
/// without following a link. In a folder such as /tmp, where the sticky bit is set, this holds for what
/// belongs to a trusted user.
final class TrustedFiles {
    private static final int GROUP_WRITE = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;
    private static final int KIND = 0170000;
    private static final int FOLDER = 0040000;
    private static final int REGULAR = 0100000;
    private static final int PIPE = 0010000;
    private static final int LINK = 0120000;
    private static final int MAX_LINKS = 40;

    private final Set<Integer> trusted;
    private final int own;
    private final @Nullable Integer unmapped;
    private final @Nullable String named;

    /// The reason for which a file is not read.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        final String problem;
        final String expected;
        final boolean unreadable;

        Refused(String problem, String expected) {
            this(problem, expected, false);
        }

        /// @param unreadable for this user, though it may be right for root
        Refused(String problem, String expected, boolean unreadable) {
            super(problem);
            this.problem = problem;
            this.expected = expected;
            this.unreadable = unreadable;
        }
    }

    /// A file that may be read.
    ///
    /// @param path without links in it
    /// @param mode as stat(2) has it
    record Found(Path path, int mode) {
        /// Whether the parent process passed it: a pipe, or a descriptor.
        boolean stream() {
            return (mode & KIND) == PIPE;
        }

        /// `0644`
        String permissions() {
            return String.format("%04o", mode & 0777);
        }

        boolean othersCan() {
            return (mode & 077) != 0 && !stream();
        }

        boolean isFile() {
            return (mode & KIND) == REGULAR || stream();
        }

        boolean isFolder() {
            return (mode & KIND) == FOLDER;
        }
    }

    /// @param own this user
    /// @param sudo the one who called sudo(8), if that is how root came here
    /// @param unmapped the user that a user namespace shows for those it does not map, null outside of one
    /// @param named one more user that is trusted, by name
    TrustedFiles(int own, @Nullable Integer sudo, @Nullable Integer unmapped, @Nullable String named) {
        this.named = named;
        this.own = own;
        this.trusted = Set.copyOf(List.of(0, own, sudo == null || own != 0 ? own : sudo));
        this.unmapped = unmapped;
    }

    static TrustedFiles ofProcess(Function<String, @Nullable String> environment) {
        return new TrustedFiles(
                ownUser(), number(environment.apply("SUDO_UID")), unmapped(), environment.apply("WARREN_TRUST"));
    }

    /// The effective user; only root is trusted where /proc is missing. The owner of /proc/self would
    /// not do: that of a process which hides from debuggers belongs to root.
    private static int ownUser() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            var ids = lines.filter(line -> line.startsWith("Uid:")).findFirst().orElse("Uid: 0 0");
            return Integer.parseUnsignedInt(ids.split("\\s+")[2]);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /// In a user namespace root of the host is nobody, and so is everybody else. What they could do to us there, the
    /// one who made the namespace can do too.
    private static @Nullable Integer unmapped() {
        try {
            var map = Files.readString(Path.of("/proc/self/uid_map")).strip().split("\\s+");
            boolean everybody = map.length == 3 && map[0].equals("0") && map[2].equals("4294967295");
            return everybody ? null : number(setting(Path.of("/proc/sys/kernel/overflowuid")));
        } catch (IOException e) {
            return null;
        }
    }

    /// A setting of the kernel, in one read: what a second one would read is not there any more, and
    /// [Files#readString] begins with a single byte where the size is said to be 0.
    static String setting(Path file) throws IOException {
        var bytes = new byte[64];
        try (var in = Files.newInputStream(file)) {
            int length = in.read(bytes);
            return new String(bytes, 0, Math.max(0, length), StandardCharsets.US_ASCII).strip();
        }
    }

    private static @Nullable Integer number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,9}") ? Integer.valueOf(text) : null;
    }

    /// Finds a file and looks at all folders and links on the way to it, and at the file itself.
    ///
    /// @param what the file, as the subject of a sentence that says why not
    /// @throws NoSuchFileException when it is not there
    /// @throws AccessDeniedException when this user may not go there
    Found find(Path file, String what) throws IOException, Refused {
        var path = file.toAbsolutePath();
        if (isDescriptor(path)) {
            if (!Files.exists(path)) {
                throw new NoSuchFileException(file.toString());
            }
            return new Found(path, Files.isDirectory(path) ? FOLDER : PIPE | 0600);
        }
        Deque<Path> rest = new ArrayDeque<>();
        path.forEach(rest::addLast);
        var at = Path.of("/");
        var attributes = attributes(at);
        trustFolder(at, attributes);
        for (int links = 0; !rest.isEmpty(); ) {
            var name = rest.removeFirst().toString();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.getParent() == null ? at : at.getParent();
                attributes = attributes(at);
                continue;
            }
            var next = at.resolve(name);
            attributes = attributes(next);
            if ((mode(attributes) & KIND) == LINK) {
                if (++links > MAX_LINKS) {
                    throw new FileSystemLoopException(file.toString());
                }
                trustOwner(next, attributes, "the link " + next);
                if (isDescriptor(next)) {
                    return find(next, what);
                }
                var target = Files.readSymbolicLink(next);
                at = target.isAbsolute() ? Path.of("/") : at;
                var names = new ArrayDeque<Path>();
                target.forEach(names::addFirst);
                names.forEach(rest::addFirst);
                attributes = attributes(at);
                continue;
            }
            at = next;
            if (!rest.isEmpty() && (mode(attributes) & KIND) == FOLDER) {
                trustFolder(at, attributes);
            }
        }
        if ((mode(attributes) & KIND) != FOLDER) {
            trustOwner(at, attributes, what);
            trustMode(at, attributes, what);
        }
        return new Found(at, mode(attributes));
    }

    /// Where bash's `<(...)` and the standard input are.
    static boolean isDescriptor(Path path) {
        var text = path.toString();
        return text.equals("/dev/stdin") || text.matches("/(dev/fd|proc/(self|[0-9]+)/fd)/[0-9]+");
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        return Files.readAttributes(path, "unix:mode,uid,gid,owner,group", LinkOption.NOFOLLOW_LINKS);
    }

    private static int mode(Map<String, Object> attributes) {
        return (Integer) attributes.getOrDefault("mode", 0);
    }

    private void trustFolder(Path folder, Map<String, Object> attributes) throws Refused {
        trustOwner(folder, attributes, "the folder " + folder);
        if ((mode(attributes) & STICKY) == 0) {
            trustMode(folder, attributes, "the folder " + folder);
        }
    }

    private void trustOwner(Path path, Map<String, Object> attributes, String what) throws Refused {
        int owner = (Integer) attributes.getOrDefault("uid", -1);
        var name = String.valueOf(attributes.get("owner"));
        if (!trusted.contains(owner) && !Integer.valueOf(owner).equals(unmapped) && !name.equals(named)) {
            throw new Refused(
                    (what + " belongs to " + name + ", who could change it").strip(),
                    "root as its owner" + (own == 0 ? "" : ", or you") + " (chown " + (own == 0 ? "root" : "" + own)
                            + " " + path + "), or WARREN_TRUST=" + name);
        }
    }

    private static void trustMode(Path path, Map<String, Object> attributes, String what) throws Refused {
        int mode = mode(attributes);
        boolean group = (mode & GROUP_WRITE) != 0 && !ownGroup(attributes);
        if (group || (mode & OTHERS_WRITE) != 0) {
            throw new Refused(
                    (what + " can be changed by others (mode " + String.format("%04o", mode & 07777) + ")").strip(),
                    "write access for its owner alone (chmod go-w " + path + ")");
        }
    }

    /// Users often have a group of their own, and files that it may write (umask 002). That is nobody else,
    /// if the group has no other members.
    private static boolean ownGroup(Map<String, Object> attributes) {
        var group = attributes.get("gid") + "";
        var owner = attributes.get("owner") + "";
        if (attributes.get("uid") instanceof Integer uid && uid == 0) {
            return false; // root's umask is another one
        }
        try {
            boolean found = false;
            for (var line : Files.readAllLines(Path.of("/etc/group"))) { // name:password:gid:members
                var fields = line.split(":", -1);
                if (fields.length >= 4 && fields[2].equals(group)) {
                    found = fields[0].equals(owner);
                    if (!found || !(fields[3].isEmpty() || fields[3].equals(owner))) {
                        return false;
                    }
                }
            }
            for (var line : Files.readAllLines(Path.of("/etc/passwd"))) { // name:password:uid:gid:...
                var fields = line.split(":", -1);
                if (fields.length >= 4 && fields[3].equals(group) && !fields[0].equals(owner)) {
                    return false;
                }
            }
            return found;
        } catch (IOException e) {
            return false;
        }
    }

    /// All of a file, at most `max` bytes. The caller wipes it.
    static byte[] read(Path path, int max) throws IOException, Refused {
        var options = isDescriptor(path)
                ? Set.<java.nio.file.OpenOption>of(StandardOpenOption.READ)
                : Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try (var channel = FileChannel.open(path, options)) {
            // Of a pipe the size is 0: its content is found out by reading.
            var content = ByteBuffer.allocate((int) Math.clamp(channel.size() + 1, 4096, max + 1L));
            while (channel.read(content) >= 0) {
                if (!content.hasRemaining()) {
                    if (content.capacity() > max) {
                        Arrays.fill(content.array(), (byte) 0);
                        throw new Refused("is larger than " + max + " bytes", "less");
                    }
                    var more = ByteBuffer.allocate((int) Math.min(4L * content.capacity(), max + 1L));
                    more.put(content.flip());
                    Arrays.fill(content.array(), (byte) 0);
                    content = more;
                }
            }
            var bytes = Arrays.copyOf(content.array(), content.position());
            Arrays.fill(content.array(), (byte) 0);
            return bytes;
        }
    }
}
