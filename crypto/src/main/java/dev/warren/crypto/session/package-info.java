/// Sessions: keypairs, their rotation, and the replay filter (whitepaper §5.4.6).
@NullMarked
package dev.warren.crypto.session;

import org.jspecify.annotations.NullMarked;
