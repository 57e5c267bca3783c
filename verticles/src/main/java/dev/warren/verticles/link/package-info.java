/// The actor that follows the network interface: up, down, MTU, name.
@NullMarked
package dev.warren.verticles.link;

import org.jspecify.annotations.NullMarked;
