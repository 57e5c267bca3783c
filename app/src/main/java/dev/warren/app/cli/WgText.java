package dev.warren.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Amounts and times in the words of `wg show` (wireguard-tools, show.c).
public final class WgText {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

    private WgText() {}

    /// `1.21 KiB`
    public static String bytes(long bytes) {
        if (bytes < 1024) return bytes + " B";
        double amount = bytes / 1024.0;
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f %s", amount, UNITS[unit]);
    }

    /// `1 minute, 4 seconds ago`
    public static String ago(long seconds) {
        if (seconds == 0) return "now";
        if (seconds < 0) return "in the future: the clock was set back";
        var parts = new ArrayList<String>();
        long left = seconds;
        left = part(parts, left, 365 * 24 * 60 * 60, "year");
        left = part(parts, left, 24 * 60 * 60, "day");
        left = part(parts, left, 60 * 60, "hour");
        left = part(parts, left, 60, "minute");
        part(parts, left, 1, "second");
        return String.join(", ", parts) + " ago";
    }

    private static long part(List<String> parts, long seconds, long unit, String word) {
        long count = seconds / unit;
        if (count > 0) parts.add(count + " " + word + (count == 1 ? "" : "s"));
        return seconds % unit;
    }
}
