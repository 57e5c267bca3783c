package dev.warren.io.udp;

import java.util.function.ObjLongConsumer;

/// What happened on a pair of sockets. Plain longs of its loop.
final class UdpCounters {
    long receiveCalls;
    long messagesReceived;
    long truncated;
    long empty;
    long strangeSource;
    long receiveErrors;

    long sendCalls;
    long messagesSent;
    long datagramsSent;
    long gsoRefused;
    long sourceRefused;
    long bufferFull;
    long unreachable;
    long tooLong;
    long denied;
    long noSocket;
    long sendErrors;

    void tell(ObjLongConsumer<String> each) {
        each.accept("udp.receive.calls", receiveCalls);
        each.accept("udp.receive.messages", messagesReceived);
        each.accept("udp.receive.truncated", truncated);
        each.accept("udp.receive.empty", empty);
        each.accept("udp.receive.strange-source", strangeSource);
        each.accept("udp.receive.errors", receiveErrors);
        each.accept("udp.send.calls", sendCalls);
        each.accept("udp.send.messages", messagesSent);
        each.accept("udp.send.datagrams", datagramsSent);
        each.accept("udp.send.gso-refused", gsoRefused);
        each.accept("udp.send.source-refused", sourceRefused);
        each.accept("udp.send.drop.buffer-full", bufferFull);
        each.accept("udp.send.drop.unreachable", unreachable);
        each.accept("udp.send.drop.too-long", tooLong);
        each.accept("udp.send.drop.denied", denied);
        each.accept("udp.send.drop.no-socket", noSocket);
        each.accept("udp.send.drop.errors", sendErrors);
    }
}
