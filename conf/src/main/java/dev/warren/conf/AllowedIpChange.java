package dev.warren.conf;

import dev.warren.routing.ip.IpPrefix;

/// One prefix given to a peer, or taken from it.
///
/// @param remove take it away, if this very prefix is the peer's; otherwise nothing happens
public record AllowedIpChange(IpPrefix prefix, boolean remove) {}
