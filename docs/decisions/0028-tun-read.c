// Reads small frames from a TUN device: one read(2) each, or 64 of io_uring by one io_uring_enter(2).
// cc -O2 -pthread 0028-tun-read.c -o tun-read && sudo unshare -n ./tun-read 5
// Prints the frames and the CPU time of the reading thread for each, the two ways in turn.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define ROOM 2048
static char frames[BATCH][ROOM];
static atomic_int stop;
static int seconds;

static void *sender(void *arg) {
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = inet_addr("10.9.0.2")};
    connect(s, (void *)&to, sizeof to);
    char payload[36] = {0};
    struct iovec iov = {payload, sizeof payload};
    struct mmsghdr m[32] = {0};
    for (int i = 0; i < 32; i++) m[i].msg_hdr = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1};
    while (!stop) sendmmsg(s, m, 32, 0);
    return arg;
}

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static long by_read(int fd) {
    long n = 0;
    double end = now(CLOCK_MONOTONIC) + seconds;
    struct pollfd p = {fd, POLLIN, 0};
    while (now(CLOCK_MONOTONIC) < end) {
        poll(&p, 1, 100);
        for (int i = 0; i < BATCH; i++) {
            if (syscall(SYS_read, fd, frames[i], ROOM) <= 0) break;
            n++;
        }
    }
    return n;
}

struct ring {
    int fd;
    unsigned *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
} r;

static int open_ring(void) {
    struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
    r.fd = syscall(SYS_io_uring_setup, 2 * BATCH, &p);
    if (r.fd < 0) return -errno;
    char *sq = mmap(0, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r.fd, IORING_OFF_SQ_RING);
    char *cq = mmap(0, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r.fd, IORING_OFF_CQ_RING);
    r.sqes = mmap(0, p.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r.fd, IORING_OFF_SQES);
    r.sq_tail = (void *)(sq + p.sq_off.tail);
    r.sq_mask = (void *)(sq + p.sq_off.ring_mask);
    r.sq_array = (void *)(sq + p.sq_off.array);
    r.cq_head = (void *)(cq + p.cq_off.head);
    r.cq_tail = (void *)(cq + p.cq_off.tail);
    r.cq_mask = (void *)(cq + p.cq_off.ring_mask);
    r.cqes = (void *)(cq + p.cq_off.cqes);
    return 0;
}

// The descriptor does not block, so a read that finds nothing completes with EAGAIN at once. linked: each waits for
// the one before, so that the frames lie in order and those behind an empty read are cancelled.
static long by_ring(int fd, int linked) {
    long n = 0;
    double end = now(CLOCK_MONOTONIC) + seconds;
    struct pollfd p = {fd, POLLIN, 0};
    while (now(CLOCK_MONOTONIC) < end) {
        poll(&p, 1, 100);
        unsigned tail = *r.sq_tail;
        for (int i = 0; i < BATCH; i++) {
            unsigned k = tail & *r.sq_mask;
            r.sqes[k] = (struct io_uring_sqe){.opcode = IORING_OP_READ, .fd = fd, .addr = (unsigned long)frames[i], .len = ROOM,
                .flags = linked && i < BATCH - 1 ? IOSQE_IO_LINK : 0, .off = -1ull};
            r.sq_array[k] = k;
            tail++;
        }
        __atomic_store_n(r.sq_tail, tail, __ATOMIC_RELEASE);
        syscall(SYS_io_uring_enter, r.fd, BATCH, BATCH, IORING_ENTER_GETEVENTS, 0, 0);
        unsigned head = *r.cq_head, until = __atomic_load_n(r.cq_tail, __ATOMIC_ACQUIRE);
        for (; head != until; head++)
            if (r.cqes[head & *r.cq_mask].res > 0) n++;
        __atomic_store_n(r.cq_head, head, __ATOMIC_RELEASE);
    }
    return n;
}

int main(int argc, char **argv) {
    seconds = argc > 1 ? atoi(argv[1]) : 5;
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    strcpy(ifr.ifr_name, "spike0");
    if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0) return perror("tun"), 1;
    if (system("ip addr add 10.9.0.1/24 dev spike0 && ip link set spike0 up txqueuelen 1000")) return 1;
    int e = open_ring();
    if (e) return fprintf(stderr, "io_uring: %s\n", strerror(-e)), 1;
    pthread_t t;
    pthread_create(&t, 0, sender, 0);
    for (int round = 0; round < 3; round++)
        for (int way = 0; way < 3; way++) {
            double cpu = now(CLOCK_THREAD_CPUTIME_ID);
            long n = way == 0 ? by_read(fd) : by_ring(fd, way == 2);
            cpu = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
            printf("%-16s %9ld frames, %4.0f ns of CPU each\n", way == 0 ? "read" : way == 1 ? "io_uring" : "io_uring linked", n, cpu / n * 1e9);
            fflush(stdout);
        }
    stop = 1;
    return 0;
}
