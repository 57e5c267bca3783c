package dev.warren.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Copies a batch datagram by datagram into a batch of its own, applies the faults, and passes that on.
public final class FaultyOutput {
    private final Faults faults;
    private final PacketBatch outgoing =
            PacketBatch.unpooled(Arena.ofAuto().allocate(1 << 20, PacketBatch.ALIGNMENT), 1024);
    private byte @Nullable [] held;
    private @Nullable Endpoint heldFor;

    public FaultyOutput(Faults faults) {
        this.faults = faults;
    }

    /// @param batch stays the caller's
    /// @param device sends a batch and returns the number of packets it lost
    /// @return the number of packets the device lost; those that the faults dropped count as sent
    public int pass(PacketBatch batch, ToIntFunction<PacketBatch> device) {
        faults.outputError();
        int lost = 0;
        outgoing.clear();
        for (int i = 0; i < batch.count(); i++) {
            int size = batch.packets(i) == 1 ? batch.length(i) : batch.segment(i);
            int at = 0;
            do {
                int length = Math.min(size, batch.length(i) - at);
                byte[] packet =
                        batch.slab().asSlice(batch.offset(i) + at, length).toArray(JAVA_BYTE);
                lost += one(packet, batch.endpoint(i), device);
                at += length;
            } while (at < batch.length(i));
        }
        return lost + flush(device);
    }

    private int one(byte[] packet, @Nullable Endpoint to, ToIntFunction<PacketBatch> device) {
        if (faults.drops()) return 0;
        if (packet.length > 0 && faults.corrupts()) {
            packet[faults.below(packet.length)] ^= (byte) (1 << faults.below(8));
        }
        if (held == null && faults.reorders()) {
            held = packet;
            heldFor = to;
            return 0;
        }
        int lost = add(packet, to, device);
        if (faults.duplicates()) lost += add(packet, to, device);
        byte[] late = held;
        if (late == null) return lost;
        held = null;
        return lost + add(late, heldFor, device);
    }

    private int add(byte[] packet, @Nullable Endpoint to, ToIntFunction<PacketBatch> device) {
        int lost = outgoing.full() || outgoing.room() < packet.length ? flush(device) : 0;
        int at = outgoing.append(packet.length, 0, to);
        MemorySegment.copy(packet, 0, outgoing.slab(), JAVA_BYTE, at, packet.length);
        return lost;
    }

    private int flush(ToIntFunction<PacketBatch> device) {
        int lost = outgoing.count() == 0 ? 0 : device.applyAsInt(outgoing);
        outgoing.clear();
        return lost;
    }
}
