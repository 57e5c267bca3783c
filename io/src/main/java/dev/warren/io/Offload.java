package dev.warren.io;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An offload of a TUN or of UDP sockets, and whether it is in use.
///
/// @param name such as `tun-tso` or `udp-gso`
/// @param off why it is not in use, as a clause; null: it is
public record Offload(String name, @Nullable String off) {
    /// @param wanted whether it was asked for
    /// @param refusal why it is not in use though it was asked for, as a clause
    public static Offload of(String name, boolean wanted, boolean inUse, String refusal) {
        return new Offload(name, inUse ? null : wanted ? refusal : "not asked for");
    }

    /// The names of those in use, or `none`.
    public static String inUse(List<Offload> offloads) {
        var names = offloads.stream()
                .filter(offload -> offload.off == null)
                .map(Offload::name)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "none" : names;
    }
}
