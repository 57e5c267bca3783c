/// MACs, cookies and load (whitepaper §5.4.4, §5.4.7 and §5.3): the checks before any Diffie-Hellman.
@NullMarked
package dev.warren.crypto.cookie;

import org.jspecify.annotations.NullMarked;
