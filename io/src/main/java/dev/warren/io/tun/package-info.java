/// TUN devices and the links behind them.
@NullMarked
package dev.warren.io.tun;

import org.jspecify.annotations.NullMarked;
