package dev.warren.app.doctor;

import dev.warren.app.doctor.RuleMatch.Truth;
import dev.warren.app.doctor.Ruleset.Chain;
import dev.warren.app.doctor.Ruleset.Fate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Goes through a chain as the kernel does (nf_tables_core.c) with conditions that hold, do not, or perhaps.
final class ChainWalk {
    private enum Verdict {
        ACCEPT,
        DROP,
        /// Back to the chain that called this one; in one that a hook calls, its policy.
        RETURN,
        /// On to the next rule.
        NEXT
    }

    /// What becomes of a packet in a rule or a chain.
    ///
    /// @param possible all that can
    /// @param plain what does when no doubtful condition holds
    /// @param named whether a rule that names the packet's port or device may accept it
    private record Outcome(Set<Verdict> possible, Verdict plain, boolean named) {
        static final Outcome NEXT = only(Verdict.NEXT);
        static final Outcome ANY =
                new Outcome(EnumSet.of(Verdict.ACCEPT, Verdict.DROP, Verdict.NEXT), Verdict.NEXT, false);

        static Outcome only(Verdict verdict) {
            return new Outcome(EnumSet.of(verdict), verdict, false);
        }

        /// The same where it is not certain that it comes to this.
        Outcome perhaps() {
            var all = EnumSet.copyOf(possible);
            all.add(Verdict.NEXT);
            return new Outcome(all, Verdict.NEXT, named);
        }

        /// The same in a rule whose conditions name the packet, or not.
        Outcome named(boolean names) {
            return new Outcome(possible, plain, named || (names && possible.contains(Verdict.ACCEPT)));
        }

        /// The same with another verdict in place of RETURN.
        Outcome returning(Verdict verdict) {
            var all = EnumSet.copyOf(possible);
            if (all.remove(Verdict.RETURN)) all.add(verdict);
            return new Outcome(all, plain == Verdict.RETURN ? verdict : plain, named);
        }
    }

    /// Statements that end a rule or not, by what was counted so far.
    private static final Set<String> DOUBTFUL = Set.of("limit", "quota", "ct count", "meter", "set");

    private final Ruleset ruleset;
    private final RuleMatch match;
    /// Chains that were gone through, so that each is once, however often it is called.
    private final IdentityHashMap<Chain, Outcome> known = new IdentityHashMap<>();

    ChainWalk(Ruleset ruleset, RuleMatch match) {
        this.ruleset = ruleset;
        this.match = match;
    }

    /// @param base a chain that a hook calls
    Fate fate(Chain base) {
        var outcome = walk(base).returning(base.policy().equals("drop") ? Verdict.DROP : Verdict.ACCEPT);
        if (outcome.plain() == Verdict.ACCEPT) return Fate.PASSES;
        if (!outcome.possible().contains(Verdict.ACCEPT)) return Fate.DROPPED;
        return outcome.named() ? Fate.PASSES_IF : Fate.UNCERTAIN;
    }

    private Outcome walk(Chain chain) {
        var before = known.get(chain);
        if (before != null) return before;
        known.put(chain, Outcome.NEXT); // the kernel has no loops, but this is what somebody prints
        var all = EnumSet.noneOf(Verdict.class);
        var plain = Verdict.NEXT;
        boolean named = false;
        boolean ended = false;
        for (var rule : chain.rules()) {
            var outcome = rule(chain, rule);
            all.addAll(outcome.possible());
            named |= outcome.named();
            if (plain == Verdict.NEXT) plain = outcome.plain();
            ended = !outcome.possible().contains(Verdict.NEXT);
            if (ended) break;
        }
        all.remove(Verdict.NEXT);
        if (!ended) all.add(Verdict.RETURN);
        var outcome = new Outcome(all, plain == Verdict.NEXT ? Verdict.RETURN : plain, named);
        known.put(chain, outcome);
        return outcome;
    }

