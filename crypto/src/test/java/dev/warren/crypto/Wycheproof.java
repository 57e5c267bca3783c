package dev.warren.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// The vectors of one file.
public record Wycheproof(int group, Map<String, Object> values) {
    /// All vectors, with the number that their group says under `sizeName` (0 without).
    @SuppressWarnings("unchecked")
    public static Stream<Wycheproof> vectors(String file, String sizeName) {
        try (InputStream in = Wycheproof.class.getResourceAsStream("/wycheproof/" + file)) {
            var text = new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
            var groups = (List<Map<String, Object>>) ((Map<String, Object>) Json.parse(text)).get("testGroups");
            return Objects.requireNonNull(groups).stream().flatMap(group -> ((List<Map<String, Object>>)
                            Objects.requireNonNull(group.get("tests")))
                    .stream().map(test -> new Wycheproof(((Long) group.getOrDefault(sizeName, 0L)).intValue(), test)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public byte[] bytes(String name) {
        return HexFormat.of().parseHex((String) Objects.requireNonNull(values.get(name)));
    }

    public boolean valid() {
        return "valid".equals(values.get("result"));
    }

    public boolean has(String flag) {
        return ((List<?>) Objects.requireNonNull(values.get("flags"))).contains(flag);
    }

    @Override
    public String toString() {
        return "vector " + values.get("tcId") + " (" + values.get("comment") + ")";
    }
}
