package dev.warren.conf.uapi;

import dev.warren.conf.DeviceUpdate;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Parses the requests of a client of the control socket: the cross-platform text protocol, as wireguard-go does.
/// One per connection, used by one thread at a time. Iterative; memory is bounded whatever the client sends.
///
/// ```java
/// // on data: bytes is what arrived
/// while ((request = parser.next(bytes)) != null) { ... answer; if that takes time, keep bytes and pause the socket
/// ... }
/// // on half-close
/// request = parser.end();
/// ```
///
/// Unlike wireguard-go, requests sent without waiting for the answer are all answered. After a bad line the rest of
/// that `set` is skipped, up to its empty line or the next `get=1`, `set=1` or the like.
public final class UapiParser implements AutoCloseable {
    /// A longer line is refused, bytes without the line feed. The scanner of wireguard-go has the same limit.
    public static final int MAX_LINE = 64 * 1024 - 1;

    /// A request of the client.
    public sealed interface Request {}

    /// `get=1`: answer with [UapiWriter].
    public record Get() implements Request {}

    /// `set=1`, complete: apply, then answer [UapiWriter#status] with 0 or the errno of what failed. Close it after.
    public record Set(DeviceUpdate update) implements Request {}

    /// `stats=1` and an empty line, of our own: answer the counters by name.
    public record Stats() implements Request {}

    /// `status=1`, then `offset=N` and `limit=N` or none, and an empty line, of our own: answer the
    /// interface with a page of its peers.
    ///
    /// @param offset of the first peer
    /// @param limit of peers; as many as fit where there was none
    public record Status(int offset, int limit) implements Request {}

    /// `events=1` and an empty line, of our own: events follow until the client goes.
    public record Events() implements Request {}

    /// `capture=1`, then lines of a [CaptureRequest] or none, and an empty line, of our own: answer `errno=0` and an
    /// empty line, or a sentence and an errno, and stream the capture.
    public record Capture(CaptureRequest request) implements Request {}

    /// A request that is wrong. wireguard-go applies every line up to the bad one, so: apply `before` if it is not
    /// [DeviceUpdate#isEmpty], then answer `errno` (or that of the failure, if applying failed). The connection
    /// stays open.
    ///
    /// @param errno negative, as it is printed: -22 EINVAL, -71 EPROTO, -5 EIO, -7 E2BIG, -12 ENOMEM
    /// @param reason a sentence for the log; holds nothing of a secret
    public record Bad(int errno, String reason, DeviceUpdate before) implements Request {}

    /// Not a request at all: close the connection without an answer, as wireguard-go does. Nothing more comes from
    /// this parser.
    ///
    /// @param reason a sentence for the log
    public record Hangup(String reason) implements Request {}

    private enum State {
        IDLE,
        GET,
        SET,
        FIGURES,
        SKIP,
        HUNG_UP
    }

    private static final byte[] GET = "get=1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SET = "set=1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STATS = "stats=1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STATUS = "status=1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENTS = "events=1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CAPTURE = "capture=1".getBytes(StandardCharsets.US_ASCII);
    private static final Request EVERY_PEER = new Status(0, Integer.MAX_VALUE);

    private final UapiBudget budget;
    /// Bytes of the budget that requests not yet [#answered] have taken.
    private long held;
    private State state = State.IDLE;
    private UapiSet set;
    /// What [State#FIGURES] ends with.
    private Request figures = EVERY_PEER;
    private byte[] line = new byte[256];
    private int length; // of the line so far; while skipping it may exceed the array

    /// With a budget of its own.
    public UapiParser() {
        this(new UapiBudget(UapiBudget.USUAL));
    }

    /// A `set` whose objects would weigh more on the heap than the whole budget is refused with E2BIG, and with
    /// ENOMEM when they weigh more than is left of it.
    public UapiParser(UapiBudget budget) {
        this.budget = budget;
        set = new UapiSet(budget);
    }

    /// Returns the budget of the requests so far, which have been answered and closed.
    public void answered() {
        budget.give(held);
        held = 0;
    }

    /// Consumes bytes up to the end of a request, and wipes them if the buffer is writable. The buffer
    /// stays the caller's.
    ///
    /// @return null when all bytes are consumed and more are needed
    public @Nullable Request next(ByteBuffer bytes) {
        while (bytes.hasRemaining() && state != State.HUNG_UP) {
            var request = state == State.GET ? afterGet(bytes.get()) : take(bytes);
            if (request != null) {
                return request;
            }
        }
        if (state == State.HUNG_UP) {
            bytes.position(bytes.limit());
        }
        return null;
    }

    /// Ends the input, when the client will send no more. A `set` is complete then, as with wireguard-go.
    ///
    /// @return null when nothing is pending: close the connection
    public @Nullable Request end() {
        boolean midSet = state == State.SET;
        var request = midSet && length > 0 ? line() : null;
        if (request == null && midSet) {
            request = new Set(finish());
        }
        state = State.HUNG_UP;
        return request;
    }

    /// True while a request has begun and is not complete: an owner may want to bound that time.
    public boolean midway() {
        return length > 0 || state == State.GET || state == State.SET || state == State.FIGURES;
    }

    /// Wipes what was received so far.
    @Override
    public void close() {
        Arrays.fill(line, (byte) 0);
        length = 0;
        state = State.HUNG_UP;
        finish().close();
        answered();
    }

    /// `get=1` must be followed by an empty line; the first byte decides, as with wireguard-go.
    private Request afterGet(byte next) {
        state = State.IDLE;
        return next == '\n' ? new Get() : bad(UapiSet.EINVAL, "get=1 is not followed by an empty line");
    }

