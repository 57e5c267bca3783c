package dev.warren.conf;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Reads what a client says on the control socket: the cross-platform text protocol, as wireguard-go understands it.
/// One per connection, used by one thread. Iterative; memory is bounded whatever the client sends.
///
/// ```java
/// // on data: bytes is what arrived
/// while ((request = parser.next(bytes)) != null) { ... answer it; when answering takes time, keep bytes and pause the socket ... }
/// // on half-close
/// request = parser.end();
/// ```
public final class UapiParser implements AutoCloseable {
    /// What the client wants.
    public sealed interface Request {}

    /// `get=1`: answer with [UapiWriter].
    public record Get() implements Request {}

    /// `set=1`, complete: apply, then answer [UapiWriter#status] with 0 or the errno of what failed. Close it after.
    public record Set(DeviceUpdate update) implements Request {}

    /// A request that is wrong. wireguard-go applies every line up to the bad one, so: apply `before` if it is not
    /// [DeviceUpdate#isEmpty], then answer `errno` (or that of the failure, if applying failed). The connection stays open.
    ///
    /// @param errno negative, as it is printed: -22 EINVAL, -71 EPROTO, -5 EIO, -7 E2BIG
    /// @param reason a sentence for the log; holds nothing of a secret
    public record Bad(int errno, String reason, DeviceUpdate before) implements Request {}

    /// Not a request at all: close the connection without an answer, as wireguard-go does.
    ///
    /// @param reason a sentence for the log
    public record Hangup(String reason) implements Request {}

    /// Eats bytes up to the end of a request. Bytes that were eaten are wiped if the buffer is writable.
    ///
    /// @return null when all bytes are eaten and more are needed
    public @Nullable Request next(ByteBuffer bytes) {
        throw new UnsupportedOperationException();
    }

    /// The client will send no more. A `set` is complete then, as with wireguard-go.
    ///
    /// @return null when nothing is pending: close the connection
    public @Nullable Request end() {
        throw new UnsupportedOperationException();
    }

    /// True while a request has begun and is not complete: an owner may want to bound that time.
    public boolean midway() {
        throw new UnsupportedOperationException();
    }

    /// Wipes what was received so far.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
