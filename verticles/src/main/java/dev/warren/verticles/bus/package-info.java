@NullMarked
package dev.warren.verticles.bus;

import org.jspecify.annotations.NullMarked;
