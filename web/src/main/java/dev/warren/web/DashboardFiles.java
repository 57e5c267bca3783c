package dev.warren.web;

import dev.warren.verticles.counters.DeviceCounters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/// The files of the dashboard, by the path that they are served at. They are the same for everybody and
/// hold no figures.
final class DashboardFiles {
    /// Scripts, styles and figures come from the router that served the page; nothing inline, no frame around it.
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final List<String> SCRIPTS = List.of(
            "dashboard",
            "drops",
            "elements",
            "events",
            "history",
            "load",
            "path",
            "peer",
            "peers",
            "plot",
            "store",
            "stream",
            "text");

    private static final List<String> STYLES = List.of("dashboard", "path");

    private static final String UPLOT = "META-INF/resources/webjars/uplot/";

    private DashboardFiles() {}

    record File(String type, Buffer content) {}

    /// Reads all of them; blocks.
    static Map<String, File> load() throws IOException {
        Map<String, File> files = new LinkedHashMap<>();
        files.put("/", own("dashboard.html", "text/html"));
        for (var script : SCRIPTS) files.put("/" + script + ".js", own(script + ".js", "text/javascript"));
        files.put("/counters.js", new File("text/javascript;charset=utf-8", counters()));
        for (var style : STYLES) files.put("/" + style + ".css", own(style + ".css", "text/css"));
        files.put("/icon.svg", own("icon.svg", "image/svg+xml"));
        var dist = UPLOT + uplotVersion() + "/dist/";
        files.put("/uplot.js", new File("text/javascript;charset=utf-8", read(dist + "uPlot.esm.js")));
        files.put("/uplot.css", new File("text/css;charset=utf-8", read(dist + "uPlot.min.css")));
        return files;
    }

    /// What each counter counts, so that the page has the words of `warren stats --explain`.
    private static Buffer counters() {
        var sentences = new JsonObject();
        for (var counter : DeviceCounters.catalogue()) sentences.put(counter.label(), counter.sentence());
        return Buffer.buffer("export const COUNTERS = " + sentences.encode() + ";\n");
    }

    private static File own(String name, String type) throws IOException {
        return new File(type + ";charset=utf-8", read("dev/warren/web/" + name));
    }

    /// The WebJar has its version in the names of its folders; Maven's own note says which it is.
    private static String uplotVersion() throws IOException {
        var properties = new Properties();
        try (var in = DashboardFiles.class
                .getClassLoader()
                .getResourceAsStream("META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
            if (in == null) throw new FileNotFoundException("uPlot's WebJar is not on the class path");
            properties.load(in);
        }
        return properties.getProperty("version");
    }

    private static Buffer read(String resource) throws IOException {
        try (var in = DashboardFiles.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) throw new FileNotFoundException(resource + " is not on the class path");
            return Buffer.buffer(in.readAllBytes());
        }
    }
}
