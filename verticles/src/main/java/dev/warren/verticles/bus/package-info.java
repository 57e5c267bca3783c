/// The event bus: addresses, mailboxes, the commands in them, and what owners share for reading.
@NullMarked
package dev.warren.verticles.bus;

import org.jspecify.annotations.NullMarked;
