/// Puts the actors of one interface together.
@NullMarked
package dev.warren.verticles.device;

import org.jspecify.annotations.NullMarked;
