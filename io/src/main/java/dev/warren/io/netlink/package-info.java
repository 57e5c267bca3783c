/// Reads and changes interfaces, addresses, routes and rules by rtnetlink(7), and reports their changes.
@NullMarked
package dev.warren.io.netlink;

import org.jspecify.annotations.NullMarked;
