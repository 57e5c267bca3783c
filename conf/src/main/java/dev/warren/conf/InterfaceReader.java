package dev.warren.conf;

import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.KeyText;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpFamily;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Reads interfaces, one call each.
final class InterfaceReader {
    private static final List<String> KEYS = List.of(
            "private-key",
            "private-key-file",
            "addresses",
            "listen-port",
            "mtu",
            "fwmark",
            "routes",
            "kill-switch",
            "peers");
    private static final List<String> DEFAULT_KEYS = List.of("listen-port", "mtu", "fwmark", "routes", "kill-switch");
    private static final String ADDRESSES = "[\"10.8.0.1/24\", \"fd00:8::1/64\"]";
    private static final int LEAST_IPV6_MTU = 1280;

    /// A text that ends in = and has as many characters is a key, also if some were lost in copying, and no file.
    private static final int SHORTEST_KEY = 40;

    private final ConfigFiles files;
    private final HashSet<Path> warned = new HashSet<>();
    private final Path directory;
    private final Path stateDirectory;
    private final boolean insecure;
    private final PeerReader peers;
    private final AddressText addresses = new AddressText();

    // warren.defaults.interface
    private int listenPort;
    private int mtu; // 0: auto
    private int fwmark;
    private boolean routes = true;
    private boolean killSwitch;

    InterfaceReader(ConfigFiles files, Path directory, Path stateDirectory, boolean insecure) {
        this.files = files;
        this.directory = directory;
        this.stateDirectory = stateDirectory;
        this.insecure = insecure;
        this.peers = new PeerReader(this, directory);
    }

    void defaults(@Nullable Section ofInterface, @Nullable Section ofPeer) {
        if (ofInterface != null) {
            ofInterface.allow(DEFAULT_KEYS);
            listenPort = listenPort(ofInterface);
            mtu = mtu(ofInterface);
            fwmark = fwmark(ofInterface);
            routes = ofInterface.flag("routes", true);
            killSwitch = ofInterface.flag("kill-switch", false);
        }
        if (ofPeer != null) {
            peers.defaults(ofPeer);
        }
    }

    InterfaceConfig read(Section section) {
        name(section);
        section.allow(KEYS);
        var key = privateKey(section);
        var own = addresses(section);
        int bytes = mtu(section);
        for (var address : own) {
            if (bytes > 0 && bytes < LEAST_IPV6_MTU && address.address().family() == IpFamily.V6) {
                section.problem("mtu", "is " + bytes + ", too small for " + address, "auto, or 1280 or more with IPv6");
                break;
            }
        }
        return new InterfaceConfig(
                section.name(),
                key,
                own,
                listenPort(section),
                bytes == 0 ? OptionalInt.empty() : OptionalInt.of(bytes),
                fwmark(section),
                section.flag("routes", routes),
                section.flag("kill-switch", killSwitch),
                peers.read(section.section("peers"), publicKey(key), own));
    }

