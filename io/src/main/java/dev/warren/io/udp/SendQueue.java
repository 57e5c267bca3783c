package dev.warren.io.udp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.ffm.Iovec;
import dev.warren.io.ffm.Libc;
import dev.warren.io.ffm.Mmsghdr;
import dev.warren.routing.ip.IpFields;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Messages for one sendmmsg(2) on one socket. A message is a single datagram or a train to one endpoint:
/// datagrams of `segment` bytes, the last perhaps shorter, gathered from ranges of a slab and sent with one
/// UDP_SEGMENT.
public final class SendQueue {
    static final int MESSAGES = 64;
    /// The most datagrams of a train (UDP_MAX_SEGMENTS of linux/udp.h).
    public static final int TRAIN_DATAGRAMS = 64;
    /// The most bytes of a train, and of a datagram over IPv4: 65535 less 20 of IPv4 and 8 of UDP.
    public static final int TRAIN_BYTES = PacketBatch.MAX_PACKET - IpFields.V4_HEADER - IpFields.UDP_HEADER;

    private static final int VECTORS = 1024;
    /// Length of the datagram that ends a train. No WireGuard message is one byte long, so that each receiver drops it.
    private static final int SENTINEL_BYTES = 1;

    private final MemorySegment messages;
    private final MemorySegment vectors;
    private final MemorySegment names;
    private final MemorySegment controls;
    private final MemorySegment sentinel;
    private final boolean neverEqualTail;

    private final @Nullable Endpoint[] endpoints = new @Nullable Endpoint[MESSAGES];
    private final int[] segments = new int[MESSAGES];
    private final int[] lengths = new int[MESSAGES];
    private final int[] trafficClasses = new int[MESSAGES];
    private final int[] datagrams = new int[MESSAGES];
    private final int[] firstVector = new int[MESSAGES];
    private final int[] vectorCount = new int[MESSAGES];
    private final int[] vectorAt = new int[VECTORS];
    private final int[] vectorLength = new int[VECTORS];
    private final boolean[] withSource = new boolean[MESSAGES];
    private @Nullable MemorySegment slab;
    private int count;
    private int usedVectors;
    /// Index of the message that is sent next.
    private int position;

    SendQueue(Arena arena, boolean neverEqualTail) {
        this.neverEqualTail = neverEqualTail;
        messages = arena.allocate(MESSAGES * Mmsghdr.SIZE, 64);
        vectors = arena.allocate(VECTORS * Iovec.SIZE, 16);
        names = arena.allocate((long) MESSAGES * SocketAddress.STRIDE, 16);
        controls = arena.allocate((long) MESSAGES * ControlMessages.SIZE, 16);
        sentinel = arena.allocate(SENTINEL_BYTES);
        sentinel.set(JAVA_BYTE, 0, (byte) 0);
    }

    /// Adds a train (or with `segment` = `length` a single datagram) to the last message where it continues
    /// that, else as a new message. It must fit one message. The memory must stay unchanged until the queue
    /// is sent.
    ///
    /// @param merge whether it may continue the last message
    /// @return false when there is no room: send the queue first
    boolean add(
            MemorySegment from, Endpoint endpoint, int at, int length, int segment, int trafficClass, boolean merge) {
        slab = from;
        int last = count - 1;
        if (merge
                && last >= 0
                && trafficClasses[last] == trafficClass
                && continues(last, endpoint, length, segment)
                && extend(last, at, length)) return true;
        // One vector is kept for the sentinel of each message.
        if (count == MESSAGES || usedVectors + MESSAGES >= VECTORS) return false;
        int i = count++;
        if (!endpoint.equals(endpoints[i])) {
            endpoints[i] = endpoint;
            SocketAddress.write(names, (long) i * SocketAddress.STRIDE, endpoint);
        }
        segments[i] = segment;
        lengths[i] = length;
        trafficClasses[i] = trafficClass;
        datagrams[i] = datagramsIn(length, segment);
        firstVector[i] = usedVectors;
        vectorCount[i] = 1;
        vectorAt[usedVectors] = at;
        vectorLength[usedVectors++] = length;
        return true;
    }

    /// Whether the range continues the train of message i: same endpoint, full segments so far, room left.
    private boolean continues(int i, Endpoint endpoint, int length, int segment) {
        Endpoint to = endpoints[i];
        int size = segments[i];
        return endpoint.equals(to)
                && size > 0
                && lengths[i] % size == 0
                && (segment == size || (segment == length && length <= size))
                && length > 0
                && lengths[i] + length <= trainBytes(neverEqualTail)
                && datagrams[i] + datagramsIn(length, size) <= trainDatagrams(neverEqualTail);
    }

