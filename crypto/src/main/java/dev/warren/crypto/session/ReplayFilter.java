package dev.warren.crypto.session;

import dev.warren.crypto.Protocol;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Refuses counters that were received before or are too old (RFC 6479, whitepaper §5.4.6).
///
/// A ring of words: moving the window clears whole words and never shifts bits. It has one word more than
/// the window needs, so the window has its full size wherever in a word the greatest counter lies. Counters
/// are unsigned. Checking and marking are separate, because a counter may be marked only after its datagram
/// was authenticated.
public final class ReplayFilter {
    //
    /// A counter is too old when it lies this far behind the greatest one.
    public static final int WINDOW = 8192;

    private static final int WORDS = WINDOW / Long.SIZE + 1;

    /// Null before the first mark: half of all keypairs never receive anything.
    private long @Nullable [] ring;

    /// The greatest counter marked, plus one; zero when none was. Cannot overflow: see REJECT_AFTER_MESSAGES.
    private long next;

    /// Counters marked after a greater one.
    private long late;

    /// True when this counter may still be accepted. Changes nothing.
    public boolean check(long counter) {
        if (Long.compareUnsigned(counter, Protocol.REJECT_AFTER_MESSAGES) >= 0) {
            return false;
        }
        if (Long.compareUnsigned(counter, next) >= 0) {
            return true;
        }
        return inWindow(counter) && !isMarked(counter);
    }

    /// Marks the counter of an authenticated datagram. False, and nothing is changed, when [#check] refuses
    /// it.
    public boolean mark(long counter) {
        if (!check(counter)) {
            return false;
        }
        long[] words = ring;
        if (words == null) {
            words = ring = new long[WORDS];
        }
        if (Long.compareUnsigned(counter, next) >= 0) {
            advance(words, counter);
            next = counter + 1;
        } else {
            late++;
        }
        words[slot(counter >>> 6)] |= 1L << counter;
        return true;
    }

    /// The greatest counter marked, plus one: the number of datagrams the sender has sent at least. Zero
    /// when none is marked.
    public long expected() {
        return next;
    }

    /// The number of datagrams that arrived after one that was sent later.
    public long late() {
        return late;
    }

    /// Clears the words between the old and the new greatest counter, at most all of them.
    private void advance(long[] words, long counter) {
        long from = next == 0 ? 0 : ((next - 1) >>> 6) + 1;
        long to = counter >>> 6;
        if (to - from >= WORDS - 1) {
            Arrays.fill(words, 0);
            return;
        }
        for (long word = from; word <= to; word++) {
            words[slot(word)] = 0;
        }
    }

    private boolean inWindow(long counter) {
        return Long.compareUnsigned(next - 1 - counter, WINDOW) < 0;
    }

    private boolean isMarked(long counter) {
        long[] words = ring;
        return words != null && (words[slot(counter >>> 6)] & 1L << counter) != 0;
    }

    /// Word numbers are below 2^58, so the signed remainder is right.
    private static int slot(long word) {
        return (int) (word % WORDS);
    }
}
