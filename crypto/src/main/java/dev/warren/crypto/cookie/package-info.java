@NullMarked
package dev.warren.crypto.cookie;

import org.jspecify.annotations.NullMarked;
