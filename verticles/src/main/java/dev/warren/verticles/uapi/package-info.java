/// The control socket that `wg` talks to.
@NullMarked
package dev.warren.verticles.uapi;

import org.jspecify.annotations.NullMarked;
