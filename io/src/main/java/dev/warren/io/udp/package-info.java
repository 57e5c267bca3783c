/// UDP sockets that move trains of datagrams.
@NullMarked
package dev.warren.io.udp;

import org.jspecify.annotations.NullMarked;
