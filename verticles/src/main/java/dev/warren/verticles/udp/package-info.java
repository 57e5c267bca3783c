@NullMarked
package dev.warren.verticles.udp;

import org.jspecify.annotations.NullMarked;
