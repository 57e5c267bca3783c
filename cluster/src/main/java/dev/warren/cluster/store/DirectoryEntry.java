package dev.warren.cluster.store;

import org.jspecify.annotations.Nullable;

/// What the znode of a shard or an interface has: its content of two generations. An import writes the next one beside
/// that which is valid, and only the directory's record, written last, makes it valid; so readers see all of an import
/// or nothing of it, also when it ends half-way.
///
/// @param content of `generation`; empty: nothing
/// @param previous content of `previousGeneration`, which is lower
record DirectoryEntry(long generation, byte[] content, long previousGeneration, byte[] previous) {
    private static final int VERSION = 1;
    private static final byte[] NOTHING = {};

    /// What there is before the first import.
    static final DirectoryEntry NONE = new DirectoryEntry(0, NOTHING, 0, NOTHING);

    /// The content while `valid` is the directory's generation; null when two imports have overtaken the reader.
    byte @Nullable [] at(long valid) {
        if (generation <= valid) return content;
        return previousGeneration <= valid ? previous : null;
    }

    /// This entry with the content of a coming generation beside what is valid now.
    DirectoryEntry next(long valid, long coming, byte[] content) {
        return generation <= valid
                ? new DirectoryEntry(coming, content, generation, this.content)
                : new DirectoryEntry(coming, content, previousGeneration, previous);
    }

    byte[] encode() {
        return new RecordOutput(VERSION)
                .i64(generation)
                .block(content)
                .i64(previousGeneration)
                .block(previous)
                .done();
    }

    /// @throws StoreException when the bytes are of no entry
    static DirectoryEntry decode(String what, byte[] bytes) {
        var in = new RecordInput(what, bytes, VERSION);
        var entry = new DirectoryEntry(in.i64(), in.block(), in.i64(), in.block());
        in.end();
        return entry;
    }
}
