/// Captured packets, and their file format.
@NullMarked
package dev.warren.verticles.capture;

import org.jspecify.annotations.NullMarked;
