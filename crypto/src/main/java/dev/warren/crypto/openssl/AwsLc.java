package dev.warren.crypto.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/// AWS-LC's libcrypto, of a file of its own beside that of OpenSSL: for X25519 alone, which is half as fast again there
/// and formally verified (s2n-bignum). It keeps nothing between calls. See openssl/curve25519.h.
public final class AwsLc {
    private final MethodHandle agree;
    private final MethodHandle publicKey;
    private final String version;

    private AwsLc(SymbolLookup library) {
        agree = bind(library, "X25519");
        publicKey = bind(library, "X25519_public_from_private");
        version = version(bind(library, "awslc_version_string"));
    }

    /// Stays loaded for as long as the JVM runs.
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

    /// Writes 32 bytes to `out`. False when they are zero. The scalar is clamped on the way.
    public boolean agree(long out, long scalar, long point) {
        try {
            return (int) (long) agree.invokeExact(out, scalar, point, 0L, 0L) == 1;
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
    }

    /// Writes 32 bytes to `out`. The scalar is clamped on the way.
    public void publicKey(long out, long scalar) {
        try {
            long _ = (long) publicKey.invokeExact(out, scalar, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
    }

    /// Like "AWS-LC 1.17.0".
    public String version() {
        return version;
    }
}
