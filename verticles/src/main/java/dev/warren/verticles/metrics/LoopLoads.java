package dev.warren.verticles.metrics;

import dev.warren.verticles.loop.LoopProbe;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The load of each event loop from one publication to the next, by probes that are sent in between.
final class LoopLoads {
    private static final class Load {
        long cpuNanos;
        long cpuNanosBefore = -1;
        long waited;
        long longest;
        int probes;
    }

    private final Map<String, Load> loads = new LinkedHashMap<>();
    private long readAt;

    /// Takes what one round of probes found.
    void take(List<LoopProbe> probes) {
        for (var probe : probes) {
            var load = loads.computeIfAbsent(probe.loop(), _ -> new Load());
            load.cpuNanos = probe.cpuNanos();
            load.waited += probe.waitNanos();
            load.longest = Math.max(load.longest, probe.waitNanos());
            load.probes++;
        }
    }

    /// A timer of this loop ran late: a probe of its own cannot be sent while it is held up.
    void late(String loop, long nanos) {
        var load = loads.get(loop);
        if (load != null) load.longest = Math.max(load.longest, nanos);
    }

    /// What was found since the last call. A loop without a probe is too busy to have answered, or all is new.
    ///
    /// @param now nanoseconds
    JsonArray read(long now) {
        var json = new JsonArray();
        double elapsed = now - readAt;
        readAt = now;
        loads.forEach((name, load) -> {
            var each = new JsonObject().put("name", name);
            if (load.cpuNanosBefore >= 0 && load.probes > 0) {
                double busy = (load.cpuNanos - load.cpuNanosBefore) / elapsed;
                each.put("busy", Math.clamp(Math.round(busy * 1e4) / 1e4, 0.0, 1.0));
            }
            if (load.probes > 0) {
                each.put("lagMicroseconds", load.waited / load.probes / 1000)
                        .put("longestTurnMicroseconds", load.longest / 1000);
                load.cpuNanosBefore = load.cpuNanos;
                load.waited = 0;
                load.longest = 0;
                load.probes = 0;
            }
            json.add(each);
        });
        return json;
    }

    /// Nobody looks any more.
    void clear() {
        loads.clear();
    }
}
