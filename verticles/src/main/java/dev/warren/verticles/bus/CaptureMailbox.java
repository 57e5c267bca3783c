package dev.warren.verticles.bus;

import io.vertx.core.Vertx;

/// The mailbox of one capture.
public final class CaptureMailbox extends Mailbox<CapturedPackets> {
    /// @param serial of the capture among those of the device
    public CaptureMailbox(Vertx vertx, String device, long serial) {
        super(vertx, Addresses.capture(device, serial), CapturedPackets::discard);
    }

    void tell(CapturedPackets packets) {
        give(packets);
    }
}