    private Outcome rule(Chain chain, JsonArray statements) {
        boolean certain = true;
        boolean names = false;
        for (var each : statements) {
            if (!(each instanceof JsonObject statement)) continue;
            Outcome outcome = null;
            if (statement.getValue("match") instanceof JsonObject condition) {
                var truth = match.of(condition);
                if (truth == Truth.NO) return Outcome.NEXT;
                if (truth == Truth.PERHAPS) certain = false;
                else names |= condition.getValue("left") instanceof JsonObject left && match.names(left);
            } else if (statement.getValue("vmap") instanceof JsonObject map) {
                outcome = map(chain, map);
            } else if (statement.containsKey("xt")) {
                outcome = extension(statement.getValue("xt"));
                if (outcome == null) certain = false;
            } else if (statement.fieldNames().stream().anyMatch(DOUBTFUL::contains)) {
                certain = false;
            } else {
                outcome = verdict(chain, statement);
            }
            if (outcome == null) continue; // a condition, or what changes nothing, such as a counter
            outcome = outcome.named(names);
            return certain ? outcome : outcome.perhaps();
        }
        return Outcome.NEXT;
    }

    /// The end of a rule, such as `{"accept": null}`; null for other statements.
    private @Nullable Outcome verdict(Chain chain, JsonObject statement) {
        if (statement.containsKey("accept")) return Outcome.only(Verdict.ACCEPT);
        if (statement.containsKey("drop")) return Outcome.only(Verdict.DROP);
        if (statement.containsKey("reject")) {
            return match.rejects(statement.getValue("reject")) ? Outcome.only(Verdict.DROP) : Outcome.NEXT;
        }
        if (statement.containsKey("return")) return Outcome.only(Verdict.RETURN);
        if (statement.containsKey("continue")) return Outcome.NEXT;
        if (statement.containsKey("queue")) return Outcome.ANY; // a program decides
        if (statement.getValue("jump") instanceof JsonObject jump)
            return call(chain, jump).returning(Verdict.NEXT);
        return statement.getValue("goto") instanceof JsonObject jump ? call(chain, jump) : null;
    }

    private Outcome call(Chain chain, JsonObject jump) {
        var target = ruleset.chain(chain.table(), jump.getString("target", ""));
        return target == null ? Outcome.ANY : walk(target);
    }

    /// What iptables has and nft has not: a target decides, a match is a condition (null).
    private static @Nullable Outcome extension(@Nullable Object extension) {
        if (!(extension instanceof JsonObject xt)) return Outcome.ANY;
        if (xt.getString("type", "").equals("match")) return null;
        return switch (xt.getString("name", "")) {
            case "REJECT" -> Outcome.only(Verdict.DROP);
            case "LOG", "NFLOG", "MARK", "CONNMARK", "TCPMSS", "CT" -> Outcome.NEXT;
            default -> Outcome.ANY;
        };
    }

    /// `{"key": ..., "data": {"set": [[51820, {"accept": null}], ...]}}`
    private Outcome map(Chain chain, JsonObject map) {
        if (!(map.getValue("key") instanceof JsonObject key)
                || !(map.getValue("data") instanceof JsonObject data)
                || !(data.getValue("set") instanceof JsonArray entries)) return Outcome.ANY;
        var value = match.value(key);
        if (value != null && value.isEmpty()) return Outcome.NEXT;
        var all = EnumSet.of(Verdict.NEXT);
        boolean named = false;
        for (var each : entries) {
            if (!(each instanceof JsonArray entry) || !(entry.getValue(1) instanceof JsonObject statement)) continue;
            var truth = value == null ? Truth.PERHAPS : match.in(value, entry.getValue(0));
            var outcome = truth == Truth.NO ? null : verdict(chain, statement);
            if (outcome == null) continue;
            if (truth == Truth.YES) return outcome.named(match.names(key));
            all.addAll(outcome.possible());
            named |= outcome.named();
        }
        return new Outcome(all, Verdict.NEXT, named);
    }
}
