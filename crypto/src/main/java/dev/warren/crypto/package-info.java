/// The constants of the protocol and the verdicts on messages and packets; all other packages here use
/// both.
@NullMarked
package dev.warren.crypto;

import org.jspecify.annotations.NullMarked;
