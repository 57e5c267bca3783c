package dev.warren.verticles.bus;

import dev.warren.io.PacketRun;
import io.vertx.core.Vertx;

/// The door of the router.
public final class RouterMailbox extends Door<RouterMessage> {
    public RouterMailbox(Vertx vertx, String device) {
        super(vertx, Addresses.router(device));
    }

    public void wake(PeerRef peer, PacketRun run) {
        write(new RouterMessage.Wake(peer, run)).onFailure(_ -> run.done());
    }

    public void tell(RouterMessage message) {
        write(message).onFailure(failure -> {
            switch (message) {
                case RouterMessage.Update update -> update.answer().tryFail(failure);
                case RouterMessage.Status status -> status.answer().tryFail(failure);
                case RouterMessage.Counters counters -> counters.answer().tryFail(failure);
                case RouterMessage.Wake wake -> wake.run().done();
                case RouterMessage.Initiation gone -> gone.initiation().close();
                case RouterMessage.Sleepy _, RouterMessage.Link _ -> {}
            }
        });
    }
}
