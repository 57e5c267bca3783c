/// AEAD, BLAKE2s, HKDF and the symmetric state of Noise: the primitives of WireGuard (whitepaper §5.4),
/// independent of its messages.
@NullMarked
package dev.warren.crypto.primitive;

import org.jspecify.annotations.NullMarked;
