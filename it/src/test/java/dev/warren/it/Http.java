package dev.warren.it;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Requests over HTTP to a port of a host's own loopback.
///
/// @param status the first line
/// @param head all of the head, with the first line
record Http(String status, String head, String body) {
    /// @param headers whole lines, such as `Accept: text/plain`
    static Http fetch(Host host, int port, String path, String... headers) {
        var request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        if (headers.length > 0) request += String.join("\r\n", headers) + "\r\n";
        var answer = host.attempt("bash", "-c", """
                exec 3<>/dev/tcp/127.0.0.1/$0 || exit 1
                printf '%s\\r\\n' "$1" >&3
                cat <&3""", "" + port, request).out();
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) return new Http(answer, answer, "");
        var head = answer.substring(0, end);
        return new Http(head.lines().findFirst().orElse(""), head, answer.substring(end + 4));
    }

    static String encoded(String parameter) {
        return URLEncoder.encode(parameter, StandardCharsets.UTF_8);
    }

    boolean ok() {
        return status.startsWith("HTTP/1.1 200");
    }
}
