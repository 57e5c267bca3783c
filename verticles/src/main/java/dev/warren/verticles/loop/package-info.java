/// Event loops: what belongs to one, which there are, and file descriptors on them.
@NullMarked
package dev.warren.verticles.loop;

import org.jspecify.annotations.NullMarked;
