/// IP addresses, prefixes, headers and checksums: the only place that knows how they are written and
/// where their fields lie.
@NullMarked
package dev.warren.routing.ip;

import org.jspecify.annotations.NullMarked;
