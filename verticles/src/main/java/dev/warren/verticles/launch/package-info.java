/// The command line: what `warren` is from the outside.
@NullMarked
package dev.warren.verticles.launch;

import org.jspecify.annotations.NullMarked;
