package dev.warren.app.doctor;

import dev.warren.io.ffm.Libc;
import dev.warren.verticles.counters.PeerCounter;
import java.util.ArrayList;
import java.util.List;

/// Whether clocks are right. A peer refuses initiations whose timestamp is not newer than the last
/// (whitepaper §5.1), so a clock that went back keeps its owner out.
final class ClockCheck {
    private static final String SYNCHRONIZED = "run/systemd/timesync/synchronized";
    private static final int MAX_PEERS = 5;

    private ClockCheck() {}

    /// @param status of [Libc#clockStatus]
    static Finding ofHost(HostFiles files, int status) {
        if (files.exists(SYNCHRONIZED) || (status >= 0 && (status & Libc.STA_UNSYNC) == 0)) {
            return Finding.ok(Finding.HOST, "clock", "it is synchronized");
        }
        return Finding.hint(
                Finding.HOST,
                "clock",
                status < 0
                        ? "cannot tell whether it is synchronized"
                        : "it is not synchronized: were it set back, peers would refuse our handshakes",
                "timedatectl set-ntp true   (or install chrony)");
    }

    static List<Finding> of(InspectedInterface device) {
        var found = new ArrayList<Finding>();
        for (var peer : device.peers()) {
            if (peer.status() == null) continue;
            long refused = peer.status().getJsonObject("drops").getLong(PeerCounter.DROP_OLD_TIMESTAMP.label(), 0L);
            if (refused == 0 || found.size() == MAX_PEERS) continue;
            found.add(Finding.hint(
                    device.name(),
                    "clock",
                    refused + " initiations of " + peer.name()
                            + " were not newer than its last: its clock went back, its key is used twice, or they were"
                            + " replayed",
                    peer.status().getBoolean("online")
                            ? "see that its clock is set (it is online now)"
                            : "set its clock, or let it in: warren reset-timestamp " + device.name() + " "
                                    + peer.status().getString("publicKey")));
        }
        return found;
    }
}
