/// UDP in memory, and devices that fail on demand. For tests.
@NullMarked
package dev.warren.testkit;

import org.jspecify.annotations.NullMarked;
