package dev.warren.app.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.app.cli.Terminal;
import dev.warren.app.doctor.Finding.Level;
import dev.warren.conf.OffloadConfig;
import dev.warren.host.Privileges;
import dev.warren.io.ffm.Libc;
import dev.warren.io.udp.UdpOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `warren doctor` says of the host, by its files.
class HostChecksTest {
    private static final String ALL = "CapEff:\t000001ffffffffff";
    private static final String NONE = "CapEff:\t0000000000000000";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private DoctorTree tree;

    @BeforeEach
    void emptyHost() {
        tree = new DoctorTree(directory);
    }

    private static Finding of(List<Finding> found, String check) {
        return found.stream()
                .filter(each -> each.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    private long capabilities() {
        return Privileges.effective(directory.resolve("proc/self/status"));
    }

    @Test
    void rootWithATunHasAllRights() {
        tree.with("proc/self/status", "Name:\tjava\n" + ALL).with("dev/net/tun", "");
        var found = RightsCheck.of(tree.files(), capabilities(), 1000);
        assertTrue(found.stream().allMatch(each -> each.level() == Level.OK), found.toString());
    }

    @Test
    void whatIsMissingIsNamed() {
        tree.with("proc/self/status", NONE)
                .with("proc/self/limits", "Max locked memory         65536                8388608              bytes");
        var found = RightsCheck.of(tree.files(), capabilities(), 1000);
        assertEquals(Level.HINT, of(found, "rights").level());
        assertEquals(Level.WRONG, of(found, "tun").level());
        assertEquals(Level.HINT, of(found, "locked memory").level());
        assertEquals(
                Level.OK,
                of(RightsCheck.of(tree.files(), capabilities(), 0), "locked memory")
                        .level());
        tree.with("proc/self/limits", "Max locked memory         unlimited            unlimited            bytes");
        assertEquals(
                Level.OK,
                of(RightsCheck.of(tree.files(), capabilities(), 1000), "locked memory")
                        .level());
    }

    @Test
    void aClockThatNobodySetsIsAHint() {
        var files = tree.files();
        assertEquals(Level.OK, ClockCheck.ofHost(files, 1).level());
        assertEquals(Level.HINT, ClockCheck.ofHost(files, Libc.STA_UNSYNC).level());
        assertEquals(Level.HINT, ClockCheck.ofHost(files, -1).level());
        tree.with("run/systemd/timesync/synchronized", "");
        assertEquals(Level.OK, ClockCheck.ofHost(files, Libc.STA_UNSYNC).level());
        assertTrue(new Libc().clockStatus() >= 0, "the kernel tells");
    }

    @ParameterizedTest
    @CsvSource({
        "always [madvise] never, bbr, OK, OK",
        "[always] madvise never, cubic, HINT, OK",
        "always madvise [never], reno, OK, HINT"
    })
    void settingsOfTheKernel(String hugePages, String congestion, Level pages, Level control) {
        tree.with("sys/kernel/mm/transparent_hugepage/enabled", hugePages)
                .with("proc/sys/net/ipv4/tcp_congestion_control", congestion);
        var found = KernelCheck.of(tree.files());
        assertEquals(pages, of(found, "huge pages").level());
        assertEquals(control, of(found, "congestion").level());
    }

    @Test
    void socketsAreAskedForWhatTheyAreGranted() {
        var standard = UdpOptions.standard();
        var small = SocketCheck.ofHost(standard.withBufferBytes(65_536), true);
        assertEquals(Level.OK, of(small, "sockets").level(), small.toString());
        var none = SocketCheck.ofHost(standard.withBufferBytes(65_536).withOffloads(false, false), true);
        assertEquals(Level.HINT, of(none, "udp offloads").level(), none.toString());
        // The kernel doubles what it is asked for, and grants half of an int at most.
        var huge = SocketCheck.ofHost(standard.withBufferBytes(1_500_000_000), true).stream()
                .filter(each -> each.check().equals("sockets"))
                .toList();
        assertEquals(2, huge.size(), huge.toString());
        assertEquals("sysctl -w net.core.rmem_max=1500000000", huge.getFirst().remedy());
        assertEquals("sysctl -w net.core.wmem_max=1500000000", huge.getLast().remedy());
    }

    @ParameterizedTest
    @CsvSource({
        "6.1.0-32-amd64, 1",
        "5.15.0, 1",
        "6.2.0, 0",
        "6.18.44-fc, 0",
        "7.0.0-rc1, 1",
        "7.1.4, 1",
        "7.1.5, 0",
        "weird, 0"
    })
    void kernelsThatAreKnown(String release, int hints) {
        tree.with("proc/sys/kernel/osrelease", release);
        assertEquals(hints, OffloadCheck.ofHost(tree.files(), null).size());
        assertEquals(List.of(), OffloadCheck.ofHost(tree.files(), OffloadConfig.off()));
    }

    @Test
    void aReportSaysWhatToDoBelowWhatIsNotRight() {
        var report = new DoctorReport(List.of(
                Finding.ok(Finding.HOST, "tun", "is there"),
                Finding.hint("wg0", "nat", "nothing\u001b[2J masquerades", "nft ..."),
                Finding.wrong("wg0", "forwarding", "is off", "sysctl -w x=1")));
        assertEquals("""
                this host
                  ok     tun            is there

                wg0
                  hint   nat            nothing\\u001b[2J masquerades
                                        -> nft ...
                  wrong  forwarding     is off
                                        -> sysctl -w x=1

                1 thing is wrong; 1 hint.
                """, report.text(Terminal.NONE));
        var json = report.toJson();
        assertEquals(1, json.getInteger("wrong"));
        assertEquals(1, json.getInteger("hints"));
        assertEquals(
                "{\"interface\":\"wg0\",\"check\":\"forwarding\",\"level\":\"wrong\",\"found\":\"is off\",\"remedy\":\"sysctl -w x=1\"}",
                json.getJsonArray("findings").getJsonObject(2).encode());
    }
}
