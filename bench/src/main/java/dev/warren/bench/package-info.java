/// JMH benchmarks, and long runs that count nanoseconds.
@NullMarked
package dev.warren.bench;

import org.jspecify.annotations.NullMarked;
