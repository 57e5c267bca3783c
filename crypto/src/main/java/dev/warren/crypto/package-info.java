@NullMarked
package dev.warren.crypto;

import org.jspecify.annotations.NullMarked;
