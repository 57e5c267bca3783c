package dev.warren.io.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.BootClock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class LibcTest {
    private final Libc libc = new Libc();

    @Test
    void everyErrorNumberHasAName() throws IllegalAccessException {
        for (var field : Errno.class.getFields()) {
            var description = Errno.describe(field.getInt(null));
            assertTrue(description.endsWith(" (" + field.getName() + ")"), field.getName() + ": " + description);
        }
    }

    @Test
    void anErrorComesBackAsANegatedErrno() {
        assertEquals(-Errno.EBADF, libc.close(-1));
        assertEquals(-Errno.ENOENT, libc.open("/no/such/file", Libc.O_RDWR, 0));
        assertEquals(-Errno.ENOENT, libc.unlink("/no/such/file"));
        assertEquals("Device or resource busy (EBUSY)", Errno.describe(-Errno.EBUSY));
    }

    // every native destination is a range of a bounded segment.
    @Test
    void nothingIsReadBeyondASegment() {
        try (var arena = Arena.ofConfined()) {
            MemorySegment sixteen = arena.allocate(16);
            int fd = libc.eventfd(0, Libc.EFD_NONBLOCK);
            assertThrows(IndexOutOfBoundsException.class, () -> libc.read(fd, sixteen, 0, 1420));
            assertThrows(IndexOutOfBoundsException.class, () -> libc.read(fd, sixteen, 9, 8));
            assertThrows(IndexOutOfBoundsException.class, () -> libc.read(fd, sixteen, -1, 8));
            assertThrows(IndexOutOfBoundsException.class, () -> Iovec.set(sixteen, 0, sixteen, 8, 9));
            assertThrows(IndexOutOfBoundsException.class, () -> libc.recvmmsg(fd, sixteen, 0, 1, 0));
            libc.close(fd);
        }
    }

    //
    @Test
    void onlyLiveNativeMemoryIsGivenToTheKernel() {
        int fd = libc.eventfd(0, Libc.EFD_NONBLOCK);
        assertThrows(IllegalStateException.class, () -> libc.read(fd, MemorySegment.ofArray(new byte[8]), 0, 8));
        MemorySegment dead;
        try (var arena = Arena.ofConfined()) {
            dead = arena.allocate(8);
        }
        assertThrows(IllegalStateException.class, () -> libc.read(fd, dead, 0, 8));
        libc.close(fd);
    }

    //
    @Test
    void everyDescriptorClosesOnExec() {
        int[] descriptors = {
            libc.open("/dev/null", Libc.O_RDWR, 0),
            libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM, 0),
            libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW, 0),
            libc.eventfd(0, 0)
        };
        for (int fd : descriptors) {
            assertTrue(fd >= 0 && Descriptors.closesOnExec(fd), "descriptor " + fd);
            assertEquals(0, libc.close(fd));
        }
    }

    @Test
    void pollTellsWhatIsThere() {
        int fd = libc.eventfd(0, Libc.EFD_NONBLOCK);
        assertEquals(0, libc.poll(fd, Libc.POLLIN, 0));
        assertEquals(Libc.POLLOUT, libc.poll(fd, Libc.POLLIN | Libc.POLLOUT, 0));
        try (var arena = Arena.ofConfined()) {
            assertEquals(8, libc.write(fd, arena.allocateFrom(ValueLayout.JAVA_LONG, 1), 0, 8));
        }
        assertEquals(Libc.POLLIN, libc.poll(fd, Libc.POLLIN, 0));
        libc.close(fd);
    }

    @Test
    void theBootClockRunsForwardFromZero() {
        var clock = new BootClock();
        long first = clock.now();
        long second = new BootClock().now();
        assertTrue(first >= 0 && second >= first, first + " then " + second);
        long millis = System.currentTimeMillis();
        assertTrue(Math.abs(clock.wall() / 1_000_000 - millis) < 1000);
    }

    @Test
    void processIdIsOurs() {
        assertEquals(ProcessHandle.current().pid(), libc.getpid());
    }
}
