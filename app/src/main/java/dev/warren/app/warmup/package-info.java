/// The rehearsal that fills the JVM's ahead-of-time cache.
@NullMarked
package dev.warren.app.warmup;

import org.jspecify.annotations.NullMarked;
