// Opens event streams through a proxy and counts their chunks: one thread, one epoll loop.
//
//   streams PORT STREAMS WARM_SECONDS SECONDS REQUEST_FILE
//
// The file holds the whole HTTP request. Once every stream has had its first chunk, or START_SECONDS are over and some have, and
// after the warm-up, it prints "begin", counts for the given time, prints {"streams":…,"chunks":…,"p50Milliseconds":…,
// "p99Milliseconds":…} and holds the streams until its input closes. Time is from the backend's write (the mark in the chunk) to
// the read here. A stream that is refused or ends is an error: exit 1.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_STREAMS = 1024, BUCKETS = 400000, START_SECONDS = 15 };  // buckets of 50 µs; the last holds all above 20 s

typedef struct { int fd, digits, seen; uint64_t mark; } Stream;
static Stream streams[MAX_STREAMS];
static uint32_t histogram[BUCKETS];
static char buffer[65536];

static void fail(const char *what) { perror(what); exit(1); }
static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

// Marks may be cut anywhere by a read; state between reads is in the stream.
static int count_marks(Stream *stream, const char *bytes, ssize_t length, int counting) {
    int found = 0;
    uint64_t arrived = now();
    for (const char *at = bytes, *end = bytes + length; at < end;) {
        if (stream->digits < 0) {
            at = memchr(at, '@', (size_t)(end - at));
            if (!at) break;
            at++, stream->digits = 0, stream->mark = 0;
        }
        for (; at < end && stream->digits < 16; at++, stream->digits++) {
            int digit = *at >= '0' && *at <= '9' ? *at - '0' : *at >= 'a' && *at <= 'f' ? *at - 'a' + 10 : -1;
            if (digit < 0) break;
            stream->mark = stream->mark << 4 | (uint64_t)digit;
        }
        if (stream->digits < 16) {
            if (at < end) stream->digits = -1;
            continue;
        }
        stream->digits = -1, found++;
        uint64_t bucket = arrived > stream->mark ? (arrived - stream->mark) / 50000 : 0;
        if (counting) histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    }
    return found;
}

static double quantile(double share, uint64_t total) {
    uint64_t seen = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += histogram[i]) >= share * (double)total) return (i + 1) / 20.0;
    return 0;
}

int main(int count, char **arguments) {
    int wanted = count == 6 ? atoi(arguments[2]) : 0;
    if (wanted < 1 || wanted > MAX_STREAMS) {
        fprintf(stderr, "usage: streams PORT STREAMS(1-%d) WARM_SECONDS SECONDS REQUEST_FILE\n", MAX_STREAMS);
        return 64;
    }
    double warm = atof(arguments[3]), length = atof(arguments[4]);
    FILE *file = fopen(arguments[5], "r");
    if (!file) fail(arguments[5]);
    size_t request = fread(buffer, 1, sizeof buffer, file);
    fclose(file);

    int poller = epoll_create1(EPOLL_CLOEXEC), waiting = wanted;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)atoi(arguments[1])) };
    for (int i = 0; i < wanted; i++) {
        streams[i] = (Stream){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .digits = -1 };
        if (connect(streams[i].fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
        if (send(streams[i].fd, buffer, request, MSG_NOSIGNAL) != (ssize_t)request) fail("send");
        struct epoll_event event = { .events = EPOLLIN, .data.u32 = (uint32_t)i };
        epoll_ctl(poller, EPOLL_CTL_ADD, streams[i].fd, &event);
    }

    uint64_t chunks = 0, begin = 0, started = now(), limit = started + START_SECONDS * 1000000000ull;
    int counting = 0;
    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(poller, events, 256, 100);
        uint64_t time = now();
        if (waiting == wanted && time > limit) {
            fprintf(stderr, "no stream had a chunk within %d s\n", START_SECONDS);
            return 1;
        }
        if ((!waiting || time > limit) && !begin) begin = time + (uint64_t)(warm * 1e9);
        if (!counting && begin && time >= begin) { counting = 1; begin = time; puts("begin"); fflush(stdout); }
        if (counting && time >= begin + (uint64_t)(length * 1e9)) break;
        for (int i = 0; i < n; i++) {
            Stream *stream = &streams[events[i].data.u32];
            ssize_t got = recv(stream->fd, buffer, sizeof buffer - 1, MSG_DONTWAIT);
            if (got <= 0) { fprintf(stderr, "a stream ended after %llu chunks\n", (unsigned long long)chunks); return 1; }
            if (!stream->seen && got >= 12 && memcmp(buffer, "HTTP/1.1 200", 12)) {
                fprintf(stderr, "a stream was refused: %.*s\n", (int)got, buffer);
                return 1;
            }
            int found = count_marks(stream, buffer, got, counting);
            if (!(stream->seen & 2) && found) waiting--, stream->seen |= 2;
            stream->seen |= 1;
            if (counting) chunks += (uint64_t)found;
        }
    }
    printf("{\"streams\": %d, \"chunks\": %llu, \"p50Milliseconds\": %.2f, \"p99Milliseconds\": %.2f}\n", wanted - waiting,
        (unsigned long long)chunks, quantile(0.5, chunks), quantile(0.99, chunks));
    fflush(stdout);
    while (read(0, buffer, sizeof buffer) > 0) {}
    return 0;
}
