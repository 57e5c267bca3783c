package dev.warren.io.tun;

/// What the kernel says of a network interface.
///
/// @param index its index, 1 or more
/// @param mtu bytes, 0 to 65535 for a TUN, 65536 for loopback
/// @param up whether it is administratively up
/// @param queueLength txqueuelen, packets
/// @param gsoMaxSize largest super-packet it takes, bytes; 0 when the kernel does not say
/// @param gsoMaxSegments most segments of one; 0 when the kernel does not say
public record Link(
        int index, String name, int mtu, boolean up, int queueLength, int gsoMaxSize, int gsoMaxSegments) {}