    /// Takes up to one line out of the buffer.
    private @Nullable Request take(ByteBuffer bytes) {
        int start = bytes.position();
        int end = start;
        while (end < bytes.limit() && bytes.get(end) != '\n') {
            end++;
        }
        boolean complete = end < bytes.limit();
        int count = end - start;
        boolean tooLong = state != State.SKIP && count > MAX_LINE - length;
        if (!tooLong) {
            store(bytes, count);
        }
        wipe(bytes, start, end);
        bytes.position(complete ? end + 1 : end);
        if (tooLong) {
            forgetLine();
            if (state == State.IDLE) {
                return hangup("a line longer than " + MAX_LINE + " bytes instead of get=1 or set=1");
            }
            var request = bad(UapiSet.EIO, "a line longer than " + MAX_LINE + " bytes");
            state = State.SKIP;
            length = complete ? 0 : 1;
            return request;
        }
        return complete ? line() : null;
    }

    private void store(ByteBuffer bytes, int count) {
        if (state == State.SKIP) { // only as much as tells an empty line from an operation, CAPTURE is the longest
            int kept = Math.max(0, Math.min(count, CAPTURE.length - length));
            bytes.get(bytes.position(), line, Math.min(length, CAPTURE.length), kept);
            length = Math.min(length + count, 64);
            return;
        }
        if (length + count > line.length) {
            var bigger = Arrays.copyOf(line, Math.max(length + count, Math.min(2 * line.length, MAX_LINE)));
            Arrays.fill(line, (byte) 0);
            line = bigger;
        }
        bytes.get(bytes.position(), line, length, count);
        length += count;
    }

    private static void wipe(ByteBuffer bytes, int from, int to) {
        if (bytes.isReadOnly()) {
            return;
        }
        if (bytes.hasArray()) {
            Arrays.fill(bytes.array(), bytes.arrayOffset() + from, bytes.arrayOffset() + to, (byte) 0);
            return;
        }
        for (int i = from; i < to; i++) {
            bytes.put(i, (byte) 0);
        }
    }

    /// A whole line lies in `line`.
    private @Nullable Request line() {
        int size = length;
        try {
            return switch (state) {
                case IDLE -> operation(size);
                case SET -> setting(size);
                case FIGURES -> figures(size);
                case SKIP -> skipping(size);
                case GET, HUNG_UP -> null;
            };
        } finally {
            forgetLine();
        }
    }

    private void forgetLine() {
        Arrays.fill(line, 0, Math.min(length, line.length), (byte) 0);
        length = 0;
    }

    private @Nullable Request operation(int size) {
        if (isLine(size, SET)) {
            state = State.SET;
        } else if (isLine(size, GET)) {
            state = State.GET;
        } else if (isLine(size, STATS)) {
            begin(new Stats());
        } else if (isLine(size, STATUS)) {
            begin(EVERY_PEER);
        } else if (isLine(size, EVENTS)) {
            begin(new Events());
        } else if (isLine(size, CAPTURE)) {
            begin(new Capture(CaptureRequest.usual()));
        } else {
            return hangup("neither get=1 nor set=1");
        }
        return null;
    }

    private void begin(Request request) {
        figures = request;
        state = State.FIGURES;
    }

    private @Nullable Request figures(int size) {
        if (size == 0) {
            state = State.IDLE;
            return figures;
        }
        if (figures instanceof Capture capture) return capture(capture.request(), size);
        if (!(figures instanceof Status status)) return hangup("a request is not followed by an empty line");
        var text = new String(line, 0, Math.min(size, 32), StandardCharsets.US_ASCII);
        if (text.matches("offset=[0-9]{1,9}")) {
            figures = new Status(Integer.parseInt(text.substring(7)), status.limit());
        } else if (text.matches("limit=[0-9]{1,9}")) {
            figures = new Status(status.offset(), Integer.parseInt(text.substring(6)));
        } else {
            state = State.SKIP;
            return bad(UapiSet.EINVAL, "neither offset=N nor limit=N");
        }
        return null;
    }

    private @Nullable Request capture(CaptureRequest so, int size) {
        try {
            figures = new Capture(so.with(new String(line, 0, size, StandardCharsets.UTF_8)));
            return null;
        } catch (IllegalArgumentException e) {
            state = State.SKIP;
            return bad(UapiSet.EINVAL, "of a capture: " + e.getMessage());
        }
    }

    private @Nullable Request setting(int whole) {
        int size = whole > 0 && line[whole - 1] == '\r' ? whole - 1 : whole;
        if (size == 0) { // the empty line also completes the last peer
            state = State.IDLE;
            return new Set(finish());
        }
        int errno = set.line(line, size);
        if (errno == 0) {
            return null;
        }
        state = State.SKIP;
        return bad(errno, set.reason());
    }

    private @Nullable Request skipping(int size) {
        if (size == 0 || (size == 1 && line[0] == '\r')) {
            state = State.IDLE;
        } else if (isOperation(size)) {
            return operation(size);
        }
        return null;
    }

    private boolean isOperation(int size) {
        return isLine(size, SET)
                || isLine(size, GET)
                || isLine(size, STATS)
                || isLine(size, STATUS)
                || isLine(size, EVENTS)
                || isLine(size, CAPTURE);
    }

    private boolean isLine(int size, byte[] word) {
        return size == word.length && Arrays.equals(line, 0, size, word, 0, size);
    }

    private Bad bad(int errno, String reason) {
        return new Bad(errno, reason, finish());
    }

    private Hangup hangup(String reason) {
        state = State.HUNG_UP;
        return new Hangup(reason);
    }

    private DeviceUpdate finish() {
        var update = set.finish();
        held += set.taken();
        set = new UapiSet(budget);
        return update;
    }
}
