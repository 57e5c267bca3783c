/// ICMP errors about packets that cannot go where they should.
@NullMarked
package dev.warren.routing.icmp;

import org.jspecify.annotations.NullMarked;
