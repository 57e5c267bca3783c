@NullMarked
package dev.warren.crypto.peer;

import org.jspecify.annotations.NullMarked;
