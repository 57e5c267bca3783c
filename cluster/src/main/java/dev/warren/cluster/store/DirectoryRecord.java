package dev.warren.cluster.store;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The state of the directory as a whole, in the directory's own znode.
///
/// @param version as the operator counts it; 0: nothing was imported yet
/// @param generation that is valid; grows with each import
/// @param previous the generation before it
/// @param reserved the generation that the last import began to write, whether it ended or not
/// @param changed shards in which `generation` and `previous` differ
/// @param interfaces names of those that there are or were
record DirectoryRecord(
        long version, long generation, long previous, long reserved, BitSet changed, List<String> interfaces) {
    private static final int VERSION = 1;

    static final DirectoryRecord NONE = new DirectoryRecord(0, 0, 0, 0, new BitSet(), List.of());

    /// The same while an import writes the next generation.
    DirectoryRecord reserve() {
        return new DirectoryRecord(version, generation, previous, reserved + 1, changed, interfaces);
    }

    /// What makes the reserved generation valid.
    DirectoryRecord commit(long version, BitSet changed, List<String> interfaces) {
        return new DirectoryRecord(version, reserved, generation, reserved, changed, interfaces);
    }

    byte[] encode() {
        var bits = changed.toByteArray();
        var out = new RecordOutput(VERSION)
                .i64(version)
                .i64(generation)
                .i64(previous)
                .i64(reserved)
                .block(bits)
                .u16(interfaces.size());
        interfaces.forEach(out::text);
        return out.done();
    }

    /// @param bytes empty: there was no import
    /// @throws StoreException when the bytes are of no directory
    static DirectoryRecord decode(byte[] bytes) {
        if (bytes.length == 0) return NONE;
        var in = new RecordInput("the directory", bytes, VERSION);
        long version = in.i64();
        long generation = in.i64();
        long previous = in.i64();
        long reserved = in.i64();
        var changed = BitSet.valueOf(in.block());
        if (changed.length() > DirectoryShard.COUNT) throw in.broken("it has " + changed.length() + " shards");
        var interfaces = new ArrayList<String>();
        for (int left = in.u16(); left > 0; left--) {
            interfaces.add(in.text());
        }
        in.end();
        return new DirectoryRecord(version, generation, previous, reserved, changed, List.copyOf(interfaces));
    }
}
