/// The allowed IPs: which prefixes are whose, by longest match.
@NullMarked
package dev.warren.routing.allowedips;

import org.jspecify.annotations.NullMarked;
