/// Initiators by the thousand, played against any WireGuard responder, and the other load that the scripts need.
@NullMarked
package dev.warren.bench.storm;

import org.jspecify.annotations.NullMarked;
