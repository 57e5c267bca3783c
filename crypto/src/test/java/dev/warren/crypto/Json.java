package dev.warren.crypto;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// As much JSON as test vectors need: objects, lists, strings, numbers and words.
public final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /// Map, List, String, Long or, for a word, Boolean.
    public static Object parse(String text) {
        return new Json(text).value();
    }

    private Object value() {
        char c = peek();
        return switch (c) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, Object> object() {
        var map = new LinkedHashMap<String, Object>();
        at++;
        while (peek() != '}') {
            var key = string();
            expect(':');
            map.put(key, value());
            if (peek() == ',') {
                at++;
            }
        }
        at++;
        return map;
    }

    private List<Object> list() {
        var list = new ArrayList<>();
        at++;
        while (peek() != ']') {
            list.add(value());
            if (peek() == ',') {
                at++;
            }
        }
        at++;
        return list;
    }

    private String string() {
        expect('"');
        var out = new StringBuilder();
        while (text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            out.append(text.charAt(at++));
        }
        at++;
        return out.toString();
    }

    private Object word() {
        int start = at;
        while (",]}".indexOf(peek()) < 0) {
            at++;
        }
        var word = text.substring(start, at).strip();
        return Character.isLetter(word.charAt(0)) ? (Object) word.equals("true") : (Object) Long.valueOf(word);
    }

    private char peek() {
        while (Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.charAt(at);
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw new IllegalArgumentException("Expected " + wanted + " at " + at + ".");
        }
        at++;
    }
}
