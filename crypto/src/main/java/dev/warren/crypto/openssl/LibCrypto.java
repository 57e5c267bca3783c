package dev.warren.crypto.openssl;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Functions of OpenSSL 3's libcrypto; see the man pages of the same names. Pointers are plain addresses,
/// so that a call makes no garbage: the caller has checked that each lies inside a live segment. Where
/// libcrypto is missing or native access is denied, [#available] is false, [#require] throws with the
/// reason, and every other call throws an IllegalStateException.
public final class LibCrypto {
    /// `EVP_PKEY_PUBLIC_KEY` and `EVP_PKEY_KEYPAIR` of openssl/evp.h.
    public static final int PUBLIC_KEY = 0x86, KEYPAIR = 0x87;

    static final String DENIED = "native access is denied (the JVM's option --enable-native-access allows it)";

    // One shape for all functions: five longs in, one out. A 64-bit ABI passes an int in a whole register
    // and reads its lower half; registers that a function does not read do no harm. Each further shape
    // would cost some ten milliseconds at startup, in which the linker spins classes.
    static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final Library LIBRARY = Library.load();

    private static final MethodHandle VERSION = bind("OpenSSL_version");
    private static final MethodHandle ERR_CLEAR_ERROR = bind("ERR_clear_error");

    private static final MethodHandle CIPHER_FETCH = bind("EVP_CIPHER_fetch");
    private static final MethodHandle CIPHER_FREE = bind("EVP_CIPHER_free");
    private static final MethodHandle CIPHER_PROVIDER = bind("EVP_CIPHER_get0_provider");
    private static final MethodHandle MAC_FETCH = bind("EVP_MAC_fetch");
    private static final MethodHandle MAC_FREE = bind("EVP_MAC_free");
    private static final MethodHandle MAC_PROVIDER = bind("EVP_MAC_get0_provider");
    private static final MethodHandle PROVIDER_CONTEXT = bind("OSSL_PROVIDER_get0_provider_ctx");
    private static final MethodHandle PROVIDER_NAME = bind("OSSL_PROVIDER_get0_name");
    private static final MethodHandle PROVIDER_QUERY = bind("OSSL_PROVIDER_query_operation");
    private static final MethodHandle PROVIDER_UNQUERY = bind("OSSL_PROVIDER_unquery_operation");

    private static final MethodHandle PKEY_FREE = bind("EVP_PKEY_free");
    private static final MethodHandle PKEY_SET_ENCODED_PUBLIC = bind("EVP_PKEY_set1_encoded_public_key");
    private static final MethodHandle PKEY_CTX_FROM_NAME = bind("EVP_PKEY_CTX_new_from_name");
    private static final MethodHandle PKEY_CTX_FROM_KEY = bind("EVP_PKEY_CTX_new_from_pkey");
    private static final MethodHandle PKEY_CTX_FREE = bind("EVP_PKEY_CTX_free");
    private static final MethodHandle PKEY_FROMDATA_INIT = bind("EVP_PKEY_fromdata_init");
    private static final MethodHandle PKEY_FROMDATA = bind("EVP_PKEY_fromdata");
    private static final MethodHandle PKEY_DERIVE_INIT = bind("EVP_PKEY_derive_init");
    private static final MethodHandle PKEY_DERIVE_SET_PEER = bind("EVP_PKEY_derive_set_peer_ex");
    private static final MethodHandle PKEY_DERIVE = bind("EVP_PKEY_derive");

    private LibCrypto() {}

    /// True when a libcrypto of OpenSSL 3 or newer was loaded.
    public static boolean available() {
        return LIBRARY.symbols().isPresent();
    }

    /// The reason it is not available, for the end of a sentence.
    private static String problem() {
        return LIBRARY.problem();
    }

    /// @throws IllegalStateException with a sentence when it is not available
    public static void require() {
        if (!available()) {
            throw new IllegalStateException("OpenSSL cannot be used: " + problem() + ".");
        }
    }

