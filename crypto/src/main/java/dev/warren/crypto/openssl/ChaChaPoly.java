package dev.warren.crypto.openssl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Optional;

/// ChaCha20 and Poly1305 of libcrypto's default provider, called through its dispatch tables as libcrypto
/// does: see provider-base(7), provider-cipher(7) and provider-mac(7). The EVP layer around each call
/// (parameters by name, checks, wiping) took a sixth of the time of a packet. Functions of other providers
/// are not called.
///
/// Has a cipher context and a MAC context; confined to one thread. Pointers are plain addresses: the caller
/// has checked the memory they point to. Not final only so that a test can make the functions fail.
public class ChaChaPoly implements AutoCloseable {
    private static final int KEY = 32, IV = 16, TAG = 16;

    // OSSL_OP_* and OSSL_FUNC_* of openssl/core_dispatch.h.
    private static final int OP_CIPHER = 2, OP_MAC = 3;
    private static final int CIPHER_NEWCTX = 1, CIPHER_ENCRYPT_INIT = 2, CIPHER_UPDATE = 4, CIPHER_FREECTX = 7;
    private static final int MAC_NEWCTX = 1, MAC_FREECTX = 3, MAC_INIT = 4, MAC_UPDATE = 5, MAC_FINAL = 6;

    // OSSL_ALGORITHM: names, properties, dispatch table, description. OSSL_DISPATCH: an int, a function.
    private static final long ALGORITHM = 32, ALGORITHM_DISPATCH = 16;
    private static final long DISPATCH = 16, DISPATCH_FUNCTION = 8;

    // Calls take well under a microsecond and never block, so they may be critical (delay a safepoint). One
    // shape for all, as in LibCrypto.
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

    private long cipher;
    private long mac;

    /// @throws IllegalStateException with a sentence when libcrypto is missing or lacks one of the
    /// functions
    public ChaChaPoly() {
        LibCrypto.require();
        boolean complete = CHACHA20.has(CIPHER_NEWCTX, CIPHER_ENCRYPT_INIT, CIPHER_UPDATE, CIPHER_FREECTX)
                && POLY1305.has(MAC_NEWCTX, MAC_FREECTX, MAC_INIT, MAC_UPDATE, MAC_FINAL);
        if (!complete) {
            throw new IllegalStateException("OpenSSL cannot be used: its default provider, as configured here, has no"
                    + " ChaCha20 and Poly1305.");
        }
        try {
            cipher = (long) CIPHER_NEW.invokeExact(CHACHA20.context, 0L, 0L, 0L, 0L, 0L);
            mac = (long) MAC_NEW.invokeExact(POLY1305.context, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
        if (cipher == 0 || mac == 0) {
            free();
            throw new IllegalStateException("OpenSSL cannot be used: it has no memory for a cipher.");
        }
    }

    /// Sets block counter and nonce (16 bytes at `iv`), and the key (32 bytes at `key`) unless `key` is 0.
    public void init(long key, long iv) {
        try {
            expect((int) (long) INIT.invokeExact(cipher, key, (long) KEY, iv, (long) IV, 0L), "ChaCha20");
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
    }

    /// Encrypts or decrypts `length` bytes; libcrypto writes the length it produced to the 8 bytes at
    /// `outLength`.
    public void update(long out, long outLength, long in, long length) {
        try {
            expect((int) (long) UPDATE.invokeExact(cipher, out, outLength, length, in, length), "ChaCha20");
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
    }

    /// Computes a MAC of 16 bytes with a key of 32; libcrypto wipes the context afterwards.
    public void mac(long key, long in, long length, long tag, long tagLength) {
        try {
            expect((int) (long) MAC_BEGIN.invokeExact(mac, key, (long) KEY, 0L, 0L, 0L), "Poly1305");
            expect((int) (long) MAC_ADD.invokeExact(mac, in, length, 0L, 0L, 0L), "Poly1305");
            expect((int) (long) MAC_END.invokeExact(mac, tag, tagLength, (long) TAG, 0L, 0L), "Poly1305");
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        }
    }

    /// Frees both contexts, which wipes their keys. Idempotent; no other method may be called afterwards.
    @Override
    public void close() {
        free();
    }

    private void free() {
        try {
            if (cipher != 0) {
                long _ = (long) CIPHER_FREE.invokeExact(cipher, 0L, 0L, 0L, 0L, 0L);
            }
            if (mac != 0) {
                long _ = (long) MAC_FREE.invokeExact(mac, 0L, 0L, 0L, 0L, 0L);
            }
        } catch (Throwable t) {
            throw LibCrypto.failure(t);
        } finally {
            cipher = 0;
            mac = 0;
        }
    }

    private static void expect(int result, String what) {
        if (result != 1) {
            throw new IllegalStateException(what + " of libcrypto failed.");
        }
    }

    /// An algorithm of a provider.
    ///
    /// @param context the provider's context, an argument of the constructors
    /// @param dispatch address of the algorithm's dispatch table; 0 when there is no such algorithm
    private record Implementation(long context, long dispatch) {
        private static final Implementation NONE = new Implementation(0, 0);

        static Implementation find(int operation, String name) {
            return LibCrypto.available() ? found(operation, name) : NONE;
        }

        private static Implementation found(int operation, String name) {
            try (var arena = Arena.ofConfined()) {
                var text = arena.allocateFrom(name);
                var own = arena.allocateFrom("provider=default");
                long provider =
                        operation == OP_MAC ? LibCrypto.macProvider(text, own) : LibCrypto.cipherProvider(text, own);
                if (provider == 0 || !LibCrypto.providerName(provider).equals("default")) {
                    return NONE;
                }
                long algorithms = LibCrypto.providerAlgorithms(provider, operation, arena.allocate(JAVA_INT));
                try {
                    long dispatch = dispatch(algorithms, name);
                    return dispatch == 0 ? NONE : new Implementation(LibCrypto.providerContext(provider), dispatch);
                } finally {
                    LibCrypto.providerAlgorithmsFree(provider, operation, algorithms);
                }
            } catch (IllegalStateException incomplete) {
                return NONE;
            }
        }

        private static long dispatch(long algorithms, String name) {
            for (long at = algorithms; at != 0 && word(at) != 0; at += ALGORITHM) {
                // Names are separated by colons; the first is the usual one.
                var names = MemorySegment.ofAddress(word(at)).reinterpret(256).getString(0);
                if (names.split(":", 2)[0].equalsIgnoreCase(name)) {
                    return word(at + ALGORITHM_DISPATCH);
                }
            }
            return 0;
        }

        boolean has(int... functions) {
            return Arrays.stream(functions).allMatch(id -> address(id).isPresent());
        }

        MethodHandle function(int id) {
            return LibCrypto.bind(address(id), "function " + id, SHAPE, Linker.Option.critical(false));
        }

        private Optional<MemorySegment> address(int id) {
            for (long entry = dispatch; entry != 0 && (int) word(entry) != 0; entry += DISPATCH) {
                if ((int) word(entry) == id) {
                    return Optional.of(MemorySegment.ofAddress(word(entry + DISPATCH_FUNCTION)));
                }
            }
            return Optional.empty();
        }

        private static long word(long address) {
            return MemorySegment.ofAddress(address).reinterpret(8).get(JAVA_LONG, 0);
        }
    }
}
