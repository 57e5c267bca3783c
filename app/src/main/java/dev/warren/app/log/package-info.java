/// The log: what SLF4J writes to standard error, and in which format.
@NullMarked
package dev.warren.app.log;

import org.jspecify.annotations.NullMarked;
