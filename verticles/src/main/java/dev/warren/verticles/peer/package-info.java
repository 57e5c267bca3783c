@NullMarked
package dev.warren.verticles.peer;

import org.jspecify.annotations.NullMarked;
