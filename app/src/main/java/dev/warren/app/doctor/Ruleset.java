package dev.warren.app.doctor;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The firewall's rules as `nft -j list ruleset` prints them.
final class Ruleset {
    /// A table by its family and name.
    record Table(String family, String name) {
        static Table of(JsonObject of) {
            return new Table(of.getString("family", ""), of.getString("table", ""));
        }

        @Override
        public String toString() {
            return family + " " + name;
        }
    }

    /// @param name of the chain
    /// @param kind `filter` or `nat`; empty for one that no hook calls
    /// @param hook `input`, `forward`, ...; empty as well
    /// @param policy `accept` or `drop`
    /// @param rules the `expr` of each
    record Chain(Table table, String name, String kind, String hook, String policy, List<JsonArray> rules) {
        @Override
        public String toString() {
            return table + " " + name;
        }
    }

    /// What becomes of a packet.
    ///
    /// @param fate for all chains together
    /// @param chain the one that drops it, or that it is not certain of; null where nothing does
    record Judgement(Fate fate, @Nullable Chain chain) {}

    /// From good to bad.
    enum Fate {
        /// It passes, at most but for what a rule with further conditions keeps out.
        PASSES,
        /// It passes where a rule that names its port or device has its further conditions met.
        PASSES_IF,
        /// That depends on what is not known here.
        UNCERTAIN,
        /// It is dropped or rejected, whoever sends it.
        DROPPED
    }

    private static final Set<String> MASQUERADES = Set.of("masquerade", "snat");
    private static final Set<String> MASQUERADE_TARGETS = Set.of("MASQUERADE", "SNAT");

    private final List<Chain> chains = new ArrayList<>();
    private final Map<Table, Map<String, JsonArray>> sets = new HashMap<>();

    private Ruleset() {}

    /// @throws IllegalArgumentException when it is no such JSON
    static Ruleset parse(String json) {
        try {
            var ruleset = new Ruleset();
            for (var each : new JsonObject(json).getJsonArray("nftables")) ruleset.add((JsonObject) each);
            return ruleset;
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            throw new IllegalArgumentException("nft prints what is no list of rules", e);
        }
    }

    /// Chains come before their rules.
    private void add(JsonObject each) {
        if (each.getValue("set") instanceof JsonObject set) {
            sets.computeIfAbsent(Table.of(set), _ -> new HashMap<>())
                    .put(set.getString("name"), set.getJsonArray("elem", new JsonArray()));
        } else if (each.getValue("chain") instanceof JsonObject chain) {
            chains.add(new Chain(
                    Table.of(chain),
                    chain.getString("name"),
                    chain.getString("type", ""),
                    chain.getString("hook", ""),
                    chain.getString("policy", "accept"),
                    new ArrayList<>()));
        } else if (each.getValue("rule") instanceof JsonObject rule) {
            var chain = chain(Table.of(rule), rule.getString("chain"));
            if (chain != null) chain.rules().add(rule.getJsonArray("expr", new JsonArray()));
        }
    }

    @Nullable
    Chain chain(Table table, String name) {
        for (var chain : chains) {
            if (chain.table().equals(table) && chain.name().equals(name)) return chain;
        }
        return null;
    }

    /// What the chains of these hooks do with a packet. It has to pass all of them.
    Judgement judge(FirewallPacket packet, String... hooks) {
        var worst = new Judgement(Fate.PASSES, null);
        for (var chain : chains) {
            if (!chain.kind().equals("filter") || !List.of(hooks).contains(chain.hook())) continue;
            if (!packet.passes(chain.table().family())) continue;
            var match = new RuleMatch(packet, sets.getOrDefault(chain.table(), Map.of()));
            var fate = new ChainWalk(this, match).fate(chain);
            if (fate.compareTo(worst.fate()) > 0) worst = new Judgement(fate, chain);
        }
        return worst;
    }

    /// The first chain that gives packets which leave another source address; null: none does.
    @Nullable
    Chain masquerading() {
        for (var chain : chains) {
            for (var rule : chain.rules()) {
                for (var each : rule) {
                    if (each instanceof JsonObject statement && masquerades(statement)) return chain;
                }
            }
        }
        return null;
    }

    private static boolean masquerades(JsonObject statement) {
        return statement.fieldNames().stream().anyMatch(MASQUERADES::contains)
                || (statement.getValue("xt") instanceof JsonObject xt
                        && MASQUERADE_TARGETS.contains(xt.getString("name", "")));
    }
}
