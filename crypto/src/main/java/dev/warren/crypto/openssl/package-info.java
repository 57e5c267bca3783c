/// The one door to libcrypto.
@NullMarked
package dev.warren.crypto.openssl;

import org.jspecify.annotations.NullMarked;
