/// The handshake, Noise_IKpsk2 (whitepaper §5.4.2 and §5.4.3), without timers and sessions.
@NullMarked
package dev.warren.crypto.noise;

import org.jspecify.annotations.NullMarked;
