package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What a real Prometheus and its promtool make of `/metrics`, of our alert rules and of the dashboard for Grafana.
@Tag("netns")
@OnlyWarren("wireguard-go has no HTTP")
class PrometheusTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Path DOCS = Path.of("../docs").toAbsolutePath().normalize();
    private static final Path RULES = DOCS.resolve("prometheus/warren.rules.yml");
    private static final Path RULES_TEST = DOCS.resolve("prometheus/warren.rules.test.yml");
    private static final Path DASHBOARD = DOCS.resolve("grafana/warren.json");

    private static final Pattern METRIC = Pattern.compile("\\b(?:up|(?:warren|process|jvm)_[a-z0-9_]+)\\b");
    private static final Pattern REASONS = Pattern.compile("reason=~?\"([^\"]*)\"");
    private static final Pattern TESTED = Pattern.compile("alertname: (\\w+)\\n +exp_alerts:( \\[])?\\n");
    private static final Pattern YAML = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void promtoolFindsNothingToSayOfTheMetrics() throws IOException {
        var host = routerWithOddNames();
        var metrics = Http.fetch(host, 9586, "/metrics");
        assertTrue(metrics.ok(), metrics.head());
        assertTrue(metrics.body().contains("peer=\"Jürgen \\\"the\\\" \\\\ Ä\""), metrics.body());
        assertTrue(metrics.body().contains("interface=\"wg1\""), metrics.body());
        var said = host.feed(metrics.body(), "promtool", "check", "metrics");
        assertEquals("", said.out() + said.err());
    }

    @Test
    void aPrometheusTakesEverythingThatIsExportedAskedAndAlertedOn() throws IOException {
        var host = routerWithOddNames();
        Files.writeString(host.file("/run/prometheus.yml"), """
                global: { scrape_interval: 1s, evaluation_interval: 1s }
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: warren
                    static_configs: [{ targets: ["127.0.0.1:9586"] }]
                """.formatted(RULES));
        var prometheus = host.spawn(
                "prometheus",
                "--config.file=/run/prometheus.yml",
                "--storage.tsdb.path=/run/prometheus",
                "--web.listen-address=127.0.0.1:9090");
        Poll.until(
                () -> "it has scraped: " + ask(host, "targets") + prometheus.errors(), SOON, () -> ask(host, "targets")
                        .contains("\"health\":\"up\""));
        // Only OpenMetrics tells units: that is the format that was asked for and understood.
        Poll.until(() -> "units: " + ask(host, "targets/metadata"), SOON, () -> ask(host, "targets/metadata")
                .contains("\"metric\":\"warren_drop_packets\",\"type\":\"counter\""));
        assertTrue(ask(host, "targets/metadata").contains("\"unit\":\"packets\""), ask(host, "targets/metadata"));
        Poll.until(() -> "the rules are evaluated: " + ask(host, "rules"), SOON, () -> !ask(host, "rules")
                .contains("\"health\":\"unknown\""));
        var rules = ask(host, "rules");
        assertFalse(rules.contains("\"health\":\"err\""), rules);
        var expressions = strings(rules, "\"query\":");
        assertEquals(alerts().size(), expressions.size());
        var written = Files.readString(RULES);
        for (var annotation : List.of("          summary: ", "          description: ")) {
            assertEquals(alerts().size(), written.split(annotation, -1).length - 1, annotation);
        }

        var dashboard = Files.readString(DASHBOARD);
        var panels = strings(dashboard, "\"expr\": ");
        assertTrue(panels.size() > 20, panels.toString());
        expressions.addAll(panels);
        expressions.addAll(strings(dashboard, "\"definition\": "));
        var exported = Set.copyOf(strings(ask(host, "label/__name__/values"), ""));
        var reasons = Set.copyOf(strings(ask(host, "label/reason/values"), ""));
        for (var expression : expressions) {
            for (var name : named(expression)) assertTrue(exported.contains(name), name + " is not exported");
            for (var reason : reasons(expression)) assertTrue(reasons.contains(reason), reason + " is no reason");
        }
        for (var panel : panels) {
            var asked = panel.replace("$__rate_interval", "1m").replaceAll("\\$[a-z]+", ".+");
            var answer = ask(host, "query?query=" + Http.encoded(asked));
            assertTrue(answer.startsWith("{\"status\":\"success\""), asked + ": " + answer);
        }
    }

    @Test
    void theAlertsFireWhenTheyShouldAndNotOtherwise() throws IOException {
        var host = lab.host("a");
        host.run("promtool", "check", "rules", RULES.toString());
        host.run("promtool", "test", "rules", RULES_TEST.toString());
        var fire = new HashSet<String>();
        var rest = new HashSet<String>();
        TESTED.matcher(Files.readString(RULES_TEST)).results().forEach(tested -> (tested.group(2) == null ? fire : rest)
                .add(tested.group(1)));
        assertEquals(alerts(), fire);
        assertEquals(alerts(), rest);
    }

    @Test
    void theScrapeConfigurationOfTheDocumentationIsRight() throws IOException {
        var host = lab.host("a");
        var samples = YAML.matcher(Files.readString(DOCS.resolve("METRICS.md")))
                .results()
                .map(sample -> sample.group(1))
                .toList();
        assertFalse(samples.isEmpty());
        for (var sample : samples) {
            Files.writeString(host.file("/run/prometheus.yml"), sample);
            host.run("promtool", "check", "config", "--syntax-only", "/run/prometheus.yml");
        }
    }

    /// Two interfaces; peers with a name, with a strange one, and without any; sessions, and a drop.
    private Host routerWithOddNames() throws IOException {
        var host = lab.host("a");
        var other = lab.host("b");
        Pair.connect(lab, host, other, 1500);
        var own = Keys.generate();
        var laptop = Keys.generate();
        Router.run(host, """
                warren {
                  state-dir = "/run/state"
                  web.listen = "127.0.0.1:9586"
                  interfaces.wg0 {
                    private-key = "%s"
                    listen-port = 51820
                    addresses = ["%s/24"]
                    peers {
                      laptop { public-key = "%s", allowed-ips = ["%s/32"], persistent-keepalive = 25 }
                      "Jürgen \\"the\\" \\\\ Ä" { public-key = "%s", allowed-ips = ["10.9.0.3/32"] }
                    }
                  }
                  interfaces.wg1 { addresses = ["10.10.0.1/24"] }
                }
                """.formatted(
                        own.privateKey(),
                        Pair.A4,
                        laptop.publicKey(),
                        Pair.B4,
                        Keys.generate().publicKey()));
        new Wg(host, "wg0").set("peer", Keys.generate().publicKey(), "allowed-ips", "10.9.0.4/32");
        Pair.serve(other, laptop, own);
        new Wg(other, "wg0")
                .set("peer", own.publicKey(), "endpoint", Pair.OUTER_A4 + ":51820", "allowed-ips", "0.0.0.0/0");
        Ping.untilAnswered(other, Pair.A4, SOON);
        // From an address that is not the peer's: drops of a peer are shown from the first one on.
        other.address("wg0", "10.66.0.1/32");
        other.attempt("ping", "-c", "1", "-W", "1", "-I", "10.66.0.1", Pair.A4);
        return host;
    }

    private static String ask(Host host, String what) {
        return Http.fetch(host, 9090, "/api/v1/" + what).body();
    }

    private static Set<String> alerts() throws IOException {
        var alerts = new HashSet<String>();
        Pattern.compile("- alert: (\\w+)")
                .matcher(Files.readString(RULES))
                .results()
                .forEach(alert -> alerts.add(alert.group(1)));
        assertTrue(alerts.size() > 10, alerts.toString());
        return alerts;
    }

    /// The texts in this JSON that come right behind `before`, in the words that they stand for.
    private static List<String> strings(String json, String before) {
        var all = new ArrayList<String>();
        var texts = Pattern.compile(Pattern.quote(before) + "\"((?:[^\"\\\\]|\\\\.)*)\"");
        texts.matcher(json).results().forEach(text -> all.add(plain(text.group(1))));
        return all;
    }

    private static String plain(String json) {
        var plain = json;
        for (var escape : Map.of("\\u003e", ">", "\\u003c", "<", "\\u0026", "&", "\\\"", "\"", "\\n", "\n")
                .entrySet()) plain = plain.replace(escape.getKey(), escape.getValue());
        return plain.replace("\\\\", "\\");
    }

    /// The metrics of an expression: not what stands in its texts.
    private static List<String> named(String expression) {
        return METRIC.matcher(expression.replaceAll("\"[^\"]*\"", "\"\""))
                .results()
                .map(name -> name.group())
                .toList();
    }

    /// The reasons of an expression that are written out.
    private static List<String> reasons(String expression) {
        return REASONS.matcher(expression)
                .results()
                .flatMap(reasons -> List.of(reasons.group(1).split("\\|")).stream())
                .filter(reason -> !reason.endsWith(".+"))
                .toList();
    }
}