    private boolean extend(int i, int at, int length) {
        int v = usedVectors - 1;
        if (vectorAt[v] + vectorLength[v] == at) {
            vectorLength[v] += length;
        } else if (usedVectors + MESSAGES < VECTORS) {
            vectorAt[usedVectors] = at;
            vectorLength[usedVectors++] = length;
            vectorCount[i]++;
        } else {
            return false;
        }
        lengths[i] += length;
        datagrams[i] += datagramsIn(length, segments[i]);
        return true;
    }

    /// Writes the vectors and headers of all messages: nothing is added until [#clear].
    void seal(boolean sticky, StickySources sources) {
        MemorySegment from = slab;
        if (from == null) return;
        int v = 0;
        for (int i = 0; i < count; i++) {
            int first = v;
            int end = firstVector[i] + vectorCount[i];
            for (int k = firstVector[i]; k < end; k++) {
                Iovec.set(vectors, v++, from, vectorAt[k], vectorLength[k]);
            }
            if (neverEqualTail && datagrams[i] > 1 && lengths[i] % segments[i] == 0) {
                Iovec.set(vectors, v++, sentinel, 0, SENTINEL_BYTES);
            }
            Mmsghdr.point(
                    messages,
                    i,
                    names.address() + (long) i * SocketAddress.STRIDE,
                    vectors.address() + first * Iovec.SIZE,
                    controls.address() + (long) i * ControlMessages.SIZE);
            Endpoint to = endpoint(i);
            lengths(i, v - first, sticky && to.hasLocal() && sources.usable(to));
        }
    }

    private void lengths(int i, int vectorsOfMessage, boolean source) {
        Endpoint to = endpoint(i);
        withSource[i] = source;
        long at = (long) i * ControlMessages.SIZE;
        int control = source ? ControlMessages.writeSource(controls, at, to) : 0;
        if (trafficClasses[i] != 0) {
            control += ControlMessages.writeTrafficClass(controls, at + control, to.v6(), trafficClasses[i]);
        }
        if (datagrams[i] > 1) control += ControlMessages.writeSegment(controls, at + control, segments[i]);
        int name = to.v6() ? SocketAddress.V6_SIZE : SocketAddress.V4_SIZE;
        Mmsghdr.lengths(messages, i, name, vectorsOfMessage, control);
    }

    /// Removes the source address from message i.
    void dropSource(int i) {
        boolean equalTail = neverEqualTail && datagrams[i] > 1 && lengths[i] % segments[i] == 0;
        lengths(i, vectorCount[i] + (equalTail ? 1 : 0), false);
    }

    /// Sends the messages from [#position] on; the caller then calls [#advance] with the number sent.
    /// Returns that number, or minus errno.
    int send(Libc libc, int fd) {
        return libc.sendmmsg(fd, messages, position * Mmsghdr.SIZE, count - position, 0);
    }

    int position() {
        return position;
    }

    void advance(int messagesDone) {
        position += messagesDone;
    }

    void clear() {
        count = 0;
        position = 0;
        usedVectors = 0;
        slab = null;
    }

    int count() {
        return count;
    }

    boolean hasSource(int i) {
        return withSource[i];
    }

    int datagrams(int i) {
        return datagrams[i];
    }

    int segment(int i) {
        return segments[i];
    }

    Endpoint endpoint(int i) {
        Endpoint endpoint = endpoints[i];
        if (endpoint == null) throw new AssertionError("message without endpoint");
        return endpoint;
    }

    /// Adds the datagrams of message i, from datagram `from` on, to another queue, each as a message.
    /// Returns the number added.
    int unbundle(int i, int from, SendQueue to) {
        MemorySegment memory = slab;
        if (memory == null) return 0;
        int skip = from;
        int taken = 0;
        for (int v = firstVector[i]; v < firstVector[i] + vectorCount[i]; v++) {
            int end = vectorAt[v] + vectorLength[v];
            for (int at = vectorAt[v]; at < end; at += segments[i]) {
                if (skip > 0) {
                    skip--;
                    continue;
                }
                int length = Math.min(segments[i], end - at);
                if (!to.add(memory, endpoint(i), at, length, length, trafficClasses[i], false)) return taken;
                taken++;
            }
        }
        return taken;
    }

    static int trainBytes(boolean neverEqualTail) {
        return neverEqualTail ? TRAIN_BYTES - SENTINEL_BYTES : TRAIN_BYTES;
    }

    static int trainDatagrams(boolean neverEqualTail) {
        return neverEqualTail ? TRAIN_DATAGRAMS - 1 : TRAIN_DATAGRAMS;
    }

    static int datagramsIn(int length, int segment) {
        return segment <= 0 || length <= segment ? 1 : (length + segment - 1) / segment;
    }
}
