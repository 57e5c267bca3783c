@NullMarked
package dev.warren.io;

import org.jspecify.annotations.NullMarked;
