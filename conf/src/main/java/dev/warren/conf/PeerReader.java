package dev.warren.conf;

import dev.warren.crypto.key.KeyText;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the peers of interfaces, one call for each interface. There may be 100,000 peers: little is done for each.
final class PeerReader {
    private static final List<String> KEYS = List.of(
            "public-key", "preshared-key", "preshared-key-file", "allowed-ips", "endpoint", "persistent-keepalive");
    private static final String ALLOWED_IPS = "[\"10.8.0.2/32\", \"fd00:8::/64\"]";
    private static final String KEEPALIVE = "off, or seconds from 0 to 65535 as 25 or 25s";

    private final InterfaceReader keys;
    private final Path directory;
    private final AddressText addresses = new AddressText();
    private final EndpointReader endpoints = new EndpointReader();
    private final Set<IpAddress> ownAddresses = new HashSet<>();
    private int keepalive; // warren.defaults.peer

    PeerReader(InterfaceReader keys, Path directory) {
        this.keys = keys;
        this.directory = directory;
    }

    void defaults(Section section) {
        section.allow(List.of("persistent-keepalive"));
        keepalive = keepalive(section);
    }

    /// @param own public key of the interface, if known
    /// @param addresses of the interface
    List<PeerConfig> read(@Nullable Section peers, @Nullable PublicKey own, List<InterfaceAddress> addresses) {
        ownAddresses.clear();
        addresses.forEach(address -> ownAddresses.add(address.address()));
        var sections = peers == null ? List.<Section>of() : peers.sections();
        var result = new ArrayList<PeerConfig>(sections.size());
        var names = HashMap.<PublicKey, String>newHashMap(sections.size());
        var owners = HashMap.<IpPrefix, String>newHashMap(sections.size());
        for (var section : sections) {
            section.allow(KEYS);
            var publicKey = publicKey(section, own, names);
            var psk = presharedKey(section);
            var allowedIps = allowedIps(section, owners);
            var endpoint = endpoints.endpoint(section, "endpoint");
            int interval = keepalive(section);
            if (endpoint == null && !section.has("endpoint")) {
                warnOfEverything(section, allowedIps);
            }
            if (publicKey != null) {
                result.add(new PeerConfig(section.name(), publicKey, psk, allowedIps, endpoint, interval));
            }
        }
        return result;
    }

    private @Nullable PublicKey publicKey(Section section, @Nullable PublicKey own, Map<PublicKey, String> names) {
        var text = section.text("public-key", KeyText.EXPECTED);
        if (text == null) {
            if (!section.has("public-key")) {
                section.problem("public-key", "is missing", KeyText.EXPECTED);
            }
            return null;
        }
        var bytes = KeyText.ofBase64(text.strip().utf8());
        if (bytes == null) {
            section.problem("public-key", KeyText.problem(text.strip().length()), KeyText.EXPECTED);
            return null;
        }
        var key = PublicKey.of(bytes);
        if (key.isZero()) {
            section.problem("public-key", "is all zero", "a key printed by `warren pubkey`");
            return null;
        }
        if (own != null && key.equals(own)) {
            section.problem("public-key", "is the public key of this interface itself", "that of the peer");
        }
        var other = names.putIfAbsent(key, section.name());
        if (other != null) {
            section.problem("public-key", "is also that of peer " + Section.shown(other), "a key of its own");
        }
        return key;
    }

    private @Nullable PresharedKey presharedKey(Section section) {
        boolean inFile = section.has("preshared-key-file");
        byte[] bytes = null;
        if (section.has("preshared-key")) {
            if (inFile) {
                section.problem("preshared-key-file", "is given, and preshared-key too", "one of them");
            }
            bytes = keys.inlineKey(section, "preshared-key");
        } else if (inFile) {
            var file = keys.keyFileName(section, "preshared-key-file");
            bytes = file == null
                    ? null
                    : keys.keyFile(
                            section,
                            "preshared-key-file",
                            directory.resolve(file).normalize());
        }
        if (bytes == null) {
            return null;
        }
        try {
            var psk = PresharedKey.of(bytes);
            return psk.isZero() ? null : psk;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private List<IpPrefix> allowedIps(Section section, Map<IpPrefix, String> owners) {
        var texts = section.texts("allowed-ips", ALLOWED_IPS);
        if (texts.isEmpty()) {
            return List.of();
        }
        var prefixes = new ArrayList<IpPrefix>(texts.size());
        for (var text : texts) {
            var prefix = addresses.prefixOrHost(text.utf8());
            if (prefix == null) {
                section.problem("allowed-ips", Problems.echo(text) + " is no prefix", ALLOWED_IPS);
                continue;
            }
            if (addresses.hasHostBits(prefix)) {
                section.warning(
                        "allowed-ips",
                        Problems.echo(text) + " has bits beyond its length, and means " + prefix,
                        prefix + ", or /32 or /128 for one address");
            }
            if (!ownAddresses.isEmpty() && isOwn(prefix)) {
                section.warning(
                        "allowed-ips", prefix + " is the address of this interface itself", "those of the peer");
            }
            var owner = owners.putIfAbsent(prefix, section.name());
            if (owner == null) {
                prefixes.add(prefix);
            } else if (owner.equals(section.name())) {
                section.problem("allowed-ips", prefix + " is given twice", "it once");
            } else {
                section.problem(
                        "allowed-ips",
                        prefix + " is also given to peer " + Section.shown(owner),
                        "one peer per prefix");
            }
        }
        return prefixes;
    }

    private boolean isOwn(IpPrefix prefix) {
        return prefix.bits() == (prefix.family() == IpFamily.V4 ? 32 : 128) && ownAddresses.contains(prefix.address());
    }

    private static void warnOfEverything(Section section, List<IpPrefix> prefixes) {
        for (var prefix : prefixes) {
            if (prefix.bits() == 0) {
                section.warning(
                        "allowed-ips",
                        prefix + " leads to a peer without an endpoint: nothing gets through before it comes to us",
                        "an endpoint, or the networks behind the peer");
                return;
            }
        }
    }

    private int keepalive(Section section) {
        var written = section.text("persistent-keepalive", KEEPALIVE);
        if (written == null) {
            return keepalive;
        }
        var text = written.string();
        if (text.equals("off") || text.equals("false")) {
            return 0;
        }
        var digits = (text.endsWith("s") ? text.substring(0, text.length() - 1).strip() : text)
                .getBytes(StandardCharsets.UTF_8);
        long seconds = AddressText.number(digits, 0, digits.length, 65535);
        if (seconds < 0) {
            section.problem("persistent-keepalive", "is " + Problems.echo(written), KEEPALIVE);
            return keepalive;
        }
        return (int) seconds;
    }
}
