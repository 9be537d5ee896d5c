// The replica behind every proxy under test: one thread, one epoll loop, no allocation per request.
//
//   backend ANSWER_FILE CHUNKS_PER_SECOND
//
// Listens on a port of 127.0.0.1 that the system picks and prints it. GET answers 200 with a small JSON object. POST answers the
// file's bytes as JSON, or, where the body holds "stream": true or "stream":true, an event stream of one chunk per period until
// the peer closes or MAX_CHUNKS were sent. Streams are spread over SLOTS groups that take turns evenly over the period, as with
// that many engines of which each writes a token of every sequence in its batch at each step. Every chunk carries the time it was
// written (CLOCK_MONOTONIC, ns) as @ and 16 hexadecimal digits. A stream whose peer does not read misses chunks, so nothing
// piles up here.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 4096, INPUT = 16384, OUTPUT = 4096, SLOTS = 8, MAX_CHUNKS = 100000, MAX_PER_SLOT = 512 };

typedef struct {
    int fd, slot, chunks;
    size_t filled, unsent;
    char input[INPUT], output[OUTPUT];
} Connection;

static Connection *slots[SLOTS][MAX_PER_SLOT];
static int in_slot[SLOTS], next_slot, poller, connections;
static char answer[OUTPUT];
static size_t answer_length;
static const char json_head[] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
// nginx holds streams back without the last field; the others pass it on.
static const char stream_head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
    "transfer-encoding: chunked\r\nx-accel-buffering: no\r\n\r\n";

static void fail(const char *what) { perror(what); exit(1); }

static void leave_slot(Connection *connection) {
    if (connection->slot < 0) return;
    int slot = connection->slot;
    for (int i = 0; i < in_slot[slot]; i++)
        if (slots[slot][i] == connection) { slots[slot][i] = slots[slot][--in_slot[slot]]; break; }
    connection->slot = -1;
}

// The memory goes back in release_closed, once no event of this round can name it any more.
static Connection *closed[MAX_CONNECTIONS];
static int closed_count;
static void close_connection(Connection *connection) {
    if (connection->fd < 0) return;
    leave_slot(connection);
    close(connection->fd);
    connection->fd = -1;
    connections--;
    closed[closed_count++] = connection;
}
static void release_closed(void) { while (closed_count) free(closed[--closed_count]); }

// Writes what is unsent; false when the peer is gone.
static int flush_output(Connection *connection) {
    while (connection->unsent) {
        ssize_t n = send(connection->fd, connection->output, connection->unsent, MSG_NOSIGNAL);
        if (n < 0) return errno == EAGAIN || errno == EINTR;
        connection->unsent -= (size_t)n;
        memmove(connection->output, connection->output + n, connection->unsent);
    }
    return 1;
}

static int append(Connection *connection, const char *bytes, size_t length) {
    if (connection->unsent + length > OUTPUT) return 0;
    memcpy(connection->output + connection->unsent, bytes, length);
    connection->unsent += length;
    return 1;
}

static int answer_json(Connection *connection, const char *body, size_t length) {
    char head[160];
    int n = snprintf(head, sizeof head, "%s%zu\r\n\r\n", json_head, length);
    return append(connection, head, (size_t)n) && append(connection, body, length);
}

