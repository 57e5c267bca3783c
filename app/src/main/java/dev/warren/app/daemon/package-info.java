/// A running router: its interfaces from configuration to packets, and what keeps them so.
@NullMarked
package dev.warren.app.daemon;

import org.jspecify.annotations.NullMarked;
