package dev.warren.crypto.openssl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// ChaCha20 and Poly1305 of libcrypto's provider, called as libcrypto calls them: see provider-base(7),
/// provider-cipher(7) and provider-mac(7). What EVP does around each call (parameters by name, checks, wiping) took a
/// sixth of the time of a packet.
///
/// Contexts belong to one thread. Pointers are plain addresses: whoever passes one has checked what it points to.
public final class ChaChaPoly {
    private static final int KEY = 32, IV = 16, TAG = 16;

    // OSSL_OP_* and OSSL_FUNC_* of openssl/core_dispatch.h.
    private static final int OP_CIPHER = 2, OP_MAC = 3;
    private static final int CIPHER_NEWCTX = 1, CIPHER_ENCRYPT_INIT = 2, CIPHER_UPDATE = 4, CIPHER_FREECTX = 7;
    private static final int MAC_NEWCTX = 1, MAC_FREECTX = 3, MAC_INIT = 4, MAC_UPDATE = 5, MAC_FINAL = 6;

    // OSSL_ALGORITHM: names, properties, dispatch table, description. OSSL_DISPATCH: an int, a function.
    private static final long ALGORITHM = 32, ALGORITHM_DISPATCH = 16;
    private static final long DISPATCH = 16, DISPATCH_FUNCTION = 8;

    // Calls take well under a microsecond and never block: they may hold up a safepoint. One shape for all, as in
    // LibCrypto.
    private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final Implementation CHACHA20 = Implementation.find(OP_CIPHER, "ChaCha20");
    private static final Implementation POLY1305 = Implementation.find(OP_MAC, "POLY1305");

    private static final MethodHandle CIPHER_NEW = CHACHA20.function(CIPHER_NEWCTX);
    private static final MethodHandle CIPHER_FREE = CHACHA20.function(CIPHER_FREECTX);
    private static final MethodHandle INIT = CHACHA20.function(CIPHER_ENCRYPT_INIT);
    private static final MethodHandle UPDATE = CHACHA20.function(CIPHER_UPDATE);
    private static final MethodHandle MAC_NEW = POLY1305.function(MAC_NEWCTX);
    private static final MethodHandle MAC_FREE = POLY1305.function(MAC_FREECTX);
    private static final MethodHandle MAC_BEGIN = POLY1305.function(MAC_INIT);
    private static final MethodHandle MAC_ADD = POLY1305.function(MAC_UPDATE);
    private static final MethodHandle MAC_END = POLY1305.function(MAC_FINAL);

    private ChaChaPoly() {}

    /// Whether libcrypto has both. If not, nothing else may be called.
    public static boolean available() {
        return CHACHA20.dispatch != 0 && POLY1305.dispatch != 0;
    }

    /// A cipher context, without a key. To be freed.
    public static long cipherContext() {
        try {
            return (long) CIPHER_NEW.invokeExact(CHACHA20.context, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// Wipes the key it holds.
    public static void cipherContextFree(long context) {
        try {
            long _ = (long) CIPHER_FREE.invokeExact(context, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// Sets the 16 bytes of block counter and nonce, and the key of 32 bytes unless `key` is 0.
    public static void init(long context, long key, long iv) {
        try {
            expect((int) (long) INIT.invokeExact(context, key, (long) KEY, iv, (long) IV, 0L), "ChaCha20");
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// En- or decrypts; `outLength` is where libcrypto writes 8 bytes of what it did.
    public static void update(long context, long out, long outLength, long in, long length) {
        try {
            expect((int) (long) UPDATE.invokeExact(context, out, outLength, length, in, length), "ChaCha20");
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// A MAC context. To be freed.
    public static long macContext() {
        try {
            return (long) MAC_NEW.invokeExact(POLY1305.context, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static void macContextFree(long context) {
        try {
            long _ = (long) MAC_FREE.invokeExact(context, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// One whole MAC of 16 bytes with a key of 32. The context is wiped behind it.
    public static void mac(long context, long key, long in, long length, long tag, long tagLength) {
        try {
            expect((int) (long) MAC_BEGIN.invokeExact(context, key, (long) KEY, 0L, 0L, 0L), "Poly1305");
            expect((int) (long) MAC_ADD.invokeExact(context, in, length, 0L, 0L, 0L), "Poly1305");
            expect((int) (long) MAC_END.invokeExact(context, tag, tagLength, (long) TAG, 0L, 0L), "Poly1305");
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static void expect(int result, String what) {
        if (result != 1) {
            throw new IllegalStateException(what + " of libcrypto failed.");
        }
    }

    /// An algorithm of a provider.
    ///
    /// @param context what its constructors want
    /// @param dispatch address of its table of functions; 0 when there is no such algorithm
    private record Implementation(long context, long dispatch) {
        private static final Implementation NONE = new Implementation(0, 0);

        static Implementation find(int operation, String name) {
            return LibCrypto.available() ? found(operation, name) : NONE;
        }

        private static Implementation found(int operation, String name) {
            try (var arena = Arena.ofConfined()) {
                var text = arena.allocateFrom(name);
                long provider = operation == OP_MAC ? LibCrypto.macProvider(text) : LibCrypto.cipherProvider(text);
                if (provider == 0) {
                    return NONE;
                }
                long algorithm = LibCrypto.providerAlgorithms(provider, operation, arena.allocate(JAVA_INT));
                for (; algorithm != 0 && word(algorithm) != 0; algorithm += ALGORITHM) {
                    // Names are many, with colons between them; the first is the one by which it is known.
                    var names = MemorySegment.ofAddress(word(algorithm))
                            .reinterpret(256)
                            .getString(0);
                    if (names.split(":", 2)[0].equalsIgnoreCase(name)) {
                        return new Implementation(
                                LibCrypto.providerContext(provider), word(algorithm + ALGORITHM_DISPATCH));
                    }
                }
                return NONE;
            }
        }

        MethodHandle function(int id) {
            var address = Optional.<MemorySegment>empty();
            for (long entry = dispatch; entry != 0 && (int) word(entry) != 0; entry += DISPATCH) {
                if ((int) word(entry) == id) {
                    address = Optional.of(MemorySegment.ofAddress(word(entry + DISPATCH_FUNCTION)));
                }
            }
            return LibCrypto.bind(address, "function " + id, SHAPE, Linker.Option.critical(false));
        }

        private static long word(long address) {
            return MemorySegment.ofAddress(address).reinterpret(8).get(JAVA_LONG, 0);
        }
    }
}
