/* The procedures of NFS version 3 as functions. Each returns 0 or a negative errno. */
#pragma once
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "rpc.h"

struct handle {
    uint32_t length;
    unsigned char data[64];
};

/* Which members of a struct stat to set, and times to take from the server's clock. */
enum { SET_MODE = 1, SET_UID = 2, SET_GID = 4, SET_SIZE = 8, SET_ATIME = 16, SET_MTIME = 32, ATIME_NOW = 64, MTIME_NOW = 128 };

enum { ACCESS_READ = 1, ACCESS_LOOKUP = 2, ACCESS_MODIFY = 4, ACCESS_EXTEND = 8, ACCESS_EXECUTE = 32 };

extern struct server nfs_server;

/* The handle of an exported path, by a version 4 lookup from the server's root: so port 2049 is all that is needed. */
int nfs_root(const struct cred *cred, const char *path, struct handle *root);

int nfs_getattr(const struct cred *cred, const struct handle *file, struct stat *attributes);
int nfs_setattr(const struct cred *cred, const struct handle *file, const struct stat *wanted, int which);
int nfs_lookup(const struct cred *cred, const struct handle *folder, const char *name, struct handle *found, struct stat *attributes);
int nfs_access(const struct cred *cred, const struct handle *file, uint32_t wanted, uint32_t *granted);
int nfs_readlink(const struct cred *cred, const struct handle *file, char *target, size_t size);
int nfs_read(const struct cred *cred, const struct handle *file, uint64_t offset, uint32_t count, const unsigned char **data, uint32_t *length);
int nfs_write(const struct cred *cred, const struct handle *file, uint64_t offset, const void *data, uint32_t count, uint32_t *written);
int nfs_commit(const struct cred *cred, const struct handle *file);
int nfs_create(const struct cred *cred, const struct handle *folder, const char *name, mode_t mode, int exclusive, struct handle *made, struct stat *attributes);
int nfs_mkdir(const struct cred *cred, const struct handle *folder, const char *name, mode_t mode, struct handle *made, struct stat *attributes);
int nfs_symlink(const struct cred *cred, const struct handle *folder, const char *name, const char *target, struct handle *made, struct stat *attributes);
int nfs_mknod(const struct cred *cred, const struct handle *folder, const char *name, mode_t mode, dev_t device, struct handle *made, struct stat *attributes);
int nfs_remove(const struct cred *cred, const struct handle *folder, const char *name);
int nfs_rmdir(const struct cred *cred, const struct handle *folder, const char *name);
int nfs_rename(const struct cred *cred, const struct handle *from, const char *old_name, const struct handle *to, const char *new_name);
int nfs_link(const struct cred *cred, const struct handle *file, const struct handle *folder, const char *name);
int nfs_statfs(const struct cred *cred, const struct handle *file, struct statvfs *status);

/* Calls `each` for the entries after `cookie` until it returns non-zero or one answer is used up. *end: there are no more. */
int nfs_readdir(const struct cred *cred, const struct handle *folder, uint64_t cookie, uint64_t *verifier,
                int (*each)(void *context, const char *name, uint64_t id, uint64_t cookie), void *context, int *end);
