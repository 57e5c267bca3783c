package dev.warren.verticles.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A file of lines that is only ever appended to. It is renamed when it has its size, and opened again when somebody
/// has moved it away. There are whole lines in it: what a full disk has taken of one is cut off again.
///
/// All methods block. Whoever calls them does so one at a time.
final class AuditFile {
    private static final int CHUNK = 64 * 1024;
    /// Between two fsync(2), and between two looks at whether the name still is that of our file.
    private static final long APART = TimeUnit.SECONDS.toNanos(1);

    private static final long ROTATE_AGAIN = TimeUnit.MINUTES.toNanos(1);

    private final Path path;
    private final long maxSize;
    private final int keep;
    private @Nullable FileChannel channel;
    private @Nullable Object identity; // device and inode
    private long looked;
    private boolean dirty;
    private @Nullable Long synced;
    private @Nullable Long rotationFailed;
    private @Nullable IOException failure;

    /// @param lines so many of them are in the file, from the first on
    /// @param failure why not more; or all are and something else went wrong
    record Appended(int lines, @Nullable Throwable failure) {}

    /// @param maxSize bytes
    /// @param keep renamed files, at least 1
    AuditFile(Path path, long maxSize, int keep) {
        this.path = path;
        this.maxSize = maxSize;
        this.keep = keep;
    }

    /// Opens it, and makes it if it is missing.
    ///
    /// @throws AccessDeniedException when this user may not do that
    void open() throws IOException {
        var options = Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND,
                LinkOption.NOFOLLOW_LINKS);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var opened = FileChannel.open(path, options, mode);
        channel = opened;
        looked = System.nanoTime();
        try {
            identity = identity();
            // A machine that lost its power may have left half a line.
            if (endsWithin(opened.size())) writeAll(opened, ByteBuffer.wrap(new byte[] {'\n'}));
        } catch (IOException e) {
            drop();
            throw e;
        }
    }

    private @Nullable Object identity() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /// Whether the last line has no end.
    private boolean endsWithin(long size) throws IOException {
        if (size == 0) return false;
        var last = ByteBuffer.allocate(1);
        try (var reader = FileChannel.open(path, StandardOpenOption.READ)) {
            return reader.read(last, size - 1) == 1 && last.get(0) != '\n';
        } catch (AccessDeniedException e) {
            return false; // it may be written only
        }
    }

    /// Appends lines that end with a line feed each, up to the first that cannot be written. Without any it only does
    /// what is due.
    Appended append(List<byte[]> lines) {
        long now = System.nanoTime();
        int done = 0;
        IOException trouble = null;
        try {
            if (channel != null && now - looked >= APART && moved(now)) close();
            while (done < lines.size()) {
                if (channel == null) open();
                if (isFull(lines.get(done).length, now)) {
                    try {
                        rotate();
                    } catch (IOException e) { // it grows, rather than events are lost
                        rotationFailed = now;
                        trouble = e;
                    }
                    continue;
                }
                int count = fitting(lines, done);
                int written = write(lines.subList(done, done + count));
                done += written;
                if (written < count) throw Objects.requireNonNull(failure);
            }
            if (dirty && (synced == null || now - synced >= APART)) sync(now);
            return new Appended(done, trouble);
        } catch (IOException e) {
            drop();
            return new Appended(done, e);
        }
    }

    private boolean moved(long now) throws IOException {
        looked = now;
        try {
            return !Objects.equals(identity, identity());
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    private boolean isFull(int more, long now) throws IOException {
        if (rotationFailed != null && now - rotationFailed < ROTATE_AGAIN) return false;
        long size = Objects.requireNonNull(channel).size();
        return size > 0 && size + more > maxSize;
    }

    private void rotate() throws IOException {
        close();
        for (int i = keep - 1; i >= 0; i--) {
            try {
                Files.move(numbered(i), numbered(i + 1), StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException e) {
                // There are not so many yet.
            }
        }
        rotationFailed = null;
    }

    private Path numbered(int number) {
        return number == 0 ? path : path.resolveSibling(path.getFileName() + "." + number);
    }

    /// How many lines go into one write, and into the file.
    private int fitting(List<byte[]> lines, int from) throws IOException {
        long left = maxSize - Objects.requireNonNull(channel).size();
        long room = (left > 0 ? Math.min(CHUNK, left) : CHUNK) - lines.get(from).length;
        int count = 1;
        while (from + count < lines.size() && (room -= lines.get(from + count).length) >= 0) count++;
        return count;
    }

    /// Writes lines at once.
    ///
    /// @return how many are in the file; [#failure] says why not more
    private int write(List<byte[]> lines) throws IOException {
        var out = Objects.requireNonNull(channel);
        var buffer =
                ByteBuffer.allocate(lines.stream().mapToInt(line -> line.length).sum());
        lines.forEach(buffer::put);
        dirty = true;
        try {
            writeAll(out, buffer.flip());
            return lines.size();
        } catch (IOException e) {
            failure = e;
            int count = 0;
            int rest = buffer.position();
            while (rest >= lines.get(count).length) rest -= lines.get(count++).length;
            if (rest > 0) out.truncate(out.size() - rest);
            return count;
        }
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) out.write(bytes);
    }

    private void sync(long now) throws IOException {
        Objects.requireNonNull(channel).force(false);
        dirty = false;
        synced = now;
    }

    /// Closes it, and what was written is on the disk. Idempotent.
    void close() throws IOException {
        try {
            if (channel != null && dirty) sync(System.nanoTime());
        } finally {
            drop();
        }
    }

    /// After a failure: the next time it is opened.
    private void drop() {
        var open = channel;
        channel = null;
        dirty = false;
        try {
            if (open != null) open.close();
        } catch (IOException e) {
            // Nothing is left to lose.
        }
    }
}
