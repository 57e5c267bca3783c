/// Linux, in libc's own words, through the foreign function and memory API.
@NullMarked
package dev.warren.io.ffm;

import org.jspecify.annotations.NullMarked;
