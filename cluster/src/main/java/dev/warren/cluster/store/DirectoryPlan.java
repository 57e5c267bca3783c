package dev.warren.cluster.store;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/// What an import would change, made by [DirectoryImport#plan] and done by [DirectoryImport#apply].
///
/// @param version of the directory afterwards
/// @param existing how many peers there are now
/// @param added peers that are new; and so on
/// @param interfaces names of the interfaces that are new, other or gone
/// @param basis what was read
/// @param writes the znodes to write, with their contents in the coming generation
/// @param shards the shards among them whose valid content changes
public record DirectoryPlan(
        long version,
        int existing,
        List<FleetPeer> added,
        List<FleetPeer> changed,
        List<FleetPeer> removed,
        List<String> interfaces,
        Basis basis,
        Map<String, byte[]> writes,
        BitSet shards,
        List<String> interfaceNames) {
    /// The directory as a plan found it.
    ///
    /// @param recordVersion of the directory's own znode
    /// @param entries by path, also those that do not exist
    record Basis(DirectoryRecord record, int recordVersion, Map<String, Entry> entries) {}

    /// A znode below the directory.
    ///
    /// @param mzxid 0 when it does not exist
    record Entry(DirectoryEntry entry, long mzxid, int version) {
        boolean missing() {
            return mzxid == 0;
        }
    }
}
