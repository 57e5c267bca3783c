/// The constants of the protocol and the verdicts on what comes from the network: what every other
/// package here knows.
@NullMarked
package dev.warren.crypto;

import org.jspecify.annotations.NullMarked;
