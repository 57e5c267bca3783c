/// The layout of the four messages (whitepaper §5.4): offsets, lengths, accessors.
@NullMarked
package dev.warren.crypto.wire;

import org.jspecify.annotations.NullMarked;
