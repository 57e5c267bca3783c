package dev.warren.conf.uapi;

import org.jspecify.annotations.Nullable;

/// What a client of the control socket wants captured, and when that ends. One that exists is within its bounds.
///
/// @param wire the UDP datagrams outside the tunnel; else the IP packets inside
/// @param peer name or public key of the only peer that is meant; null: all
/// @param snapLength bytes that are kept of a packet, at most
/// @param seconds after which it ends
/// @param bytes that the file may have
public record CaptureRequest(boolean wire, @Nullable String peer, int snapLength, int seconds, long bytes) {
    /// The longest IP packet.
    public static final int MAX_SNAP_LENGTH = 65_535;

    public static final int MAX_SECONDS = 3600;
    /// Room for what a file begins and ends with.
    public static final int MIN_BYTES = 4096;

    private static final CaptureRequest USUAL = new CaptureRequest(false, null, MAX_SNAP_LENGTH, 60, 64L << 20);

    /// @throws IllegalArgumentException with a sentence, for what is out of bounds
    public CaptureRequest {
        if (snapLength < 1 || snapLength > MAX_SNAP_LENGTH) throw wrong("snaplen", "1 to " + MAX_SNAP_LENGTH);
        if (seconds < 1 || seconds > MAX_SECONDS) throw wrong("seconds", "1 to " + MAX_SECONDS);
        if (bytes < MIN_BYTES) throw wrong("bytes", MIN_BYTES + " or more");
        if (peer != null && peer.indexOf('\n') >= 0) throw wrong("peer", "one line: give the peer's public key");
    }

    /// Whole packets inside the tunnel of all peers, for 60 seconds, up to 64 MiB.
    public static CaptureRequest usual() {
        return USUAL;
    }

    private static IllegalArgumentException wrong(String what, String right) {
        return new IllegalArgumentException(what + " has to be " + right);
    }

    /// The same but for what a line of the request says.
    ///
    /// @throws IllegalArgumentException with a sentence, for what is no such line
    CaptureRequest with(String line) {
        int equals = line.indexOf('=');
        var value = line.substring(equals + 1);
        return switch (line.substring(0, Math.max(0, equals))) {
            case "wire" -> new CaptureRequest(number(line, 1) == 1, peer, snapLength, seconds, bytes);
            case "peer" -> new CaptureRequest(wire, value, snapLength, seconds, bytes);
            case "snaplen" -> new CaptureRequest(wire, peer, (int) number(line, 5), seconds, bytes);
            case "seconds" -> new CaptureRequest(wire, peer, snapLength, (int) number(line, 5), bytes);
            case "bytes" -> new CaptureRequest(wire, peer, snapLength, seconds, number(line, 18));
            default -> throw new IllegalArgumentException("none of wire, peer, snaplen, seconds and bytes");
        };
    }

    private static long number(String line, int mostDigits) {
        var digits = line.substring(line.indexOf('=') + 1);
        if (!digits.matches("[0-9]{1," + mostDigits + "}")) {
            throw new IllegalArgumentException("no number of at most " + mostDigits + " digits");
        }
        return Long.parseLong(digits);
    }

    /// The request as a client sends it, with its closing empty line.
    public String text() {
        return "capture=1\nwire=" + (wire ? 1 : 0) + (peer == null ? "" : "\npeer=" + peer) + "\nsnaplen=" + snapLength
                + "\nseconds=" + seconds + "\nbytes=" + bytes + "\n\n";
    }
}
