/// Keys: where they lie in memory, how they are written as text, and X25519, by four libraries.
@NullMarked
package dev.warren.crypto.key;

import org.jspecify.annotations.NullMarked;
