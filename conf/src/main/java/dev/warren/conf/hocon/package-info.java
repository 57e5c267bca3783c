/// Reads HOCON: one tokenizer and one parser, whatever the size of a file. Knows nothing of what the keys mean.
@NullMarked
package dev.warren.conf.hocon;

import org.jspecify.annotations.NullMarked;