    /// As the kernel checks it (dev_valid_name), and without `%`: the interface has the name that its
    /// section has, and `wg%d` would let the kernel choose one. The command line's name, of
    /// `host.InterfaceName`, may leave that to it.
    private void name(Section section) {
        var name = section.name();
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        boolean right = length >= 1 && length <= 15 && !name.equals(".") && !name.equals("..");
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            right &= c != '/' && c != ':' && c != '%' && c > ' ' && c != 0x7f && !Character.isWhitespace(c);
        }
        if (!right) {
            section.problem(
                    "is no name for an interface", "1 to 15 characters without / : % and white space, not . or ..");
        }
    }

    private int listenPort(Section section) {
        return (int) section.number("listen-port", "auto", 0, 0, 65535, "auto or 0 to 65535")
                .orElse(listenPort);
    }

    private int mtu(Section section) {
        return (int) section.number("mtu", "auto", 0, 576, 65535, "auto or 576 to 65535")
                .orElse(mtu);
    }

    private int fwmark(Section section) {
        return (int) section.number("fwmark", "off", 0, 0, 0xffff_ffffL, "off, or 0 to 4294967295, or 0x...")
                .orElse(fwmark);
    }

    private List<InterfaceAddress> addresses(Section section) {
        var found = new ArrayList<InterfaceAddress>();
        var seen = new HashSet<Object>();
        for (var text : section.texts("addresses", ADDRESSES)) {
            var address = addresses.interfaceAddress(text.utf8());
            if (address == null) {
                section.problem("addresses", Problems.echo(text) + " is no address", ADDRESSES);
            } else if (!seen.add(address.address())) {
                section.problem("addresses", address.address() + " is given twice", "it once");
            } else {
                found.add(address);
            }
        }
        return found;
    }

    private PrivateKeySource privateKey(Section section) {
        boolean inFile = section.has("private-key-file");
        if (section.has("private-key")) {
            if (inFile) {
                section.problem("private-key-file", "is given, and private-key too", "one of them");
            }
            var bytes = inlineKey(section, "private-key");
            return bytes == null
                    ? new PrivateKeySource.Missing(Path.of(""))
                    : known(section, "private-key", bytes, null);
        }
        var name = inFile ? keyFileName(section, "private-key-file") : section.name() + ".key";
        var base = inFile ? directory : stateDirectory;
        if (name == null) {
            return new PrivateKeySource.Missing(base);
        }
        var file = base.resolve(name).normalize();
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return new PrivateKeySource.Missing(file);
        }
        return keySource(section, "private-key-file", file);
    }

    /// The name of a key file, or null after adding a problem: a key in its place would be shown wherever the file is.
    @Nullable
    String keyFileName(Section section, String key) {
        var text = section.text(key, "a file");
        if (text == null) {
            return null;
        }
        var name = text.string();
        if (name.length() >= SHORTEST_KEY && name.endsWith("=")) {
            section.problem(key, "is a key, and no file", "a file with the key in it");
            return null;
        }
        return name;
    }

    /// The key in a file that exists.
    PrivateKeySource keySource(Section section, String key, Path file) {
        var bytes = keyFile(section, key, file);
        return bytes == null ? new PrivateKeySource.Missing(file) : known(section, key, bytes, file);
    }

    private PrivateKeySource known(Section section, String key, byte[] bytes, @Nullable Path file) {
        int any = 0;
        for (byte b : bytes) {
            any |= b;
        }
        if (any == 0) {
            section.problem(key, "is all zero", "a key made by `warren genkey`");
        }
        try {
            return new PrivateKeySource.Known(PrivateKey.of(bytes), file);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /// The bytes of a key in the configuration itself, or null after adding a problem.
    byte @Nullable [] inlineKey(Section section, String key) {
        var text = section.text(key, KeyText.EXPECTED);
        if (text == null) {
            return null;
        }
        warnOfReaders(section, key);
        var ascii = text.strip().utf8();
        var bytes = KeyText.ofBase64(ascii);
        Arrays.fill(ascii, (byte) 0);
        if (bytes == null) {
            section.problem(key, KeyText.problem(ascii.length), KeyText.EXPECTED);
        }
        return bytes;
    }

    private void warnOfReaders(Section section, String key) {
        if (insecure) {
            return;
        }
        var source = section.source(key);
        var mode = files.readableByOthers(source);
        if (mode != null && warned.add(source.file())) {
            section.warning(
                    key,
                    "others can read this file (mode " + mode + ") and the secret in it",
                    "mode 0600 (chmod 600 " + source.file() + "), or " + key + "-file");
        }
    }

    /// The bytes of a key file, or null after adding a problem.
    byte @Nullable [] keyFile(Section section, String key, Path file) {
        try {
            return files.key(file, insecure);
        } catch (TrustedFiles.Refused e) {
            refused(section, key, e);
            return null;
        }
    }

    /// The bytes of another secret in a file, or null after adding a problem.
    byte @Nullable [] secretFile(Section section, String key, Path file) {
        try {
            return files.secret(file, insecure);
        } catch (TrustedFiles.Refused e) {
            refused(section, key, e);
            return null;
        }
    }

    /// Adds a problem if others could read or change a file with a secret in it.
    void checkSecret(Section section, String key, Path file) {
        try {
            files.secretPath(file, insecure);
        } catch (TrustedFiles.Refused e) {
            refused(section, key, e);
        }
    }

    private void refused(Section section, String key, TrustedFiles.Refused e) {
        if (e.unreadable && files.checking()) {
            section.warning(key, e.problem + ", so it was not checked", "root, or the owner of the file, to check it");
        } else {
            section.problem(key, e.problem, e.expected);
        }
    }

    private static @Nullable PublicKey publicKey(PrivateKeySource source) {
        if (!(source instanceof PrivateKeySource.Known known)) {
            return null;
        }
        try (var x25519 = new JavaX25519()) {
            return known.key().publicKey(x25519);
        }
    }
}
