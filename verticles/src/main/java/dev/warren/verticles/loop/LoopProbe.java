package dev.warren.verticles.loop;

/// What a task that was sent to an event loop tells of it.
///
/// @param loop `control`, `management`, or `packet-1` and so on
/// @param waitNanos from its sending until it ran: what was queued before it, and waking the loop
/// @param cpuNanos CPU time that the loop's thread has used so far
public record LoopProbe(String loop, long waitNanos, long cpuNanos) {}
