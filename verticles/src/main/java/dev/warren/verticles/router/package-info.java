@NullMarked
package dev.warren.verticles.router;

import org.jspecify.annotations.NullMarked;
