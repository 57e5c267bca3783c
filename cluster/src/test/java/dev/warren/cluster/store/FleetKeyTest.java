package dev.warren.cluster.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// Keys in ZooKeeper are of use to nobody without the fleet's key, and in no other place than their own.
class FleetKeyTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void aSealedKeyIsOpenedWithTheSameFleetKeyForTheSamePeerOnly() {
        try (var key = new FleetKey(PresharedKey.generate(random), random);
                var other = new FleetKey(PresharedKey.generate(random), random);
                var psk = PresharedKey.generate(random)) {
            var peer = TimestampsTest.key(1);
            var sealed = key.seal(psk, peer);
            try (var opened = key.open(sealed, peer)) {
                assertTrue(opened.sameAs(psk));
            }
            assertThrows(StoreException.class, () -> key.open(sealed, TimestampsTest.key(2)));
            assertThrows(StoreException.class, () -> other.open(sealed, peer));
            for (int i = 0; i < SealedKey.LENGTH; i++) {
                var bytes = sealed.raw().clone();
                bytes[i] ^= 1;
                assertThrows(StoreException.class, () -> key.open(new SealedKey(bytes), peer));
            }
            assertNotEquals(sealed, key.seal(psk, peer), "each has a nonce of its own");
            assertFalse(sealed.toString().contains(HexFormat.of().formatHex(sealed.raw(), 0, 4)));
        }
    }

    @Test
    void aPrivateKeyIsNotAPresharedKeyNorThatOfAnotherInterface() {
        try (var key = new FleetKey(PresharedKey.generate(random), random);
                var secret = PrivateKey.generate(random)) {
            var sealed = key.seal(secret, "wg0");
            try (var opened = key.open(sealed, "wg0")) {
                assertTrue(opened.sameAs(secret));
            }
            assertThrows(StoreException.class, () -> key.open(sealed, "wg1"));
            var peer = TimestampsTest.key(3);
            try (var psk = PresharedKey.generate(random)) {
                var preshared = key.seal(psk, peer);
                assertThrows(StoreException.class, () -> key.open(preshared, "wg0"));
            }
        }
    }
}
