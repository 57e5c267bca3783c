/// The state machine of one peer: handshakes, sessions, timers, staged packets. Stepped with bytes and a
/// time.
@NullMarked
package dev.warren.crypto.peer;

import org.jspecify.annotations.NullMarked;
