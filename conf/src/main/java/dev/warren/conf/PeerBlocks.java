package dev.warren.conf;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The peers of a large file, cut out of it so that each is parsed by itself when its turn comes.
///
/// Typesafe's parser keeps every token of a text as an object: a file of 100,000 peers took 10 s and 700 MB as a whole,
/// and takes a fraction of that peer by peer. What comes out is the same; only blocks that [HoconScan#blocks] found to
/// stand for themselves are cut out.
final class PeerBlocks {
    /// Characters from which on a file is worth cutting.
    static final int LARGE = 256 * 1024;

    private static final ConfigParseOptions OPTIONS =
            ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setOriginDescription("peer");

    private final String text;
    private final String rest;
    private final Problems problems;
    private final Map<String, List<HoconScan.Block>> byDevice = new HashMap<>();

    // Line number i of the rest, and all after it, are lines of the file `shifts[i]` further down.
    private int[] restLines = new int[16];
    private int[] shifts = new int[16];
    private int cuts;

    PeerBlocks(String text, List<HoconScan.Block> blocks, Problems problems) {
        this.text = text;
        this.problems = problems;
        for (var block : blocks) {
            byDevice.computeIfAbsent(block.device(), device -> new ArrayList<>())
                    .add(block);
        }
        this.rest = blocks.isEmpty() ? text : cut(blocks);
    }

    /// Nothing is cut out.
    static PeerBlocks none(String text, Problems problems) {
        return new PeerBlocks(text, List.of(), problems);
    }

    boolean isEmpty() {
        return byDevice.isEmpty();
    }

    /// The text without the blocks.
    String rest() {
        return rest;
    }

    /// The line in the file of a line in the rest.
    int line(int restLine) {
        int found = Arrays.binarySearch(restLines, 0, cuts, restLine);
        int cut = found < 0 ? -found - 2 : found;
        return cut < 0 ? restLine : restLine + shifts[cut];
    }

    // What follows a cut begins a line of the rest, so that every line of the rest is of one line of the file.
    private String cut(List<HoconScan.Block> blocks) {
        var kept = new StringBuilder();
        int at = 0;
        int line = 1;
        int shift = 0;
        for (var block : blocks) {
            int blank = PlainPeer.blankEnd(text, at, text.length());
            if (at == 0 || blank < block.from()) {
                kept.append(text, at, block.from()).append('\n');
                line += lines(at, block.from()) + 1;
                shift--;
                cuts++;
            } else {
                shift += lines(at, block.from()); // only white space and comments between two blocks
            }
            int end = block.to();
            int comma = PlainPeer.blankEnd(text, end, text.length());
            if (comma < text.length() && text.charAt(comma) == ',') {
                end = comma + 1;
            }
            shift += lines(block.from(), end);
            mark(line, shift);
            at = end;
        }
        return kept.append(text, at, text.length()).toString();
    }

    // Of the last cut.
    private void mark(int line, int shift) {
        if (cuts > restLines.length) {
            restLines = Arrays.copyOf(restLines, 2 * cuts);
            shifts = Arrays.copyOf(shifts, 2 * cuts);
        }
        restLines[cuts - 1] = line;
        shifts[cuts - 1] = shift;
    }

    private int lines(int from, int to) {
        int count = 0;
        for (int at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
            count++;
        }
        return count;
    }

    /// The peers of an interface, in the order of the file.
    Sections sections(Section device) {
        return new Sections(device);
    }

    /// Sections one by one, parsed when they are asked for.
    final class Sections {
        private final @Nullable Section peers;
        private final List<Section> whole;
        private final List<HoconScan.Block> blocks;
        private int nextWhole;
        private int nextBlock;

        private Sections(Section device) {
            peers = device.section("peers");
            whole = peers == null ? List.of() : peers.sections();
            blocks = byDevice.getOrDefault(device.name(), List.of());
        }

        int size() {
            return whole.size() + blocks.size();
        }

        /// Null when there are no more.
        @Nullable
        Section next() {
            while (nextBlock < blocks.size()) {
                var block = blocks.get(nextBlock);
                if (nextWhole < whole.size() && whole.get(nextWhole).line() <= block.line()) {
                    return whole.get(nextWhole++);
                }
                nextBlock++;
                var section = parsed(block);
                if (section != null) {
                    return section;
                }
            }
            return nextWhole < whole.size() ? whole.get(nextWhole++) : null;
        }

        private @Nullable Section parsed(HoconScan.Block block) {
            var plain = PlainPeer.read(text, block.from(), block.to());
            if (plain == null) {
                return exact(block);
            }
            var object = ConfigValueFactory.fromMap(plain, "peer");
            return new Section(peers, block.name(), object, problems, line -> block.line(), () -> exact(block));
        }

        /// As Typesafe's parser reads it, with lines.
        private @Nullable Section exact(HoconScan.Block block) {
            var part = text.substring(block.from(), block.to());
            try {
                var root = ConfigFactory.parseString(part, OPTIONS).root();
                if (root.get(block.name()) instanceof ConfigObject object) {
                    return new Section(peers, block.name(), object, problems, line -> line + block.line() - 1);
                }
                problems.add(block.line(), "", "a peer that cannot be read", "name { ... }");
            } catch (ConfigException e) {
                problems.syntax(e, part, line -> line + block.line() - 1);
            }
            return null;
        }
    }
}
