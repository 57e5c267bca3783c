/// A tunnel to one peer, for programs with their own sockets: start here to use this artifact.
@NullMarked
package dev.warren.crypto.tunnel;

import org.jspecify.annotations.NullMarked;
