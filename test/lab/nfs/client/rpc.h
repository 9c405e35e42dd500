/* ONC RPC over one TCP connection, one call at a time, repeated until it is answered. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* A cursor over XDR data; `bad` is set once something did not fit, and reading then gives zeros. */
struct xdr {
    unsigned char *at, *end;
    int bad;
};

void put_u32(struct xdr *x, uint32_t value);
void put_u64(struct xdr *x, uint64_t value);
void put_opaque(struct xdr *x, const void *data, uint32_t length);
void put_string(struct xdr *x, const char *text);
uint32_t get_u32(struct xdr *x);
uint64_t get_u64(struct xdr *x);
/* Points into the reply; valid until the next call. */
const unsigned char *get_opaque(struct xdr *x, uint32_t *length);

/* AUTH_SYS: who the server shall take us for. */
struct cred {
    uint32_t uid, gid, group_count, groups[16];
};

struct server {
    char address[64]; /* numeric */
    int port;
    int fd;
    uint32_t xid;
    /* Looked at while waiting: when it reports an error (the mount is gone), the process ends. -1 for none. */
    int watch_fd;
    /* Give up with -ETIMEDOUT after so many seconds without an answer; 0 for never (a hard mount). */
    int give_up_seconds;
};

/* Begins a call: the returned cursor takes the arguments. */
struct xdr *rpc_begin(struct server *server, uint32_t program, uint32_t version, uint32_t procedure,
                      const struct cred *cred);

/* Sends what was begun and waits. 0 and the results in *reply, or a negative errno. */
int rpc_finish(struct server *server, struct xdr *reply);
