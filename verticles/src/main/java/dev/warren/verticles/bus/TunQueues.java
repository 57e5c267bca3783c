package dev.warren.verticles.bus;

import dev.warren.verticles.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Function;

/// The TUN verticles of a device, one for each queue, for the control loop, which has to reach all of them.
public final class TunQueues {
    private final Loop loop;
    private final List<TunMailbox> doors;

    /// @param loop of those who ask, and get the answers
    /// @param doors one for each queue
    public TunQueues(Loop loop, List<TunMailbox> doors) {
        this.loop = loop;
        this.doors = List.copyOf(doors);
    }

    /// This peer has an actor now: frames from any queue go to it directly.
    public void awake(PeerMailbox peer) {
        for (var door : doors) door.tell(new TunCommand.Awake(peer));
    }

    /// Packets for this peer may wait and it can be woken for them now.
    public void endpointSet(PeerRef peer) {
        for (var door : doors) door.tell(new TunCommand.EndpointSet(peer));
    }

    /// This peer is not woken, whatever waits.
    public void refused(PeerRef peer) {
        for (var door : doors) door.tell(new TunCommand.Refused(peer));
    }

    /// Completes when no queue will send anything more to this peer.
    public Future<Void> forget(PeerRef peer) {
        return all((Promise<Void> answer) -> new TunCommand.Forget(peer, answer))
                .mapEmpty();
    }

    /// Completes when nothing more is read.
    public Future<Void> quiet() {
        return all(TunCommand.Quiet::new).mapEmpty();
    }

    private <T> Future<List<T>> all(Function<Promise<T>, TunCommand> message) {
        var answers = doors.stream()
                .map(door -> {
                    Promise<T> answer = loop.promise();
                    door.tell(message.apply(answer));
                    return answer.future();
                })
                .toList();
        return Future.all(answers).map(_ -> answers.stream().map(Future::result).toList());
    }
}
