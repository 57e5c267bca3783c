package dev.warren.conf.hocon;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Anything that is no list, object or null: texts, numbers and words, as they are written.
public final class HoconText implements HoconValue {
    private final char[] chars;
    private final int from;
    private final int to;
    private final int line;
    private final boolean quoted;
    private final boolean substituted;

    /// @param chars not copied
    /// @param substituted by way of `${...}`, maybe from the environment
    HoconText(char[] chars, int from, int to, int line, boolean quoted, boolean substituted) {
        this.chars = chars;
        this.from = from;
        this.to = to;
        this.line = line;
        this.quoted = quoted;
        this.substituted = substituted;
    }

    static HoconText of(CharSequence text, int line, boolean quoted, boolean substituted) {
        var chars = new char[text.length()];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = text.charAt(i);
        }
        return new HoconText(chars, 0, chars.length, line, quoted, substituted);
    }

    HoconText substitutedAt(int place) {
        return new HoconText(chars, from, to, place, true, true);
    }

    /// Where it stands, or where the substitution stands.
    public int line() {
        return line;
    }

    /// Was in quotes, or is put together of several pieces.
    public boolean quoted() {
        return quoted;
    }

    /// Comes from elsewhere, maybe from the environment: it may not be repeated in a message.
    public boolean substituted() {
        return substituted;
    }

    /// How many characters it has.
    public int length() {
        return to - from;
    }

    char charAt(int index) {
        return chars[from + index];
    }

    /// A part of it, without a copy.
    public HoconText slice(int start, int end) {
        return new HoconText(chars, from + start, from + end, line, quoted, substituted);
    }

    /// Without white space at both ends, without a copy.
    public HoconText strip() {
        int start = from;
        int end = to;
        while (start < end && Character.isWhitespace(chars[start])) {
            start++;
        }
        while (end > start && Character.isWhitespace(chars[end - 1])) {
            end--;
        }
        return slice(start - from, end - from);
    }

    /// A new array that the caller may wipe; no other copy is made.
    public byte[] utf8() {
        var bytes = new byte[length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = charAt(i);
            if (c >= 0x80) {
                return encoded();
            }
            bytes[i] = (byte) c;
        }
        return bytes;
    }

    private byte[] encoded() {
        ByteBuffer buffer = StandardCharsets.UTF_8.encode(CharBuffer.wrap(chars, from, length()));
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        Arrays.fill(buffer.array(), (byte) 0);
        return bytes;
    }

    boolean is(String word) {
        if (length() != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (charAt(i) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean isBlank() {
        return strip().length() == 0;
    }

    void appendTo(StringBuilder builder) {
        builder.append(chars, from, length());
    }

    /// The text. Not for secrets: see [#utf8].
    public String string() {
        return new String(chars, from, length());
    }
}
