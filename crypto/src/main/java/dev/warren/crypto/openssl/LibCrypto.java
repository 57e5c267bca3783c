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

/// OpenSSL 3's libcrypto in its own words; see the man pages of the same names. Pointers are plain addresses, so that a
/// call makes no garbage: whoever passes one has checked that it lies inside a segment he holds. Where libcrypto is
/// missing, [#available] is false and nothing else may be called.
public final class LibCrypto {
    /// `EVP_PKEY_PUBLIC_KEY` and `EVP_PKEY_KEYPAIR` of openssl/evp.h.
    public static final int PUBLIC_KEY = 0x86, KEYPAIR = 0x87;

    private static final Optional<SymbolLookup> LIBRARY = library();

    // One shape for all: five longs in, one out. A 64-bit ABI passes an int in a whole register and looks at its lower
    // half; a register that a function does not look at does no harm. Each further shape would cost a start some ten
    // milliseconds, in which the linker spins classes.
    private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    // Calls on the packet path take well under a microsecond and never block: they may hold up a safepoint.
    private static final Linker.Option[] SHORT = {Linker.Option.critical(false)};
    // A DH takes 30 us: not these.
    private static final Linker.Option[] LONG = {};

    private static final MethodHandle VERSION = bind("OpenSSL_version", LONG);
    private static final MethodHandle ERR_CLEAR_ERROR = bind("ERR_clear_error", LONG);

    private static final MethodHandle CIPHER_FETCH = bind("EVP_CIPHER_fetch", LONG);
    private static final MethodHandle CIPHER_FREE = bind("EVP_CIPHER_free", LONG);
    private static final MethodHandle CIPHER_CTX_NEW = bind("EVP_CIPHER_CTX_new", LONG);
    private static final MethodHandle CIPHER_CTX_FREE = bind("EVP_CIPHER_CTX_free", LONG);
    private static final MethodHandle ENCRYPT_INIT = bind("EVP_EncryptInit_ex", SHORT);
    private static final MethodHandle ENCRYPT_UPDATE = bind("EVP_EncryptUpdate", SHORT);

    private static final MethodHandle MAC_FETCH = bind("EVP_MAC_fetch", LONG);
    private static final MethodHandle MAC_FREE = bind("EVP_MAC_free", LONG);
    private static final MethodHandle MAC_CTX_NEW = bind("EVP_MAC_CTX_new", LONG);
    private static final MethodHandle MAC_CTX_FREE = bind("EVP_MAC_CTX_free", LONG);
    private static final MethodHandle MAC_INIT = bind("EVP_MAC_init", SHORT);
    private static final MethodHandle MAC_UPDATE = bind("EVP_MAC_update", SHORT);
    private static final MethodHandle MAC_FINAL = bind("EVP_MAC_final", SHORT);

    private static final MethodHandle PKEY_FREE = bind("EVP_PKEY_free", LONG);
    private static final MethodHandle PKEY_SET_ENCODED_PUBLIC = bind("EVP_PKEY_set1_encoded_public_key", LONG);
    private static final MethodHandle PKEY_CTX_FROM_NAME = bind("EVP_PKEY_CTX_new_from_name", LONG);
    private static final MethodHandle PKEY_CTX_FROM_KEY = bind("EVP_PKEY_CTX_new_from_pkey", LONG);
    private static final MethodHandle PKEY_CTX_FREE = bind("EVP_PKEY_CTX_free", LONG);
    private static final MethodHandle PKEY_FROMDATA_INIT = bind("EVP_PKEY_fromdata_init", LONG);
    private static final MethodHandle PKEY_FROMDATA = bind("EVP_PKEY_fromdata", LONG);
    private static final MethodHandle PKEY_DERIVE_INIT = bind("EVP_PKEY_derive_init", LONG);
    private static final MethodHandle PKEY_DERIVE_SET_PEER = bind("EVP_PKEY_derive_set_peer_ex", LONG);
    private static final MethodHandle PKEY_DERIVE = bind("EVP_PKEY_derive", LONG);

    private LibCrypto() {}

    /// Whether a libcrypto of OpenSSL 3 or newer was found.
    public static boolean available() {
        return LIBRARY.isPresent();
    }