    /// Name and version, such as "OpenSSL 3.0.19".
    public static String version() {
        try {
            var text = MemorySegment.ofAddress((long) VERSION.invokeExact(0L, 0L, 0L, 0L, 0L))
                    .reinterpret(128);
            var words = text.getString(0, StandardCharsets.US_ASCII).split(" ", 3);
            return words[0] + " " + words[1];
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// The provider of a cipher, which stays loaded; 0 when there is none with these properties.
    static long cipherProvider(MemorySegment name, MemorySegment properties) {
        return provider(CIPHER_FETCH, CIPHER_PROVIDER, CIPHER_FREE, name, properties);
    }

    /// The provider of a MAC, which stays loaded; 0 when there is none with these properties.
    static long macProvider(MemorySegment name, MemorySegment properties) {
        return provider(MAC_FETCH, MAC_PROVIDER, MAC_FREE, name, properties);
    }

    private static long provider(
            MethodHandle fetch, MethodHandle get, MethodHandle free, MemorySegment name, MemorySegment properties) {
        try {
            long algorithm = (long) fetch.invokeExact(0L, name.address(), properties.address(), 0L, 0L);
            if (algorithm == 0) {
                long _ = (long) ERR_CLEAR_ERROR.invokeExact(0L, 0L, 0L, 0L, 0L);
                return 0;
            }
            long provider = (long) get.invokeExact(algorithm, 0L, 0L, 0L, 0L);
            long _ = (long) free.invokeExact(algorithm, 0L, 0L, 0L, 0L);
            return provider;
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// OSSL_PROVIDER_get0_name(3).
    static String providerName(long provider) {
        try {
            long name = (long) PROVIDER_NAME.invokeExact(provider, 0L, 0L, 0L, 0L);
            return name == 0
                    ? ""
                    : MemorySegment.ofAddress(name).reinterpret(256).getString(0);
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// OSSL_PROVIDER_get0_provider_ctx(3).
    static long providerContext(long provider) {
        try {
            return (long) PROVIDER_CONTEXT.invokeExact(provider, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// OSSL_PROVIDER_query_operation(3): address of an array of OSSL_ALGORITHM, owned by the provider; 0
    /// when it has none. Release it with [#providerAlgorithmsFree].
    static long providerAlgorithms(long provider, int operation, MemorySegment noCache) {
        try {
            return (long) PROVIDER_QUERY.invokeExact(provider, (long) operation, noCache.address(), 0L, 0L);
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// OSSL_PROVIDER_unquery_operation(3).
    static void providerAlgorithmsFree(long provider, int operation, long algorithms) {
        try {
            long _ = (long) PROVIDER_UNQUERY.invokeExact(provider, (long) operation, algorithms, 0L, 0L);
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// A context after EVP_PKEY_fromdata_init(3); 0 when the name is unknown. The caller frees it with
    /// [#contextFree].
    public static long keyImporter(MemorySegment name) {
        try {
            long context = (long) PKEY_CTX_FROM_NAME.invokeExact(0L, name.address(), 0L, 0L, 0L);
            if (context != 0 && (int) (long) PKEY_FROMDATA_INIT.invokeExact(context, 0L, 0L, 0L, 0L) != 1) {
                contextFree(context);
                expect(0, "EVP_PKEY_fromdata_init");
            }
            return context;
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// EVP_PKEY_fromdata(3): `holder` is 8 bytes of scratch for the key's address, `parameters` an array of
    /// OSSL_PARAM. The caller frees the key with [#keyFree].
    public static long importKey(long importer, MemorySegment holder, int selection, long parameters) {
        try {
            holder.set(JAVA_LONG, 0, 0L);
            expect(
                    (int) (long)
                            PKEY_FROMDATA.invokeExact(importer, holder.address(), (long) selection, parameters, 0L),
                    "EVP_PKEY_fromdata");
            return holder.get(JAVA_LONG, 0);
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// EVP_PKEY_free(3), which wipes the private part.
    public static void keyFree(long key) {
        try {
            long _ = (long) PKEY_FREE.invokeExact(key, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// EVP_PKEY_set1_encoded_public_key(3): replaces the public part of `key`.
    public static void changePublicKey(long key, long bytes, long length) {
        try {
            expect(
                    (int) (long) PKEY_SET_ENCODED_PUBLIC.invokeExact(key, bytes, length, 0L, 0L),
                    "EVP_PKEY_set1_encoded_public_key");
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// A context on a private key after EVP_PKEY_derive_init(3). The caller frees it with [#contextFree].
    public static long deriver(long key) {
        try {
            long context = (long) PKEY_CTX_FROM_KEY.invokeExact(0L, key, 0L, 0L, 0L);
            expect(context == 0 ? 0 : 1, "EVP_PKEY_CTX_new_from_pkey");
            if ((int) (long) PKEY_DERIVE_INIT.invokeExact(context, 0L, 0L, 0L, 0L) != 1) {
                contextFree(context);
                expect(0, "EVP_PKEY_derive_init");
            }
            return context;
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    public static void contextFree(long context) {
        try {
            long _ = (long) PKEY_CTX_FREE.invokeExact(context, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// EVP_PKEY_derive(3), without checking the peer key beforehand. False when libcrypto refuses the
    /// result.
    public static boolean derive(long deriver, long peer, long out, long outLength) {
        try {
            expect(
                    (int) (long) PKEY_DERIVE_SET_PEER.invokeExact(deriver, peer, 0L, 0L, 0L),
                    "EVP_PKEY_derive_set_peer_ex");
            if ((int) (long) PKEY_DERIVE.invokeExact(deriver, out, outLength, 0L, 0L) == 1) {
                return true;
            }
            long _ = (long) ERR_CLEAR_ERROR.invokeExact(0L, 0L, 0L, 0L, 0L);
            return false;
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// Converts what a call threw into an exception to throw: an IllegalStateException when the function is
    /// missing or failed.
    static RuntimeException failure(Throwable thrown) {
        if (thrown instanceof RuntimeException exception) {
            return exception;
        }
        throw new AssertionError(thrown);
    }

    private static void expect(int result, String function) {
        if (result != 1) {
            throw new IllegalStateException(function + " of libcrypto failed.");
        }
    }

    /// @param problem the reason when there are no symbols
    private record Library(Optional<SymbolLookup> symbols, String problem) {
        static Library load() {
            var problem = "libcrypto.so.3 was not found";
            for (var name : new String[] {"libcrypto.so.3", "libcrypto.so"}) {
                try {
                    var symbols = SymbolLookup.libraryLookup(name, Arena.global());
                    if (complete(symbols)) {
                        return new Library(Optional.of(symbols), "");
                    }
                    problem = name + " is not OpenSSL 3 or newer";
                } catch (IllegalCallerException denied) {
                    return new Library(
                            Optional.empty(),
                            "native access is denied (the JVM's option --enable-native-access allows it)");
                } catch (IllegalArgumentException notThere) {
                    // Try the next name.
                }
            }
            return new Library(Optional.empty(), problem);
        }

        // OPENSSL_version_major came with 3.0, and so did every other function here.
        private static boolean complete(SymbolLookup library) {
            return library.find("OPENSSL_version_major").isPresent()
                    && library.find("OSSL_PROVIDER_query_operation").isPresent()
                    && library.find("EVP_PKEY_derive_set_peer_ex").isPresent();
        }
    }

    private static MethodHandle bind(String name) {
        return bind(LIBRARY.symbols().flatMap(library -> library.find(name)), name, SHAPE);
    }

    /// A handle of the function; when there is none, a handle that throws an IllegalStateException.
    static MethodHandle bind(
            Optional<MemorySegment> symbol, String name, FunctionDescriptor shape, Linker.Option... options) {
        if (symbol.isPresent()) {
            return Linker.nativeLinker().downcallHandle(symbol.get(), shape, options);
        }
        var type = shape.toMethodType();
        var failure = MethodHandles.throwException(type.returnType(), IllegalStateException.class)
                .bindTo(new IllegalStateException(name + " of libcrypto is not there."));
        return MethodHandles.dropArguments(failure, 0, type.parameterList());
    }
}
