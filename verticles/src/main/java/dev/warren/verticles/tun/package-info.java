@NullMarked
package dev.warren.verticles.tun;

import org.jspecify.annotations.NullMarked;
