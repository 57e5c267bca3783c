package dev.warren.verticles.events;

/// Carries events out of this process. Belongs to the management loop, on which its counts are read.
public interface EventSink {
    /// What became of the events so far.
    ///
    /// @param sink its name among the others of the process
    /// @param delivered events that are where they should be
    /// @param lost events that were dropped, since too many waited or nobody would have them
    /// @param failures attempts that failed
    /// @param waiting events that wait now
    record Counts(String sink, long delivered, long lost, long failures, int waiting) {}

    Counts counts();
}
