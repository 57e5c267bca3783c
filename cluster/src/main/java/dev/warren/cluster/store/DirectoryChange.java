package dev.warren.cluster.store;

import java.util.List;
import java.util.Map;

/// What an import changed, all of it at once.
///
/// @param version of the directory now
/// @param interfaces all that there are now, by name
public record DirectoryChange(
        long version,
        Map<String, InterfaceRecord> interfaces,
        List<FleetPeer> added,
        List<FleetPeer> changed,
        List<FleetPeer> removed) {}
