/// UDP sockets that receive and send many datagrams in one call.
@NullMarked
package dev.warren.io.udp;

import org.jspecify.annotations.NullMarked;
