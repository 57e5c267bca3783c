/// AEAD, BLAKE2s, HKDF and the symmetric state of Noise: the primitives that WireGuard names (whitepaper
/// §5.4), and nothing of its messages.
@NullMarked
package dev.warren.crypto.primitive;

import org.jspecify.annotations.NullMarked;
