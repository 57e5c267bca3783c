package dev.warren.verticles.router;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.verticles.bus.HandshakeCommand;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/// The private key of a device, and its change: the handshake verticle and all peers get the new key, and
/// the old one is wiped when no actor uses it any more and no loop keeps anything of it. Belongs to the
/// router.
final class DeviceKey implements AutoCloseable {
    private final Loop loop;
    private final HandshakeMailbox handshakes;
    private final PeerRegistry registry;
    private @Nullable StaticIdentity identity;

    /// @param loop the router's
    DeviceKey(Loop loop, HandshakeMailbox handshakes, PeerRegistry registry) {
        this.loop = loop;
        this.handshakes = handshakes;
        this.registry = registry;
    }

    /// Null: there is no key.
    @Nullable
    StaticIdentity identity() {
        return identity;
    }

    /// Whether this is the key that is there; zero means none.
    boolean is(PrivateKey key) {
        return identity == null ? key.isZero() : identity.privateKey().sameAs(key);
    }

    /// From now on it is another one. Completes when the one before is wiped.
    Future<Void> change(@Nullable StaticIdentity changed) {
        var before = identity;
        identity = changed;
        Promise<Void> heard = loop.promise();
        handshakes.tell(new HandshakeCommand.Identity(changed, heard)).onFailure(heard::tryFail);
        var told = Future.join(heard.future(), registry.identity(changed));
        return before == null ? told.otherwiseEmpty().mapEmpty() : told.transform(_ -> wipe(before));
    }

    private Future<Void> wipe(StaticIdentity before) {
        var key = before.privateKey();
        loop.suite().x25519().forget(key);
        return registry.forget(key).onComplete(_ -> before.close());
    }

    /// When nobody uses it any more; what the loops keep of it goes with their cryptography.
    @Override
    public void close() {
        if (identity != null) identity.close();
    }
}
