/// The actor that checks handshake messages before any peer is asked.
@NullMarked
package dev.warren.verticles.handshake;

import org.jspecify.annotations.NullMarked;