    /// Like "OpenSSL 3.0.19".
    public static String version() {
        try {
            var text = MemorySegment.ofAddress((long) VERSION.invokeExact(0L, 0L, 0L, 0L, 0L))
                    .reinterpret(128);
            var words = text.getString(0, StandardCharsets.US_ASCII).split(" ", 3);
            return words[0] + " " + words[1];
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// EVP_CIPHER_fetch(3); 0 when the name is unknown.
    public static long cipherFetch(MemorySegment name) {
        try {
            return (long) CIPHER_FETCH.invokeExact(0L, name.address(), 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static void cipherFree(long cipher) {
        try {
            long _ = (long) CIPHER_FREE.invokeExact(cipher, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static long cipherContext() {
        try {
            return (long) CIPHER_CTX_NEW.invokeExact(0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// Wipes the key it holds.
    public static void cipherContextFree(long context) {
        try {
            long _ = (long) CIPHER_CTX_FREE.invokeExact(context, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// EVP_EncryptInit(3): a `cipher`, `key` or `iv` of 0 stays as it is.
    public static void encryptInit(long context, long cipher, long key, long iv) {
        try {
            expect((int) (long) ENCRYPT_INIT.invokeExact(context, cipher, 0L, key, iv), "EVP_EncryptInit_ex");
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static void encryptUpdate(long context, long out, long outLength, long in, int length) {
        try {
            expect(
                    (int) (long) ENCRYPT_UPDATE.invokeExact(context, out, outLength, in, (long) length),
                    "EVP_EncryptUpdate");
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// EVP_MAC_fetch; 0 when the name is unknown.
    public static long macFetch(MemorySegment name) {
        try {
            return (long) MAC_FETCH.invokeExact(0L, name.address(), 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static void macFree(long mac) {
        try {
            long _ = (long) MAC_FREE.invokeExact(mac, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static long macContext(long mac) {
        try {
            return (long) MAC_CTX_NEW.invokeExact(mac, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static void macContextFree(long context) {
        try {
            long _ = (long) MAC_CTX_FREE.invokeExact(context, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// One whole MAC: EVP_MAC_init(3) with the key, one update, final.
    public static void mac(long context, long key, long keyLength, long in, long length, long tag, long tagLength) {
        try {
            expect((int) (long) MAC_INIT.invokeExact(context, key, keyLength, 0L, 0L), "EVP_MAC_init");
            expect((int) (long) MAC_UPDATE.invokeExact(context, in, length, 0L, 0L), "EVP_MAC_update");
            expect((int) (long) MAC_FINAL.invokeExact(context, tag, tagLength, 16L, 0L), "EVP_MAC_final");
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// A context with EVP_PKEY_fromdata_init(3) done; 0 when the name is unknown.
    public static long keyImporter(MemorySegment name) {
        try {
            long context = (long) PKEY_CTX_FROM_NAME.invokeExact(0L, name.address(), 0L, 0L, 0L);
            if (context != 0) {
                expect((int) (long) PKEY_FROMDATA_INIT.invokeExact(context, 0L, 0L, 0L, 0L), "EVP_PKEY_fromdata_init");
            }
            return context;
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// EVP_PKEY_fromdata(3): `holder` is 8 bytes for the key's address, `parameters` an array of OSSL_PARAM.
    public static long importKey(long importer, MemorySegment holder, int selection, long parameters) {
        try {
            holder.set(JAVA_LONG, 0, 0L);
            expect(
                    (int) (long)
                            PKEY_FROMDATA.invokeExact(importer, holder.address(), (long) selection, parameters, 0L),
                    "EVP_PKEY_fromdata");
            return holder.get(JAVA_LONG, 0);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// Wipes the private part.
    public static void keyFree(long key) {
        try {
            long _ = (long) PKEY_FREE.invokeExact(key, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// EVP_PKEY_set1_encoded_public_key(3): makes `key` another public key.
    public static void changePublicKey(long key, long bytes, long length) {
        try {
            expect(
                    (int) (long) PKEY_SET_ENCODED_PUBLIC.invokeExact(key, bytes, length, 0L, 0L),
                    "EVP_PKEY_set1_encoded_public_key");
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// A context on a private key with EVP_PKEY_derive_init(3) done.
    public static long deriver(long key) {
        try {
            long context = (long) PKEY_CTX_FROM_KEY.invokeExact(0L, key, 0L, 0L, 0L);
            expect((int) (long) PKEY_DERIVE_INIT.invokeExact(context, 0L, 0L, 0L, 0L), "EVP_PKEY_derive_init");
            return context;
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static void contextFree(long context) {
        try {
            long _ = (long) PKEY_CTX_FREE.invokeExact(context, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// EVP_PKEY_derive(3) with a peer that is not checked beforehand. False when libcrypto refuses the result.
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
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static void expect(int result, String function) {
        if (result != 1) {
            throw new IllegalStateException(function + " of libcrypto failed.");
        }
    }

    private static Optional<SymbolLookup> library() {
        return load("libcrypto.so.3").or(() -> load("libcrypto.so"));
    }

    private static Optional<SymbolLookup> load(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global())).filter(LibCrypto::complete);
        } catch (IllegalArgumentException notThere) {
            return Optional.empty();
        }
    }

    // OPENSSL_version_major came with 3.0, and so did every other function here.
    private static boolean complete(SymbolLookup library) {
        return library.find("OPENSSL_version_major").isPresent()
                && library.find("EVP_MAC_init").isPresent()
                && library.find("EVP_PKEY_derive_set_peer_ex").isPresent();
    }

    private static MethodHandle bind(String name, Linker.Option... options) {
        var symbol = LIBRARY.flatMap(library -> library.find(name));
        if (symbol.isPresent()) {
            return Linker.nativeLinker().downcallHandle(symbol.get(), SHAPE, options);
        }
        var type = SHAPE.toMethodType();
        var failure = MethodHandles.throwException(type.returnType(), IllegalStateException.class)
                .bindTo(new IllegalStateException(name + " is not there: libcrypto of OpenSSL 3 was not found."));
        return MethodHandles.dropArguments(failure, 0, type.parameterList());
    }
}
