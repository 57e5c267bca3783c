package dev.warren.app.cli;

import java.util.Comparator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The names of the commands, which are no interfaces when they stand alone. The build asks [#main] for them, for the
/// launcher.
public final class CommandNames {
    public static final Set<String> ALL = Set.of(
            "run",
            "status",
            "top",
            "events",
            "explain",
            "capture",
            "stats",
            "doctor",
            "reset-timestamp",
            "genkey",
            "pubkey",
            "genpsk",
            "fleet",
            "demo",
            "demo-transfer",
            "aot-warmup",
            "help");

    private CommandNames() {}

    /// The command that somebody meant who wrote `word`: one or, in a longer word, two letters away. Null
    /// for a word that is far from all, has a digit as interfaces do, or is a command.
    public static @Nullable String near(String word) {
        if (ALL.contains(word) || word.chars().anyMatch(Character::isDigit)) return null;
        int most = word.length() < 5 ? 1 : 2;
        return ALL.stream()
                .filter(command -> distance(word, command) <= most)
                .min(Comparator.<String>comparingInt(command -> distance(word, command))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse(null);
    }

    /// How many letters to change, add, leave out or exchange with their neighbour, to make one word the other.
    private static int distance(String a, String b) {
        var d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                d[i][j] = Math.min(d[i - 1][j - 1] + (same ? 0 : 1), Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    public static void main(String[] arguments) {
        ALL.stream().sorted().forEach(System.out::println);
    }
}
