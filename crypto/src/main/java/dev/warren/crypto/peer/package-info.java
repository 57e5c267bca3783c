/// The state machine of one peer, stepped with bytes and a time: handshakes, sessions, timers, staged
/// packets.
@NullMarked
package dev.warren.crypto.peer;

import org.jspecify.annotations.NullMarked;
