/// What happens to interfaces and peers, as JSON on the event bus, for any program that listens.
@NullMarked
package dev.warren.verticles.events;

import org.jspecify.annotations.NullMarked;
