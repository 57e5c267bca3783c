@NullMarked
package dev.warren.verticles.handshake;

import org.jspecify.annotations.NullMarked;
