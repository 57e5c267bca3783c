/// The allowed IPs: prefixes of peers, by longest prefix match.
@NullMarked
package dev.warren.routing.allowedips;

import org.jspecify.annotations.NullMarked;
