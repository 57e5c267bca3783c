/// The control plane: configured peers, allowed IPs, key, sockets. It routes no packet itself.
@NullMarked
package dev.warren.verticles.router;

import org.jspecify.annotations.NullMarked;
