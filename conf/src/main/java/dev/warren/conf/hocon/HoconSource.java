package dev.warren.conf.hocon;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// The text of one file. Values are slices of it until a string is asked for, so that a key in it is nowhere
/// else in memory, and [#wipe] takes it away.
public final class HoconSource {
    private final Path file;
    final char[] text;
    final int length;

    private HoconSource(Path file, char[] text, int length) {
        this.file = file;
        this.text = text;
        this.length = length;
    }

    /// Decodes UTF-8; what is none becomes U+FFFD, which only matters outside of comments.
    ///
    /// @param file as the operator named it
    /// @param bytes wiped
    public static HoconSource of(Path file, byte[] bytes) {
        try {
            var decoder = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
            var text = new char[bytes.length]; // never more characters than bytes
            var decoded = CharBuffer.wrap(text);
            var result = decoder.decode(ByteBuffer.wrap(bytes), decoded, true);
            if (result.isError()) {
                result.throwException();
            }
            return new HoconSource(file, text, decoded.position());
        } catch (CharacterCodingException e) {
            throw new AssertionError(e); // errors are replaced
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /// The file as the operator named it.
    public Path file() {
        return file;
    }

    /// Values that were read from here are lost.
    public void wipe() {
        Arrays.fill(text, '\0');
    }
}
