/// Counters that one owner writes and any thread may read, in a table of opaque longs; and the enums of the
/// counters of devices.
@NullMarked
package dev.warren.io.counters;

import org.jspecify.annotations.NullMarked;
