/// rtnetlink(7): interfaces, addresses, routes and rules, to change them and to hear of changes.
@NullMarked
package dev.warren.io.netlink;

import org.jspecify.annotations.NullMarked;
