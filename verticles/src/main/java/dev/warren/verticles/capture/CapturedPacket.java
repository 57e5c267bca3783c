package dev.warren.verticles.capture;

import org.jspecify.annotations.Nullable;

/// A copy of a packet that passed a loop.
///
/// @param time when it did, nanoseconds since the Unix epoch
/// @param outbound away from this host; else to it
/// @param length bytes that it had
/// @param bytes its first ones, from the IP header on
/// @param comment whose it is and what became of it; null: not known
public record CapturedPacket(
        long time,
        boolean outbound,
        int length,
        byte[] bytes,
        @Nullable String comment) {}
