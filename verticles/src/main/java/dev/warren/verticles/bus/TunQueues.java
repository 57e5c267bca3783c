package dev.warren.verticles.bus;

import dev.warren.verticles.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Function;

/// The TUN verticles of a device, one for each queue, for the control loop, which has to reach all of them.
public final class TunQueues {
    private final Loop loop;
    private final List<TunMailbox> mailboxes;

    /// @param loop of those who ask, and get the answers
    /// @param mailboxes one for each queue
    public TunQueues(Loop loop, List<TunMailbox> mailboxes) {
        this.loop = loop;
        this.mailboxes = List.copyOf(mailboxes);
    }

    /// This peer has an actor now: frames from any queue go to it directly.
    public void active(PeerMailbox peer) {
        for (var mailbox : mailboxes) mailbox.tell(new TunCommand.Active(peer));
    }

    /// This peer can be activated now by packets that wait for it.
    public void endpointSet(PeerRef peer) {
        for (var mailbox : mailboxes) mailbox.tell(new TunCommand.EndpointSet(peer));
    }

    /// This peer is not activated: packets that wait for it are dropped.
    public void refused(PeerRef peer) {
        for (var mailbox : mailboxes) mailbox.tell(new TunCommand.Refused(peer));
    }

    /// Completes when no queue will send anything more to this peer.
    public Future<Void> forget(PeerRef peer) {
        return all((Promise<Void> reply) -> new TunCommand.Forget(peer, reply)).mapEmpty();
    }

    /// Completes when nothing more is read.
    public Future<Void> quiet() {
        return all(TunCommand.Quiet::new).mapEmpty();
    }

    private <T> Future<List<T>> all(Function<Promise<T>, TunCommand> message) {
        var answers = mailboxes.stream()
                .map(mailbox -> {
                    Promise<T> reply = loop.promise();
                    mailbox.tell(message.apply(reply));
                    return reply.future();
                })
                .toList();
        return Future.all(answers).map(_ -> answers.stream().map(Future::result).toList());
    }
}
