/// The router in the real world: namespaces, TUN devices, `wg`, `wg-quick` and wireguard-go at the other end.
@NullMarked
package dev.warren.it;

import org.jspecify.annotations.NullMarked;
