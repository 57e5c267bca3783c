@NullMarked
package dev.warren.crypto.aead;

import org.jspecify.annotations.NullMarked;
