package dev.warren.crypto.primitive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.key.KeyCells;
import dev.warren.crypto.openssl.ChaChaPoly;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// libcrypto's functions may fail: then no packet goes out under another key, and nothing secret stays behind.
class FailingProviderTest {
    private static final int LENGTH = 200;

    private enum Function {
        INIT,
        UPDATE,
        MAC
    }

    /// The real functions, one of which fails when told to; it does its work first if it is one that leaves traces.
    private static final class Failing extends ChaChaPoly {
        private final List<Function> fails = new ArrayList<>();

        private void maybe(Function function) {
            if (fails.remove(function)) {
                throw new IllegalStateException(function + " of libcrypto failed.");
            }
        }

        @Override
        public void init(long key, long iv) {
            maybe(Function.INIT);
            super.init(key, iv);
        }

        @Override
        public void update(long out, long outLength, long in, long length) {
            super.update(out, outLength, in, length);
            maybe(Function.UPDATE);
        }

        @Override
        public void mac(long key, long in, long length, long tag, long tagLength) {
            super.mac(key, in, length, tag, tagLength);
            maybe(Function.MAC);
        }
    }

    private final Failing functions = new Failing();
    private final KeyCells cells = new KeyCells(64, 8);
    private final OpenSslAead aead = new OpenSslAead(cells, functions);
    private final PacketBench bench = new PacketBench();

    @AfterEach
    void close() {
        aead.close();
        bench.close();
        cells.close();
    }

    private static byte[] filled(int length, int with) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) with);
        return bytes;
    }

    private byte[] sealed(int keyOf, long counter, byte[] plain) {
        var out = new byte[plain.length + 16];
        aead.seal(filled(32, keyOf), counter, new byte[0], plain, 0, plain.length, out, 0);
        return out;
    }

    // The counter of one key under another key would be used twice.
    @Test
    void aKeyThatCouldNotBeSetIsSetAgain() {
        var plain = filled(LENGTH, 'p');
        var ofOne = sealed(1, 5, plain);
        var ofTwo = sealed(2, 5, plain);
        try (var one = aead.key(filled(32, 1));
                var two = aead.key(filled(32, 2))) {
            bench.source(plain);
            bench.seal(aead, one, 0, 5, LENGTH);
            assertArrayEquals(ofOne, bench.destination(LENGTH + 16));
            functions.fails.add(Function.INIT);
            assertThrows(
                    IllegalStateException.class, () -> two.seal(5, bench.src, bench.at, LENGTH, bench.dst, bench.to));
            two.seal(5, bench.src, bench.at, LENGTH, bench.dst, bench.to);
            assertArrayEquals(ofTwo, bench.destination(LENGTH + 16));
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingStaysOfASealThatFailed(Function function) {
        try (var key = aead.key(filled(32, 1))) {
            bench.source(filled(LENGTH, 'p'));
            functions.fails.add(function);
            // It looks at the bytes around the packet, too: before it lies the datagram before it in the batch.
            assertThrows(
                    IllegalStateException.class, () -> key.seal(9, bench.src, bench.at, LENGTH, bench.dst, bench.to));
            bench.untouched(LENGTH);
            assertArrayEquals(new byte[LENGTH + 16], bench.destination(LENGTH + 16));
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingStaysOfAnOpenThatFailed(Function function) {
        var plain = filled(LENGTH, 'p');
        var sealed = sealed(1, 9, plain);
        try (var key = aead.key(filled(32, 1))) {
            bench.source(sealed);
            functions.fails.add(function);
            assertThrows(
                    IllegalStateException.class,
                    () -> key.open(9, bench.src, bench.at, LENGTH + 16, bench.dst, bench.to));
            bench.untouched(LENGTH);
            assertArrayEquals(new byte[LENGTH], bench.destination(LENGTH));
            assertArrayEquals(sealed, bench.sourceNow());
            assertTrue(bench.opened(aead, key, 0, 9, LENGTH + 16));
            assertArrayEquals(plain, bench.destination(LENGTH));
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingStaysOfAShortMessageThatFailed(Function function) {
        var plain = filled(LENGTH, 'p');
        var expected = sealed(3, 1, plain);
        var out = new byte[LENGTH + 16];
        functions.fails.add(function);
        assertThrows(
                IllegalStateException.class, () -> aead.seal(filled(32, 3), 1, new byte[0], plain, 0, LENGTH, out, 0));
        assertArrayEquals(new byte[LENGTH + 16], out);
        assertTrue(aead.scratchIsZero());
        assertArrayEquals(expected, sealed(3, 1, plain));
    }

    @Test
    void aKeyIsWipedThoughItsContextCannotBe() {
        var key = (OpenSslAead.Key) aead.key(filled(32, 1));
        bench.source(new byte[8]);
        bench.seal(aead, key, 0, 1, 8);
        functions.fails.add(Function.INIT);
        assertThrows(IllegalStateException.class, key::close);
        assertArrayEquals(new byte[64], key.memory().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        assertEquals(0, cells.taken());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void afterwardsAllIsAsBefore(long counter) {
        for (var function : Function.values()) {
            functions.fails.add(function);
            assertThrows(IllegalStateException.class, () -> sealed(7, counter, filled(40, 1)));
        }
        var sealed = sealed(7, counter, filled(40, 1));
        var back = new byte[40];
        assertTrue(aead.open(filled(32, 7), counter, new byte[0], sealed, 0, 56, back, 0));
        sealed[3] ^= 1;
        assertFalse(aead.open(filled(32, 7), counter, new byte[0], sealed, 0, 56, back, 0));
    }
}
