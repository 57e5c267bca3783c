package dev.warren.conf.hocon;

import java.util.List;

/// `name { ... }` in a file, which could be read by itself: the value is nothing but an object, and includes nothing.
final class HoconPart {
    /// How many elements the path of a peer has.
    static final int DEPTH = 5;

    final HoconFile file;
    final int from;

    /// Behind its `}`.
    final int to;

    final int line;

    /// Has `${...}` in it.
    final boolean substitutes;

    /// Where the next key or a `}` is.
    int end;

    HoconPart(HoconFile file, int from, int to, int line, boolean substitutes) {
        this.file = file;
        this.from = from;
        this.to = to;
        this.line = line;
        this.substitutes = substitutes;
        this.end = to;
    }

    /// `warren.interfaces.X.peers.Y`: what there may be many of.
    static boolean isPeer(List<String> path) {
        return path.size() == DEPTH
                && path.get(0).equals("warren")
                && path.get(1).equals("interfaces")
                && path.get(3).equals("peers");
    }

    String text() {
        return new String(file.source().text, from, to - from);
    }
}
