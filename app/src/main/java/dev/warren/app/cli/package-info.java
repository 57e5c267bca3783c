/// What the commands share: their names, hints to copy, the client's end of a control socket.
@NullMarked
package dev.warren.app.cli;

import org.jspecify.annotations.NullMarked;
