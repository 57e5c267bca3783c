package dev.warren.cluster.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BusMemberCodecTest {
    private static final NodeInfo INFO = new NodeInfo("192.0.2.7", 65535, new JsonObject().put("slot", 3));
    private static final Set<String> ADDRESSES = Set.of("warren.events", "warren.fleet.node.ä");

    private final byte[] encoded = BusMemberCodec.encode(INFO, ADDRESSES);

    @Test
    void whatIsEncodedIsDecoded() {
        assertEquals(new BusMember("a", INFO, ADDRESSES, 9), BusMemberCodec.decode("a", encoded, 9));
        var bare = new NodeInfo("::1", 1, null);
        assertEquals(
                new BusMember("a", bare, Set.of(), 9),
                BusMemberCodec.decode("a", BusMemberCodec.encode(bare, Set.of()), 9));
    }

    @Test
    void whatALaterProgramAddsIsSkippedAndAnotherVersionIsNot() {
        var longer = Arrays.copyOf(encoded, encoded.length + 5);
        assertEquals(new BusMember("a", INFO, ADDRESSES, 9), BusMemberCodec.decode("a", longer, 9));
        encoded[0] = 2;
        assertNull(BusMemberCodec.decode("a", encoded, 9));
    }

    @Test
    void whatIsCutOffAnywhereIsNoNode() {
        for (int i = 0; i < encoded.length; i++) assertNull(BusMemberCodec.decode("a", Arrays.copyOf(encoded, i), 9));
    }

    @Test
    void moreAddressesThanThereMayBeAreRefused() {
        var many = IntStream.rangeClosed(0, BusMemberCodec.MAX_ADDRESSES)
                .mapToObj(Integer::toString)
                .collect(Collectors.toSet());
        assertThrows(IllegalArgumentException.class, () -> BusMemberCodec.encode(INFO, many));
    }

    @Test
    void ofTwoNodesAtOnePlaceTheLaterIsThere() {
        var before = new BusMember("before", INFO, ADDRESSES, 5);
        var now = new BusMember("now", INFO, ADDRESSES, 6);
        var other = new BusMember("other", new NodeInfo("192.0.2.8", 65535, null), Set.of("warren.events"), 1);
        var view = BusView.of(List.of(before, now, other), null);
        assertEquals(Set.of("now", "other"), view.members().keySet());
        assertEquals(2, view.at("warren.events").size());
        assertEquals(
                Set.of("other"),
                BusView.of(List.of(before, now, other), INFO).members().keySet());
        // The other node listens at "warren.events" in both.
        var without = BusView.of(List.of(other), null);
        assertEquals(ADDRESSES, view.changedSince(without));
        var elsewhere = new BusMember("third", new NodeInfo("192.0.2.9", 1, null), Set.of("new"), 7);
        assertEquals(Set.of("new"), BusView.of(List.of(other, elsewhere), null).changedSince(without));
    }
}
