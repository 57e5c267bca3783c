package dev.warren.conf;

import java.nio.charset.StandardCharsets;

/// Writes the answer to `get` piece by piece, byte for byte as wireguard-go prints it, ending with `errno=0` and an empty line.
///
/// ```java
/// var writer = new UapiWriter(status);
/// byte[] chunk = new byte[UapiWriter.CHUNK];
/// for (int n; (n = writer.write(chunk)) > 0; ) { ... send n bytes; wait until they are gone; wipe them ... }
/// status.close();
/// ```
public final class UapiWriter {
    /// A good size for a chunk, bytes.
    public static final int CHUNK = 64 * 1024;

    /// The status stays the caller's, and must not change or close before the last chunk.
    public UapiWriter(DeviceStatus status) {
        throw new UnsupportedOperationException();
    }

    /// Fills the chunk with whole lines. The bytes hold secrets: wipe them after sending.
    ///
    /// @param chunk at least 1024 bytes
    /// @return bytes written, 0 when the answer is complete
    public int write(byte[] chunk) {
        throw new UnsupportedOperationException();
    }

    /// The answer to `set`, and to a `get` that failed: `errno=N` and an empty line.
    ///
    /// @param errno 0 or a negative errno
    public static byte[] status(int errno) {
        return ("errno=" + errno + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }
}
