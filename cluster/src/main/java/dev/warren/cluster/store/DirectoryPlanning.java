package dev.warren.cluster.store;

import dev.warren.cluster.store.DirectoryPlan.Basis;
import dev.warren.cluster.store.DirectoryPlan.Entry;
import dev.warren.crypto.key.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Compares the directory with what it shall be. Opens and compares keys, so it runs off the event loop.
final class DirectoryPlanning {
    private final String root;
    private final FleetKey key;
    private final Basis basis;
    private final long version;
    private final List<String> interfaceNames;

    private final List<FleetPeer> added = new ArrayList<>();
    private final List<FleetPeer> changed = new ArrayList<>();
    private final List<FleetPeer> removed = new ArrayList<>();
    private final List<String> interfacesChanged = new ArrayList<>();
    private final Map<String, byte[]> writes = new LinkedHashMap<>();
    private final BitSet shards = new BitSet(DirectoryShard.COUNT);
    private int existing;

    DirectoryPlanning(String root, FleetKey key, Basis basis, long version, List<String> interfaceNames) {
        this.root = root;
        this.key = key;
        this.basis = basis;
        this.version = version;
        this.interfaceNames = interfaceNames;
    }

    /// The paths of all shards below the directory `root`.
    static Stream<String> shards(String root) {
        return IntStream.range(0, DirectoryShard.COUNT).mapToObj(shard -> root + "/" + DirectoryShard.name(shard));
    }

    DirectoryPlan plan(List<InterfaceRecord> interfaces, List<FleetPeer> peers) {
        var byShard = new ArrayList<Map<PublicKey, FleetPeer>>();
        for (int i = 0; i < DirectoryShard.COUNT; i++) {
            // In the order of the keys, so that the same peers are the same bytes, whatever the order of the files.
            byShard.add(new TreeMap<>((one, two) -> Arrays.compareUnsigned(one.raw(), two.raw())));
        }
        var known = new HashSet<String>();
        interfaces.forEach(each -> known.add(each.name()));
        for (var peer : peers) {
            if (!known.contains(peer.interfaceName())) {
                throw new StoreException("The peer " + peer.name() + " belongs to the interface " + peer.interfaceName()
                        + ", which is not in the import: add it.");
            }
            var other = byShard.get(DirectoryShard.of(peer.publicKey())).put(peer.publicKey(), peer);
            if (other != null) {
                throw new StoreException("The peers " + other.name() + " and " + peer.name()
                        + " have the same public key " + peer.publicKey() + ": a peer can be in the directory once.");
            }
        }
        int shard = 0;
        for (var path : shards(root).toList()) {
            compareShard(shard, path, byShard.get(shard));
            shard++;
        }
        compareInterfaces(interfaces);
        return new DirectoryPlan(
                version, existing, added, changed, removed, interfacesChanged, basis, writes, shards, interfaceNames);
    }

    private void compareShard(int shard, String path, Map<PublicKey, FleetPeer> wanted) {
        var valid = valid(path);
        var before = DirectoryShard.decode(valid);
        existing += before.size();
        wanted.replaceAll((publicKey, peer) -> {
            var old = before.get(publicKey);
            if (old != null && peer.sameAs(old, key)) return old;
            (old == null ? added : changed).add(peer);
            return peer;
        });
        for (var old : before.values()) {
            if (!wanted.containsKey(old.publicKey())) removed.add(old);
        }
        var content = wanted.isEmpty() ? new byte[0] : DirectoryShard.encode(wanted.values());
        if (content.length > DirectoryShard.LONGEST_CONTENT) {
            throw new StoreException("The shard " + shard + " of the directory would have " + content.length
                    + " bytes of " + DirectoryShard.LONGEST_CONTENT + ": there are too many peers for one fleet.");
        }
        if (write(path, valid, content)) shards.set(shard);
    }

    private void compareInterfaces(List<InterfaceRecord> interfaces) {
        var wanted = interfaces.stream().collect(Collectors.toMap(InterfaceRecord::name, Function.identity()));
        for (var name : interfaceNames) {
            var path = root + "/interfaces/" + name;
            var valid = valid(path);
            var now = wanted.get(name);
            if (now != null && valid.length > 0) {
                var old = InterfaceRecord.decode(valid);
                if (now.sameAs(old, key)) now = old;
            }
            if (write(path, valid, now == null ? new byte[0] : now.encode())) interfacesChanged.add(name);
        }
    }

    /// Notes what is to be written: what is other than before, and what an import left that ended half-way.
    private boolean write(String path, byte[] valid, byte[] content) {
        boolean other = !Arrays.equals(valid, content);
        if (other || entry(path).entry().generation() > basis.record().generation()) writes.put(path, content);
        return other;
    }

    private byte[] valid(String path) {
        var content = entry(path).entry().at(basis.record().generation());
        if (content == null) {
            throw new StoreException("Another import changed the directory meanwhile: plan this one again.");
        }
        return content;
    }

    private Entry entry(String path) {
        return basis.entries().getOrDefault(path, new Entry(DirectoryEntry.NONE, 0, -1));
    }
}
