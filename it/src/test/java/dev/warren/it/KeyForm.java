package dev.warren.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16LE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One of the ways in which a key, or a part of it, may be written: raw, or as text in bytes or in Java's characters.
record KeyForm(String name, byte[] bytes) {
    /// No form of a whole key is longer: 32 decimals of up to 6 characters of 2 bytes.
    static final int LONGEST = 32 * 6 * 2;

    /// @param raw whole bytes of base64, that is with a multiple of 3 bytes before them in the key
    static List<KeyForm> of(byte[] raw) {
        var texts = new LinkedHashMap<String, String>();
        texts.put("hex", HexFormat.of().formatHex(raw));
        texts.put("upper-case hex", HexFormat.of().withUpperCase().formatHex(raw));
        texts.put("base64", Base64.getEncoder().withoutPadding().encodeToString(raw));
        texts.put(
                "base64 for addresses", Base64.getUrlEncoder().withoutPadding().encodeToString(raw));
        texts.put("decimals", decimals(raw, ", ", 0xffffffff));
        texts.put("decimals without signs", decimals(raw, ", ", 0xff));
        texts.put("decimals without spaces", decimals(raw, ",", 0xffffffff));
        texts.put("decimals without signs and spaces", decimals(raw, ",", 0xff));
        var forms = new ArrayList<KeyForm>();
        forms.add(new KeyForm("raw", raw));
        texts.forEach((name, text) -> {
            forms.add(new KeyForm(name, text.getBytes(US_ASCII)));
            forms.add(new KeyForm("characters of " + name, text.getBytes(UTF_16LE)));
        });
        return forms;
    }

    private static String decimals(byte[] raw, String between, int mask) {
        return IntStream.range(0, raw.length)
                .mapToObj(i -> Integer.toString(raw[i] & mask))
                .collect(Collectors.joining(between));
    }

    /// Where this is in the first bytes of these.
    List<Integer> in(byte[] all, int length) {
        var found = new ArrayList<Integer>();
        byte first = bytes[0];
        byte second = bytes[1];
        int end = length - bytes.length;
        for (int i = 0; i <= end; i++) {
            if (all[i] == first
                    && all[i + 1] == second
                    && Arrays.equals(all, i, i + bytes.length, bytes, 0, bytes.length)) found.add(i);
        }
        return found;
    }
}
