@NullMarked
package dev.warren.io.counters;

import org.jspecify.annotations.NullMarked;
