/// ICMP errors about packets that cannot be delivered.
@NullMarked
package dev.warren.routing.icmp;

import org.jspecify.annotations.NullMarked;
