/// The program `warren`.
@NullMarked
package dev.warren.app;

import org.jspecify.annotations.NullMarked;
