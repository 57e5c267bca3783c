package dev.warren.conf;

import dev.warren.routing.ip.IpPrefix;

/// An allowed IP added to a peer or removed from it.
///
/// @param remove removes it if the peer has exactly this prefix; otherwise nothing happens
public record AllowedIpChange(IpPrefix prefix, boolean remove) {}
