package dev.warren.io;

/// Neighbouring entries of a batch with one key, such as the peer that they go to. Made by
/// [PacketBatch#group] and reused with the batch: it is valid for whoever received it until [#done].
public final class PacketRun {
    private final PacketBatch batch;
    private Object owner;
    private int from;
    private int to;

    PacketRun(PacketBatch batch, Object owner) {
        this.batch = batch;
        this.owner = owner;
    }

    void set(Object owner, int from, int to) {
        this.owner = owner;
        place(from, to);
    }

    void place(int from, int to) {
        this.from = from;
        this.to = to;
    }

    /// The batch with the entries. The owners of its other runs use it at the same time: touch no entry
    /// outside this run.
    public PacketBatch batch() {
        return batch;
    }

    /// The key that the entries were grouped by.
    public Object owner() {
        return owner;
    }

    /// Index of the first entry.
    public int from() {
        return from;
    }

    /// Index behind the last entry.
    public int to() {
        return to;
    }

    /// Number of entries.
    public int count() {
        return to - from;
    }

    /// Ends this run; the last run of a batch returns it to its pool. May be called from any thread, once.
    public void done() {
        batch.done();
    }

    @Override
    public String toString() {
        return "PacketRun[owner " + owner + ", entries " + from + " to " + to + "]";
    }
}
