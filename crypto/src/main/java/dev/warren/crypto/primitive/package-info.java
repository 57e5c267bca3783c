@NullMarked
package dev.warren.crypto.primitive;

import org.jspecify.annotations.NullMarked;
