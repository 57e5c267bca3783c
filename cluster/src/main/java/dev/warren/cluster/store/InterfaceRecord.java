package dev.warren.cluster.store;

import dev.warren.conf.InterfaceAddress;
import dev.warren.conf.InterfaceConfig;
import dev.warren.crypto.key.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// What all nodes of the fleet have in common of one interface.
///
/// @param name as Linux has it, on every node
/// @param listenPort 0: any free port
/// @param mtu bytes; empty: each node finds its own
public record InterfaceRecord(
        String name, SealedKey privateKey, int listenPort, List<InterfaceAddress> addresses, OptionalInt mtu) {
    private static final int VERSION = 1;

    public InterfaceRecord {
        addresses = List.copyOf(addresses);
    }

    /// An interface of a configuration file.
    ///
    /// @param privateKey stays the caller's
    public static InterfaceRecord of(InterfaceConfig config, PrivateKey privateKey, FleetKey key) {
        return new InterfaceRecord(
                config.name(),
                key.seal(privateKey, config.name()),
                config.listenPort(),
                config.addresses(),
                config.mtu());
    }

    /// Whether it is the same but for the nonce that the private key was sealed with.
    boolean sameAs(InterfaceRecord other, FleetKey key) {
        if (equals(other)) return true;
        if (!new InterfaceRecord(name, other.privateKey, listenPort, addresses, mtu).equals(other)) return false;
        try (var one = key.open(privateKey, name);
                var two = key.open(other.privateKey, name)) {
            return one.sameAs(two);
        }
    }

    byte[] encode() {
        var out = new RecordOutput(VERSION)
                .text(name)
                .bytes(privateKey.raw())
                .u16(listenPort)
                .u16(addresses.size());
        for (var address : addresses) {
            out.prefix(address.address(), address.prefixLength());
        }
        return out.u16(mtu.orElse(0)).done();
    }

    /// @throws StoreException when the bytes are of no interface
    static InterfaceRecord decode(byte[] bytes) {
        var in = new RecordInput("an interface", bytes, VERSION);
        var name = in.text();
        var key = new SealedKey(in.bytes(SealedKey.LENGTH));
        int port = in.u16();
        var addresses = new ArrayList<InterfaceAddress>();
        for (int left = in.u16(); left > 0; left--) {
            var address = in.address();
            addresses.add(new InterfaceAddress(address, in.prefixLength(address)));
        }
        int mtu = in.u16();
        in.end();
        return new InterfaceRecord(name, key, port, addresses, mtu == 0 ? OptionalInt.empty() : OptionalInt.of(mtu));
    }
}
