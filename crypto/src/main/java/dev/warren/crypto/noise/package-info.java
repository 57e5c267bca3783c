@NullMarked
package dev.warren.crypto.noise;

import org.jspecify.annotations.NullMarked;
