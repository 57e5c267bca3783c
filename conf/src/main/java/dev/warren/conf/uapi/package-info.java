/// The text protocol of `wg` (the cross-platform UAPI): parser and writer, without a socket.
@NullMarked
package dev.warren.conf.uapi;

import org.jspecify.annotations.NullMarked;
