@NullMarked
package dev.warren.verticles;

import org.jspecify.annotations.NullMarked;
