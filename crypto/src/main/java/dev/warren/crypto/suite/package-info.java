/// Chooses which library does the cryptography, tests it, and opens it for each thread.
@NullMarked
package dev.warren.crypto.suite;

import org.jspecify.annotations.NullMarked;
