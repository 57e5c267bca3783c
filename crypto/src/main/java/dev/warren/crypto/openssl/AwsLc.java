package dev.warren.crypto.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/// AWS-LC's libcrypto, loaded from a file of its own beside OpenSSL's, for X25519 only: there it is one and
/// a half times as fast and formally verified (s2n-bignum). Keeps no state between calls. See
/// openssl/curve25519.h.
public final class AwsLc {
    private final MethodHandle agree;
    private final MethodHandle publicKey;
    private final String version;

    private AwsLc(SymbolLookup library) {
        agree = bind(library, "X25519");
        publicKey = bind(library, "X25519_public_from_private");
        version = version(bind(library, "awslc_version_string"));
    }

    /// Loads the library, which stays loaded until the JVM exits.
    ///
    /// @throws IllegalStateException with a sentence when the file is not what it should be
    public static AwsLc load(Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalStateException("AWS-LC cannot be used: " + file + " cannot be read.");
        }
        try {
            return new AwsLc(SymbolLookup.libraryLookup(file.toAbsolutePath(), Arena.global()));
        } catch (IllegalCallerException denied) {
            throw new IllegalStateException("AWS-LC cannot be used: " + LibCrypto.DENIED + ".", denied);
        } catch (IllegalArgumentException notLoaded) {
            throw new IllegalStateException(
                    "AWS-LC cannot be used: " + file + " is no libcrypto.so of AWS-LC for this machine.", notLoaded);
        }
    }

    private static MethodHandle bind(SymbolLookup library, String name) {
        var symbol = library.find(name).orElseThrow(() -> new IllegalArgumentException(name));
        return Linker.nativeLinker().downcallHandle(symbol, LibCrypto.SHAPE);
    }

    private static String version(MethodHandle text) {
        try {
            return MemorySegment.ofAddress((long) text.invokeExact(0L, 0L, 0L, 0L, 0L))
                    .reinterpret(64)
                    .getString(0);
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
    }

    /// Computes X25519 and writes 32 bytes to `out`; false when they are zero. Clamps the scalar. All
    /// arguments are addresses of 32 bytes.
    public boolean agree(long out, long scalar, long point) {
        try {
            return (int) (long) agree.invokeExact(out, scalar, point, 0L, 0L) == 1;
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
    }

    /// Writes the public key, 32 bytes, to `out`. Clamps the scalar. Both arguments are addresses of 32
    /// bytes.
    public void publicKey(long out, long scalar) {
        try {
            long _ = (long) publicKey.invokeExact(out, scalar, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
    }

    /// Name and version, such as "AWS-LC 1.17.0".
    public String version() {
        return version;
    }
}
