/// The event bus across the nodes of a fleet: who is there, what each listens to, and senders that queue within bounds.
@NullMarked
package dev.warren.cluster.bus;

import org.jspecify.annotations.NullMarked;
