/// IP addresses, prefixes, headers and checksums: the only place with their text forms and field offsets.
@NullMarked
package dev.warren.routing.ip;

import org.jspecify.annotations.NullMarked;
