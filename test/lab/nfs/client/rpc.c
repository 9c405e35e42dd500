#include "rpc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_SIZE = (1 << 20) + 65536, FIRST_WAIT_MS = 5000, LONGEST_WAIT_MS = 60000, CONNECT_WAIT_MS = 3000 };

static unsigned char request[BUFFER_SIZE], answer[BUFFER_SIZE];
static struct xdr request_cursor;

void put_u32(struct xdr *x, uint32_t value) {
    if (x->end - x->at < 4) { x->bad = 1; return; }
    value = htonl(value);
    memcpy(x->at, &value, 4);
    x->at += 4;
}

void put_u64(struct xdr *x, uint64_t value) {
    put_u32(x, value >> 32);
    put_u32(x, (uint32_t)value);
}

void put_opaque(struct xdr *x, const void *data, uint32_t length) {
    uint32_t padded = (length + 3) & ~3u;
    put_u32(x, length);
    if ((size_t)(x->end - x->at) < padded) { x->bad = 1; return; }
    memcpy(x->at, data, length);
    memset(x->at + length, 0, padded - length);
    x->at += padded;
}

void put_string(struct xdr *x, const char *text) { put_opaque(x, text, strlen(text)); }

uint32_t get_u32(struct xdr *x) {
    uint32_t value;
    if (x->end - x->at < 4) { x->bad = 1; return 0; }
    memcpy(&value, x->at, 4);
    x->at += 4;
    return ntohl(value);
}

uint64_t get_u64(struct xdr *x) {
    uint64_t high = get_u32(x);
    return high << 32 | get_u32(x);
}

const unsigned char *get_opaque(struct xdr *x, uint32_t *length) {
    uint32_t claimed = get_u32(x), padded = (claimed + 3) & ~3u;
    const unsigned char *data = x->at;
    *length = 0;
    if (padded < claimed || (size_t)(x->end - x->at) < padded) { x->bad = 1; return data; }
    x->at += padded;
    *length = claimed;
    return data;
}

struct xdr *rpc_begin(struct server *server, uint32_t program, uint32_t version, uint32_t procedure,
                      const struct cred *cred) {
    struct xdr *x = &request_cursor;
    x->at = request + 4; /* the record mark comes last */
    x->end = request + sizeof request;
    x->bad = 0;
    const uint32_t header[] = {++server->xid, 0 /* call */, 2, program, version, procedure, 1 /* AUTH_SYS */};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++) put_u32(x, header[i]);
    char name[64] = "";
    gethostname(name, sizeof name - 1);
    uint32_t name_words = (strlen(name) + 3) / 4;
    put_u32(x, 4 * (5 + name_words + cred->group_count));
    put_u32(x, 0);
    put_string(x, name);
    put_u32(x, cred->uid);
    put_u32(x, cred->gid);
    put_u32(x, cred->group_count);
    for (uint32_t i = 0; i < cred->group_count; i++) put_u32(x, cred->groups[i]);
    put_u32(x, 0); /* no verifier */
    put_u32(x, 0);
    return x;
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void disconnect(struct server *server) {
    if (server->fd >= 0) close(server->fd);
    server->fd = -1;
}

/* Waits for an event on the socket, at most until the deadline. Ends the process when the mount is gone. */
static int wait_for(struct server *server, short events, int64_t deadline) {
    for (;;) {
        int64_t left = deadline - now_ms();
        if (left <= 0) return -ETIMEDOUT;
        struct pollfd fds[2] = {{server->fd, events, 0}, {server->watch_fd, 0, 0}};
        int count = poll(fds, 2, left < 1000 ? (int)left : 1000);
        if (fds[1].revents & (POLLERR | POLLHUP | POLLNVAL)) _exit(0);
        if (count > 0 && fds[0].revents) return 0;
    }
}

/* Connects from a reserved port, which exports that are "secure" ask for. */
static int connect_to(struct server *server) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(server->port)};
    int one = 1, error = 0;
    socklen_t length = sizeof error;
    inet_pton(AF_INET, server->address, &to.sin_addr);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->fd < 0) return -errno;
    setsockopt(server->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in from = {.sin_family = AF_INET};
    for (int port = 1023; port > 600; port--) {
        from.sin_port = htons(port);
        if (bind(server->fd, (struct sockaddr *)&from, sizeof from) == 0) break;
    }
    if (connect(server->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) error = errno;
    else if (wait_for(server, POLLOUT, now_ms() + CONNECT_WAIT_MS) != 0) error = ETIMEDOUT;
    else getsockopt(server->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) disconnect(server);
    return -error;
}

static int transfer(struct server *server, unsigned char *data, size_t length, int writing, int64_t deadline) {
    while (length > 0) {
        int error = wait_for(server, writing ? POLLOUT : POLLIN, deadline);
        if (error) return error;
        ssize_t done = writing ? send(server->fd, data, length, MSG_NOSIGNAL) : recv(server->fd, data, length, 0);
        if (done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR)) return done == 0 ? -ECONNRESET : -errno;
        if (done < 0) continue;
        data += done;
        length -= done;
    }
    return 0;
}

/* Reads one whole message, of one or more fragments. */
static ssize_t receive(struct server *server, int64_t deadline) {
    size_t length = 0;
    for (;;) {
        uint32_t mark;
        int error = transfer(server, (unsigned char *)&mark, 4, 0, deadline);
        if (error) return error;
        mark = ntohl(mark);
        size_t part = mark & 0x7fffffff;
        if (length + part > sizeof answer) return -EMSGSIZE;
        error = transfer(server, answer + length, part, 0, deadline);
        if (error) return error;
        length += part;
        if (mark & 0x80000000) return (ssize_t)length;
    }
}

/* One attempt: connect if need be, send, wait for the answer to this very call. */
static int attempt(struct server *server, size_t length, int wait_ms, struct xdr *reply) {
    int error = server->fd < 0 ? connect_to(server) : 0;
    if (error) return error;
    int64_t deadline = now_ms() + wait_ms;
    error = transfer(server, request, length, 1, deadline);
    if (error) return error;
    for (;;) {
        ssize_t size = receive(server, deadline);
        if (size < 0) return (int)size;
        *reply = (struct xdr){answer, answer + size, 0};
        if (get_u32(reply) == server->xid) return 0;
    }
}

/* The reply's header: accepted and executed, or why not. */
static int check_header(struct xdr *reply) {
    uint32_t ignored;
    uint32_t direction = get_u32(reply), denied = get_u32(reply);
    if (direction != 1 || denied) return -EACCES;
    get_u32(reply);
    get_opaque(reply, &ignored);
    return get_u32(reply) == 0 && !reply->bad ? 0 : -EIO;
}

int rpc_finish(struct server *server, struct xdr *reply) {
    if (request_cursor.bad) return -EINVAL;
    size_t length = request_cursor.at - request;
    uint32_t mark = htonl(0x80000000u | (uint32_t)(length - 4));
    memcpy(request, &mark, 4);
    int64_t give_up = server->give_up_seconds ? now_ms() + 1000LL * server->give_up_seconds : INT64_MAX;
    for (int wait_ms = FIRST_WAIT_MS;; wait_ms = wait_ms * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait_ms * 2) {
        int error = attempt(server, length, wait_ms, reply);
        if (error == 0) return check_header(reply);
        /* The same call again, under the same number, over a new connection: the server knows repeats by it. */
        disconnect(server);
        if (now_ms() >= give_up) return error;
        struct pollfd watch = {server->watch_fd, 0, 0};
        poll(&watch, 1, 500);
        if (watch.revents & (POLLERR | POLLHUP | POLLNVAL)) _exit(0);
    }
}
