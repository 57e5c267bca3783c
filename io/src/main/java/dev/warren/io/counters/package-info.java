/// Counters of one owner that anybody may read: a table of opaque longs, and the catalogue of what
/// devices count.
@NullMarked
package dev.warren.io.counters;

import org.jspecify.annotations.NullMarked;
