/// Packets in batches, and the two devices that they come from and go to.
@NullMarked
package dev.warren.io;

import org.jspecify.annotations.NullMarked;
