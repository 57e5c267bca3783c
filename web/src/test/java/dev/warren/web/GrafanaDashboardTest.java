package dev.warren.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// docs/grafana/warren.json is a dashboard: every panel says what it shows and asks the data source that is chosen.
// What
/// it asks is tried on a Prometheus by PrometheusTest of `it`.
class GrafanaDashboardTest {
    private static final Set<String> VARIABLES = Set.of("datasource", "instance", "interface", "peer");

    private static JsonObject dashboard() throws IOException {
        return new JsonObject(Files.readString(Path.of("../docs/grafana/warren.json")));
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    @Test
    void everyPanelHasATitleAUnitAndQueriesOfTheChosenSource() throws IOException {
        var ids = new HashSet<Integer>();
        var titles = new HashSet<String>();
        for (var panel : objects(dashboard().getJsonArray("panels"))) {
            var title = panel.getString("title");
            assertFalse(title.isBlank(), panel::encode);
            assertTrue(ids.add(panel.getInteger("id")), title);
            if (panel.getString("type").equals("row")) continue;
            assertTrue(titles.add(title), title);
            assertFalse(
                    panel.getJsonObject("fieldConfig")
                            .getJsonObject("defaults")
                            .getString("unit")
                            .isBlank(),
                    title);
            var targets = objects(panel.getJsonArray("targets"));
            assertFalse(targets.isEmpty(), title);
            assertEquals(
                    targets.size(),
                    targets.stream()
                            .map(target -> target.getString("refId"))
                            .distinct()
                            .count(),
                    title);
            for (var target : targets) {
                assertFalse(target.getString("expr").isBlank(), title);
                assertEquals("${datasource}", target.getJsonObject("datasource").getString("uid"), title);
            }
        }
        assertTrue(titles.size() > 15, titles.toString());
    }

    @Test
    void panelsDoNotLieOnEachOther() throws IOException {
        var taken = new HashSet<String>();
        for (var panel : objects(dashboard().getJsonArray("panels"))) {
            var at = panel.getJsonObject("gridPos");
            assertTrue(at.getInteger("x") + at.getInteger("w") <= 24, panel.getString("title"));
            for (int x = 0; x < at.getInteger("w"); x++) {
                for (int y = 0; y < at.getInteger("h"); y++) {
                    assertTrue(
                            taken.add(at.getInteger("x") + x + ":" + (at.getInteger("y") + y)),
                            panel.getString("title"));
                }
            }
        }
    }

    @Test
    void routerInterfaceAndPeerCanBeChosen() throws IOException {
        var dashboard = dashboard();
        var variables = objects(dashboard.getJsonObject("templating").getJsonArray("list"));
        assertEquals(
                VARIABLES,
                variables.stream().map(variable -> variable.getString("name")).collect(Collectors.toSet()));
        for (var name : VARIABLES) {
            assertTrue(dashboard.encode().contains(name.equals("datasource") ? "${datasource}" : "$" + name), name);
        }
    }
}
