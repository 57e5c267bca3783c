package dev.warren.app.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.warren.app.doctor.Ruleset.Fate;
import dev.warren.routing.ip.IpFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What nft 1.0.6 printed for rules that it, or iptables-nft, had been given.
class RulesetTest {
    static Ruleset of(String name) {
        try (var in = Objects.requireNonNull(RulesetTest.class.getResourceAsStream(name + ".json"), name)) {
            return Ruleset.parse(new String(in.readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // rules, family, port, state, fate
        "none,            V4, 51820, new,         PASSES",
        "closed,          V4, 51820, new,         DROPPED",
        "closed,          V6, 51820, new,         DROPPED",
        "closed,          V4, 53,    new,         PASSES",
        "closed,          V4, 51820, established, PASSES",
        "open,            V4, 51820, new,         PASSES",
        "open,            V4, 52001, new,         DROPPED",
        "open,            V4, 443,   new,         DROPPED",
        "open,            V4, 52001, established, PASSES",
        "conditional,     V4, 51820, new,         PASSES_IF",
        "conditional,     V4, 51821, new,         DROPPED",
        "conditional,     V6, 51820, new,         DROPPED",
        "chains,          V4, 51820, new,         PASSES",
        "chains,          V4, 4500,  new,         DROPPED",
        "chains,          V4, 7000,  new,         DROPPED",
        "port-dropped,    V4, 51820, new,         DROPPED",
        "port-dropped,    V4, 51821, new,         PASSES",
        "port-dropped,    V6, 51820, new,         PASSES",
        "port-dropped,    V6, 60000, new,         DROPPED",
        "v6-closed,       V4, 51820, new,         PASSES",
        "v6-closed,       V6, 51820, new,         DROPPED",
        "doubtful,        V4, 51820, new,         UNCERTAIN",
        "doubtful,        V6, 51820, new,         UNCERTAIN",
        "map,             V4, 51820, new,         PASSES",
        "map,             V4, 53,    new,         DROPPED",
        "map,             V4, 54,    new,         DROPPED",
        "iptables,        V4, 51820, new,         PASSES",
        "iptables,        V4, 51821, new,         UNCERTAIN",
        "iptables,        V6, 51821, new,         PASSES",
        "iptables-multiport, V4, 51820, new,      UNCERTAIN",
    })
    void aDatagramToThisHost(String rules, IpFamily family, int port, String state, Fate fate) {
        var packet = new FirewallPacket(family, port, null, state);
        assertEquals(fate, of(rules).judge(packet, "prerouting", "input").fate());
    }

    @ParameterizedTest
    @CsvSource({
        "none,         wg0, V4, PASSES",
        "forward,      wg0, V4, DROPPED",
        "forward,      wg0, V6, DROPPED",
        "forward,      docker0, V4, PASSES",
        "forward-open, wg0, V4, PASSES_IF",
        "forward-open, wg0, V6, DROPPED",
        "iptables,     wg0, V4, DROPPED",
    })
    void aPacketThroughThisHost(String rules, String device, IpFamily family, Fate fate) {
        var packet = new FirewallPacket(family, 0, device, "new");
        assertEquals(fate, of(rules).judge(packet, "forward").fate());
    }

    @Test
    void theChainThatDropsIsNamed() {
        var judgement = of("closed").judge(new FirewallPacket(IpFamily.V4, 51820, null, "new"), "input");
        assertEquals("inet filter input", String.valueOf(judgement.chain()));
        assertNull(of("none")
                .judge(new FirewallPacket(IpFamily.V4, 51820, null, "new"), "input")
                .chain());
    }

    @Test
    void masqueradingIsFoundAsNftAndAsIptablesSayIt() {
        assertEquals("ip nat post", String.valueOf(of("forward").masquerading()));
        assertEquals("ip nat POSTROUTING", String.valueOf(of("iptables").masquerading()));
        assertNull(of("closed").masquerading());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "[]", "{\"nftables\": 1}", "{\"nftables\": [1]}", "{\"nftables\": [{\"rule\":{}}"})
    void whatIsNoListOfRulesIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Ruleset.parse(text));
    }
}
