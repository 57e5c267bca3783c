package dev.warren.crypto.cookie;

/// Decides from the work done for strangers whether a device is under load. One per device, or one per thread that does
/// handshakes.
@SuppressWarnings("DoNotCallSuggester")
public final class LoadMeter {
    /// @param unitsPerSecond the budget, in units of work (a DH is one unit)
    public LoadMeter(int unitsPerSecond) {
        throw new UnsupportedOperationException();
    }

    /// Reports work that was done.
    public void spent(int units, long now) {
        throw new UnsupportedOperationException();
    }

    public boolean underLoad(long now) {
        throw new UnsupportedOperationException();
    }
}
