package dev.warren.app.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.app.command.InterfaceCommand;
import dev.warren.conf.OffloadConfig;
import dev.warren.host.SetupException;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopLayoutTest {
    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "3,1", "4,2", "5,2", "6,3", "8,4", "15,7", "16,8", "17,8", "256,8"})
    void autoGoesByTheNumberOfCores(int cores, int loops) {
        assertEquals(
                loops,
                LoopLayout.of(OptionalInt.empty(), OptionalInt.of(1), cores).packetLoops());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 64, 256})
    void aNumberIsTakenWhateverTheCores(int loops) {
        assertEquals(
                loops,
                LoopLayout.of(OptionalInt.of(loops), OptionalInt.of(1), 2).packetLoops());
    }

    @ParameterizedTest
    @CsvSource({"4,1,1", "4,3,3", "4,4,4", "4,200,4", "1,2,1", "4,auto,4", "1,auto,1"})
    void thereAreNeverMoreQueuesThanLoops(int loops, String queues, int made) throws SetupException {
        var environment = Map.of("WARREN_LOOPS", "" + loops, "WARREN_TUN_QUEUES", queues);
        assertEquals(made, LoopLayout.ofEnvironment(environment::get, 64).tunQueues());
    }

    @Test
    void withoutAWordThereIsOneQueue() throws SetupException {
        assertEquals(1, LoopLayout.ofEnvironment(_ -> null, 64).tunQueues());
    }

    @ParameterizedTest
    @CsvSource({"auto,4", "'',4", ",4", "1,1", "3,3", "256,256"})
    void theEnvironmentSaysTheSameThings(String value, int loops) throws SetupException {
        assertEquals(
                loops,
                LoopLayout.ofEnvironment(name -> name.equals("WARREN_LOOPS") ? value : null, 8)
                        .packetLoops());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "257", "-1", "+", "two", "1.5", " 2", "AUTO", "99999999999"})
    void aWrongValueIsASentenceThatNamesIt(String value) {
        var refused = assertThrows(SetupException.class, () -> LoopLayout.ofEnvironment(_ -> value, 8));
        assertEquals("WARREN_LOOPS=" + value + " is neither auto nor 1 to 256", refused.getMessage());
        refused = assertThrows(
                SetupException.class,
                () -> LoopLayout.ofEnvironment(name -> name.equals("WARREN_LOOPS") ? null : value, 8));
        assertEquals("WARREN_TUN_QUEUES=" + value + " is neither auto nor 1 to 256", refused.getMessage());
    }

    @Test
    void aWrongValueEndsTheLaunchBeforeAnythingIsMade() {
        var environment = Map.of("WARREN_LOOPS", "many", "WG_TUN_FD", "0");
        var refused = assertThrows(SetupException.class, () -> new InterfaceCommand(environment::get).settings());
        assertEquals("WARREN_LOOPS=many is neither auto nor 1 to 256", refused.getMessage());
    }

    @Test
    void offloadsAreOnUnlessSaidOtherwise() throws SetupException {
        assertEquals(
                OffloadConfig.on(), new InterfaceCommand(_ -> null).settings().offload());
        assertEquals(
                OffloadConfig.off(),
                new InterfaceCommand(Map.of("WARREN_OFFLOAD", "off")::get)
                        .settings()
                        .offload());
        var refused = assertThrows(
                SetupException.class, () -> new InterfaceCommand(Map.of("WARREN_OFFLOAD", "no")::get).settings());
        assertTrue(String.valueOf(refused.getMessage()).startsWith("WARREN_OFFLOAD: 'no' is neither on"));
        var some = new InterfaceCommand(Map.of("WARREN_OFFLOAD", "tun-udp-gro=off,udp-gso=off")::get).settings();
        assertEquals(new OffloadConfig(true, true, true, false, false, true, true), some.offload());
    }
}