static void send_chunk(Connection *connection) {
    if (connection->unsent) { if (!flush_output(connection)) close_connection(connection); return; }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char event[256], chunk[320];
    int length = snprintf(event, sizeof event,
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"chat\",\"choices\":"
        "[{\"index\":0,\"delta\":{\"content\":\"@%016llx\"},\"finish_reason\":null}]}\n\n",
        (unsigned long long)now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec);
    int framed = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", length, event);
    append(connection, chunk, (size_t)framed);
    if (++connection->chunks == MAX_CHUNKS) {
        append(connection, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n", 24);
        leave_slot(connection);
    }
    if (!flush_output(connection)) close_connection(connection);
}

static int start_stream(Connection *connection) {
    int slot = next_slot;
    next_slot = (next_slot + 1) % SLOTS;
    if (in_slot[slot] == MAX_PER_SLOT) return 0;
    slots[slot][in_slot[slot]++] = connection;
    connection->slot = slot;
    connection->chunks = 0;
    return append(connection, stream_head, sizeof stream_head - 1);
}

// Answers every whole request in the input; false when the connection is to be closed.
static int answer_requests(Connection *connection) {
    for (;;) {
        connection->input[connection->filled] = 0;
        char *end = strstr(connection->input, "\r\n\r\n");
        if (!end) return connection->filled < INPUT - 1;
        size_t head = (size_t)(end - connection->input) + 4, body = 0;
        *end = 0;
        char *length = strcasestr(connection->input, "\r\ncontent-length:");
        if (length) body = strtoul(length + 17, NULL, 10);
        if (strcasestr(connection->input, "\r\ntransfer-encoding:")) {
            fputs("backend: a proxy sent a request in chunks; the backend reads Content-Length only\n", stderr);
            return 0;
        }
        *end = '\r';
        if (head + body > INPUT - 1) return 0;
        if (connection->filled < head + body) return 1;
        char after = connection->input[head + body];
        connection->input[head + body] = 0;
        char *text = connection->input + head;
        int is_post = !strncmp(connection->input, "POST", 4);
        int ok = !is_post ? answer_json(connection, "{\"status\":\"ok\"}", 15)
            : strstr(text, "\"stream\": true") || strstr(text, "\"stream\":true") ? start_stream(connection)
            : answer_json(connection, answer, answer_length);
        connection->input[head + body] = after;
        connection->filled -= head + body;
        memmove(connection->input, connection->input + head + body, connection->filled);
        if (!ok || !flush_output(connection)) return 0;
        if (!connection->filled) return 1;
    }
}

static void read_connection(Connection *connection) {
    ssize_t n = recv(connection->fd, connection->input + connection->filled, INPUT - 1 - connection->filled, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) { close_connection(connection); return; }
    connection->filled += (size_t)n;
    if (!answer_requests(connection)) close_connection(connection);
}

static void accept_connections(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        Connection *connection = connections < MAX_CONNECTIONS ? malloc(sizeof *connection) : NULL;
        if (!connection) { close(fd); continue; }
        connections++;
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        connection->fd = fd;
        connection->slot = -1;
        connection->chunks = 0;
        connection->filled = connection->unsent = 0;
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
        if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
    }
}

int main(int count, char **arguments) {
    if (count != 3 || atoi(arguments[2]) < 1) { fprintf(stderr, "usage: backend ANSWER_FILE CHUNKS_PER_SECOND\n"); return 64; }
    FILE *file = fopen(arguments[1], "r");
    if (!file) fail(arguments[1]);
    answer_length = fread(answer, 1, sizeof answer - 200, file);
    fclose(file);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    long step = 1000000000l / atoi(arguments[2]) / SLOTS;
    struct itimerspec every = { { 0, step }, { 0, step } }, never = { { 0, 0 }, { 0, 0 } };
    int ticking = 0, slot = 0;
    poller = epoll_create1(EPOLL_CLOEXEC);
    static int listener_tag, timer_tag;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = &listener_tag };
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    event.data.ptr = &timer_tag;
    epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event);

    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(poller, events, 256, -1);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        int has_streams = 0;
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &listener_tag) { accept_connections(listener); continue; }
            if (events[i].data.ptr != &timer_tag) {
                Connection *connection = events[i].data.ptr;
                if (connection->fd >= 0) read_connection(connection);
                continue;
            }
            uint64_t passed = 0;
            if (read(timer, &passed, sizeof passed) != sizeof passed) continue;
            // More than one period behind, the machine was busy elsewhere: those chunks are not made up for.
            for (uint64_t tick = 0; tick < passed && tick < SLOTS; tick++, slot = (slot + 1) % SLOTS)
                for (int each = in_slot[slot] - 1; each >= 0; each--) send_chunk(slots[slot][each]);
        }
        for (int each = 0; each < SLOTS; each++) has_streams |= in_slot[each];
        if (!has_streams != !ticking) timerfd_settime(timer, 0, has_streams ? &every : &never, NULL), ticking = !!has_streams;
        release_closed();
    }
}
