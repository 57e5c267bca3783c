package dev.warren.io;

/// Neighbouring entries of a batch that go to one owner. Made by [PacketBatch#group], kept inside the batch and used
/// again when the batch is: whoever is given a run may use it until [#done], never after.
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

    /// The batch whose entries these are. It is shared with the holders of its other runs: touch no other entry.
    public PacketBatch batch() {
        return batch;
    }

    /// Whose the entries are: what they were grouped by.
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

    /// The holder of this run needs it no more. The last one to say so returns the batch to its pool. Any thread.
    public void done() {
        batch.done();
    }

    @Override
    public String toString() {
        return "PacketRun[owner " + owner + ", entries " + from + " to " + to + "]";
    }
}
