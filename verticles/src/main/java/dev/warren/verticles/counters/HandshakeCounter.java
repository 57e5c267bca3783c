package dev.warren.verticles.counters;

import dev.warren.crypto.Verdict;
import dev.warren.io.counters.Counter;

/// What the handshake verticle counts of messages, before it is known whose they are.
public enum HandshakeCounter implements Counter {
    ADMITTED(
            "handshake.admitted", Unit.MESSAGES, "handshake messages that were addressed to our key and within limits"),
    COOKIES("handshake.cookies-sent", Unit.MESSAGES, "messages answered by a cookie reply since we were under load"),
    DROP_MAC1_INVALID(
            "handshake.drop.mac1-invalid", Unit.MESSAGES, "handshake messages made for another public key than ours"),
    DROP_WRONG_KEY("handshake.drop.wrong-key", Unit.MESSAGES, "initiations that do not open with our private key"),
    DROP_RATE_LIMITED(
            "handshake.drop.rate-limited", Unit.MESSAGES, "messages beyond what one source may send while under load"),
    DROP_MALFORMED("handshake.drop.malformed", Unit.MESSAGES, "handshake messages of a wrong size or type"),
    DROP_REPLY_BACKLOG(
            "handshake.drop.reply-backlog", Unit.MESSAGES, "cookie replies for which all buffers were in use"),
    DROP_NO_KEY("handshake.drop.no-private-key", Unit.MESSAGES, "messages that came while no private key was set"),
    DROP_LOW_ORDER_EPHEMERAL(
            "handshake.drop.low-order-ephemeral", Unit.MESSAGES, "initiations with an ephemeral key of low order"),
    DROP_INTERNAL_ERROR(
            "handshake.drop.internal-error", Unit.MESSAGES, "handshake messages lost by an error of this program"),
    UNDER_LOAD("handshake.under-load", Unit.NOW, "1 while strangers are asked for a cookie");

    private final String label;
    private final Unit unit;
    private final String sentence;

    HandshakeCounter(String label, Unit unit, String sentence) {
        this.label = label;
        this.unit = unit;
        this.sentence = sentence;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public Unit unit() {
        return unit;
    }

    @Override
    public String sentence() {
        return sentence;
    }

    /// Returns the counter of a verdict of the gate.
    public static HandshakeCounter of(Verdict verdict) {
        return switch (verdict) {
            case OK -> ADMITTED;
            case COOKIE_SENT -> COOKIES;
            case MAC1_INVALID -> DROP_MAC1_INVALID;
            case DECRYPT_FAILED -> DROP_WRONG_KEY;
            case RATE_LIMITED -> DROP_RATE_LIMITED;
            case LOW_ORDER_POINT -> DROP_LOW_ORDER_EPHEMERAL;
            default -> DROP_MALFORMED;
        };
    }
}
