/// The one door to libcrypto, that of OpenSSL and that of AWS-LC.
@NullMarked
package dev.warren.crypto.openssl;

import org.jspecify.annotations.NullMarked;
