@NullMarked
package dev.warren.crypto.session;

import org.jspecify.annotations.NullMarked;
