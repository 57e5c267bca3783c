/// The actor that reads and writes the TUN device.
@NullMarked
package dev.warren.verticles.tun;

import org.jspecify.annotations.NullMarked;
