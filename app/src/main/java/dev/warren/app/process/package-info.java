/// This process: signals, end, log, readiness.
@NullMarked
package dev.warren.app.process;

import org.jspecify.annotations.NullMarked;
