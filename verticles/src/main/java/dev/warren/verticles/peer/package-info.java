/// The actor of a peer, and the loops that encrypt and decrypt its packets.
@NullMarked
package dev.warren.verticles.peer;

import org.jspecify.annotations.NullMarked;
