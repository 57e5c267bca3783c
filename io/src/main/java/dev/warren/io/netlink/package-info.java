/// Interfaces, addresses, routes and rules over rtnetlink(7): changes them and is notified of changes.
@NullMarked
package dev.warren.io.netlink;

import org.jspecify.annotations.NullMarked;
