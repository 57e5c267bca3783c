@NullMarked
package dev.warren.verticles.link;

import org.jspecify.annotations.NullMarked;
