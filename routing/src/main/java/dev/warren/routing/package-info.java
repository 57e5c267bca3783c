@NullMarked
package dev.warren.routing;

import org.jspecify.annotations.NullMarked;
