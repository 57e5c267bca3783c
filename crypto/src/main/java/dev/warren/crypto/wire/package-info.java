@NullMarked
package dev.warren.crypto.wire;

import org.jspecify.annotations.NullMarked;
