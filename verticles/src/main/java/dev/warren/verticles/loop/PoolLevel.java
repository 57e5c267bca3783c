package dev.warren.verticles.loop;

/// How full a pool of batches is.
///
/// @param name what its batches are for, such as `tun-read`
/// @param loop that owns it: `control`, `management`, `packet-1` and so on
/// @param size batches, in the pool or on their way
/// @param free those in the pool
public record PoolLevel(String name, String loop, int size, int free) {}
