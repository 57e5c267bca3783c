package dev.warren.io.counters;

/// The counters of a histogram of batch sizes: 1, 2 to 3, 4 to 7 and so on, the last for 64 and more.
final class BatchSizes {
    private BatchSizes() {}

    /// The counter of a size among the seven of a histogram.
    ///
    /// @param size at least 1
    static <C> C of(C[] counters, int size) {
        return counters[Math.min(counters.length - 1, 31 - Integer.numberOfLeadingZeros(size))];
    }
}
