/// The actor that receives and sends datagrams, and finds out whose they are.
@NullMarked
package dev.warren.verticles.udp;

import org.jspecify.annotations.NullMarked;
