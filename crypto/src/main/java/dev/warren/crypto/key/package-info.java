/// Keys: their memory, their text forms, and X25519 by four libraries.
@NullMarked
package dev.warren.crypto.key;

import org.jspecify.annotations.NullMarked;
