package dev.warren.conf;

import dev.warren.crypto.key.PrivateKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// The source of the private key of an interface.
public sealed interface PrivateKeySource extends AutoCloseable {
    /// A key that exists.
    ///
    /// @param key owned by this record, wiped by [#close]
    /// @param file where it was read; null when it is written in the configuration
    record Known(PrivateKey key, @Nullable Path file) implements PrivateKeySource {
        @Override
        public PrivateKey obtain(SecureRandom random) {
            return key.copy();
        }

        @Override
        public void close() {
            key.close();
        }
    }

    /// A file that does not exist yet: [#obtain] makes a key and writes it there with mode 0600, in
    /// directories of mode 0700 that it makes if they are missing.
    record Missing(Path file) implements PrivateKeySource {
        @Override
        public PrivateKey obtain(SecureRandom random) throws IOException {
            return KeyFile.create(file, random);
        }

        @Override
        public void close() {}
    }

    /// The key, which the caller owns and closes. Blocks: may write a file.
    ///
    /// @throws IOException when a new key cannot be stored; the message is a sentence for the operator
    PrivateKey obtain(SecureRandom random) throws IOException;

    @Override
    void close();
}
