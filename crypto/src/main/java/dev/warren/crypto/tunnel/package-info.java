/// A tunnel to one peer for programs that bring their own sockets: the entrance to this artifact.
@NullMarked
package dev.warren.crypto.tunnel;

import org.jspecify.annotations.NullMarked;
