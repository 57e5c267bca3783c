/// Chooses the cryptography libraries, tests them, and opens them for each thread.
@NullMarked
package dev.warren.crypto.suite;

import org.jspecify.annotations.NullMarked;
