package dev.warren.app.daemon;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.control.DeviceControl;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the peers were that come to us, for the next start: a file in the state folder, one peer a line.
/// The next router speaks first to those it was talking with, which else would notice after 15 seconds of
/// silence that their sessions are gone. A peer that has an endpoint in the configuration is not in it.
final class EndpointMemory {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointMemory.class);

    /// A crash loses so much.
    private static final long WRITE_MILLIS = 60_000;
    /// Older endpoints may be another host's by now.
    private static final Duration REMEMBERED = Duration.ofDays(7);
    /// Whoever we have talked with since then would want to go on.
    private static final Duration TALKING = Duration.ofMinutes(10);
    /// Initiations at a time, and milliseconds between: 400 a second leave the loop to others.
    private static final int FEW = 20;

    private static final long PAUSE_MILLIS = 50;
    /// Time for an actor to be activated and to send.
    private static final long SPOKEN_MILLIS = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long LARGEST_FILE = 64 << 20;

    private final Context context;
    private final DeviceControl device;
    private final Path directory;
    private final Path file;
    /// The keepalive of each, in seconds.
    private final Map<PublicKey, Integer> peers = new HashMap<>();

    private volatile boolean stopped;
    private boolean changed;
    private boolean failed;

    /// A peer as the file has it.
    ///
    /// @param seen seconds since the epoch at its last handshake
    record Entry(PublicKey peer, InetSocketAddress endpoint, long seen) {}

    EndpointMemory(Context context, DeviceControl device, InterfaceConfig config, Path directory) {
        this.context = context;
        this.device = device;
        this.directory = directory;
        this.file = directory.resolve(config.name() + ".endpoints");
        for (var peer : config.peers()) {
            if (peer.endpoint() == null) peers.put(peer.publicKey(), peer.persistentKeepalive());
        }
    }

    /// Gives the peers the endpoints they had, speaks to those that were there lately, and remembers from now on.
    void start(UndoLog undo) {
        if (peers.isEmpty()) return;
        long now = Instant.now().getEpochSecond();
        var known = read().stream()
                .filter(entry -> peers.containsKey(entry.peer) && now - entry.seen < REMEMBERED.toSeconds())
                .toList();
        undo.add("endpoints", () -> {
            stopped = true;
            RunningInterface.await("endpoints of " + device.name(), write(), PATIENCE);
        });
        context.runOnContext(_ -> {
            PeerNotices.listen(context.owner(), device.name(), notice -> {
                changed |= notice.event() instanceof PeerEvent.SessionEstablished && peers.containsKey(notice.peer());
            });
            context.owner().setPeriodic(WRITE_MILLIS, timer -> {
                if (stopped) context.owner().cancelTimer(timer);
                else if (changed) write();
                changed = false;
            });
            restore(known, 0, now);
        });
    }

    private void restore(List<Entry> known, int from, long now) {
        if (from >= known.size()) return;
        var some = known.subList(from, Math.min(from + FEW, known.size()));
        var endpoints = new ArrayList<PeerUpdate>();
        var after = new ArrayList<PeerUpdate>();
        for (var entry : some) {
            boolean talks = peers.getOrDefault(entry.peer, 0) == 0 && now - entry.seen < TALKING.toSeconds();
            // A keepalive that is switched on is sent at once, behind a handshake.
            endpoints.add(update(entry, entry.endpoint, talks ? OptionalInt.of(1) : OptionalInt.empty()));
            if (talks) after.add(update(entry, null, OptionalInt.of(0)));
        }
        LOG.debug("({}) {} peers have the endpoints they had", device.name(), some.size());
        tell(endpoints);
        context.owner().setTimer(SPOKEN_MILLIS, _ -> tell(after));
        context.owner().setTimer(PAUSE_MILLIS, _ -> restore(known, from + FEW, now));
    }

    private void tell(List<PeerUpdate> updates) {
        if (stopped || updates.isEmpty()) return;
        device.update(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, updates))
                .onFailure(failure -> LOG.debug("({}) endpoints: {}", device.name(), failure.getMessage()));
    }

    private static PeerUpdate update(Entry entry, @Nullable InetSocketAddress endpoint, OptionalInt keepalive) {
        return new PeerUpdate(entry.peer, false, true, null, endpoint, keepalive, false, List.of());
    }

    private Future<Void> write() {
        return device.status().compose(status -> {
            var entries = new ArrayList<Entry>();
            try (status) {
                for (var peer : status.peers()) {
                    if (peer.endpoint() == null
                            || peer.lastHandshakeSeconds() == 0
                            || !peers.containsKey(peer.publicKey())) {
                        continue;
                    }
                    entries.add(new Entry(peer.publicKey(), peer.endpoint(), peer.lastHandshakeSeconds()));
                }
            }
            return context.executeBlocking(
                    () -> {
                        store(entries);
                        return null;
                    },
                    true);
        });
    }

    /// The file is replaced whole or not at all.
    private void store(List<Entry> entries) {
        var text = new StringBuilder();
        for (var entry : entries) {
            text.append(entry.peer.toBase64())
                    .append(' ')
                    .append(Endpoint.of(entry.endpoint))
                    .append(' ')
                    .append(entry.seen)
                    .append('\n');
        }
        var draft = file.resolveSibling("." + file.getFileName() + ".new");
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.deleteIfExists(draft); // of a life that was cut short
            var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try (var channel = FileChannel.open(draft, options, mode)) {
                var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) channel.write(bytes);
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.info(
                        "({}) cannot remember where peers are: {}",
                        device.name(),
                        SetupException.of(file.toString(), e).getMessage());
            }
            failed = true;
        }
    }

    /// What can be read of it: a line that makes no sense is left out.
    private List<Entry> read() {
        var entries = new HashMap<PublicKey, Entry>();
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LARGEST_FILE)
                return List.of();
            for (var line :
                    Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList()) {
                var entry = parse(line);
                if (entry != null) entries.put(entry.peer, entry);
            }
        } catch (IOException e) {
            LOG.info(
                    "({}) {}",
                    device.name(),
                    SetupException.of(file.toString(), e).getMessage());
        }
        return List.copyOf(Map.copyOf(entries).values());
    }

    static @Nullable Entry parse(String line) {
        var words = line.split(" ", -1);
        if (words.length != 3) return null;
        try {
            int colon = words[1].lastIndexOf(':');
            var host = words[1].substring(0, colon).replaceAll("^\\[|]$", "");
            var endpoint = new HostAndPort(host, Integer.parseInt(words[1].substring(colon + 1))).literal();
            if (endpoint == null) return null;
            return new Entry(PublicKey.fromBase64(words[0]), endpoint, Long.parseLong(words[2]));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return null;
        }
    }
}
