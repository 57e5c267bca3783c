package dev.warren.cluster.store;

/// Who has a slot.
///
/// @param boot id of the node's start
/// @param gone whether the node was found to be no member any more when this was written; the time of that write is
///     when the slot went free
record SlotRecord(long boot, boolean gone) {
    private static final int VERSION = 1;

    byte[] encode() {
        return new RecordOutput(VERSION).i64(boot).flag(gone).done();
    }

    /// @throws StoreException when the bytes are of no slot
    static SlotRecord decode(byte[] bytes) {
        var in = new RecordInput("a slot", bytes, VERSION);
        var slot = new SlotRecord(in.i64(), in.flag());
        in.end();
        return slot;
    }
}
