/// TUN devices, and how they hear of the interfaces behind them.
@NullMarked
package dev.warren.io.tun;

import org.jspecify.annotations.NullMarked;
