/// All native calls of libcrypto, OpenSSL's and AWS-LC's.
@NullMarked
package dev.warren.crypto.openssl;

import org.jspecify.annotations.NullMarked;
