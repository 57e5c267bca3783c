package dev.warren.conf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads hosts with their ports, one and in lists.
final class EndpointReader {
    private static final String ENDPOINT = "\"name:port\", \"1.2.3.4:port\" or \"[2001:db8::1]:port\", port 1 to 65535";
    private static final Pattern DIGITS = Pattern.compile("[0-9.]+");
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?");

    private final AddressText addresses = new AddressText();

    /// Null when it is absent or wrong.
    @Nullable
    HostAndPort endpoint(Section section, String key) {
        var written = section.text(key, ENDPOINT);
        return written == null ? null : endpoint(section, key, written);
    }

    /// Those that are right among the values of a key.
    List<HostAndPort> endpoints(Section section, String key, List<ConfigText> texts) {
        var found = new ArrayList<HostAndPort>();
        for (var written : texts) {
            var endpoint = endpoint(section, key, written);
            if (endpoint != null && found.contains(endpoint)) {
                section.problem(key, endpoint + " is given twice", "it once");
            } else if (endpoint != null) {
                found.add(endpoint);
            }
        }
        return found;
    }

    private @Nullable HostAndPort endpoint(Section section, String key, ConfigText written) {
        var ascii = written.utf8();
        var text = written.string();
        int colon = text.lastIndexOf(':');
        var host = colon < 0 ? text : text.substring(0, colon);
        boolean literal = addresses.endpoint(ascii, 0, ascii.length) != null && !text.endsWith(":0");
        var problem = literal ? null : problem(text, host, colon);
        if (problem != null) {
            section.problem(key, "is " + Problems.echo(written) + problem, ENDPOINT);
            return null;
        }
        int port = Integer.parseInt(text, colon + 1, text.length(), 10);
        return new HostAndPort(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
    }

    private @Nullable String problem(String text, String host, int colon) {
        boolean brackets = host.startsWith("[");
        if (!brackets && host.indexOf(':') >= 0) {
            return ", an IPv6 address without brackets";
        }
        if (colon < 0 || (brackets && !host.endsWith("]"))) {
            return ", without a port";
        }
        var port = text.substring(colon + 1).getBytes(StandardCharsets.UTF_8);
        if (AddressText.number(port, 0, port.length, 65535) < 1) {
            return ", whose port is not 1 to 65535";
        }
        if (brackets) {
            var inside = host.substring(1, host.length() - 1);
            if (inside.indexOf(':') >= 0 && addresses.literal(inside) != null) {
                return null;
            }
            int zone = inside.indexOf('%');
            return zone > 0 && zone + 1 < inside.length() && addresses.literal(inside.substring(0, zone)) != null
                    ? ", whose zone is no interface of this machine"
                    : ", which holds no IPv6 address";
        }
        if (DIGITS.matcher(host).matches()) {
            return addresses.literal(host) != null ? null : ", whose address is no IPv4 address";
        }
        boolean name = host.length() <= 253 && HOST_NAME.matcher(host).matches();
        return name && !host.contains("..") ? null : ", whose host is neither a name nor an address";
    }
}
