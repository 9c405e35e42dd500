/* What the two halves of the NFS procedures share. */
#pragma once
#include <errno.h>

#include "nfs3.h"

enum { PROGRAM = 100003, JUKEBOX = 10008 };
enum { GETATTR = 1, SETATTR, LOOKUP, ACCESS, READLINK, READ, WRITE, CREATE, MKDIR, SYMLINK, MKNOD, REMOVE, RMDIR, RENAME, LINK, READDIR, READDIRPLUS, FSSTAT, FSINFO, PATHCONF, COMMIT };

/* Begins a call on a file or folder; the cursor takes the rest of the arguments. */
struct xdr *begin(const struct cred *cred, uint32_t procedure, const struct handle *file);
/* Sends it and reads the status that every result begins with. -EAGAIN: the server asks to come again later. */
int finish(struct xdr *reply);
/* Waits a little before a call is made again. */
int postpone(void);

/* A call that the server may postpone is made again; CALL must leave its result in `error`. */
#define REPEATING(error, CALL) do { CALL; } while ((error) == -EAGAIN && postpone())

int get_optional_attributes(struct xdr *x, struct stat *st);
void skip_optional_attributes(struct xdr *x);
void get_handle(struct xdr *x, struct handle *handle);
void put_wanted(struct xdr *x, const struct stat *wanted, int which);
