/* Operations on a file; those on names are in operations-names.c. */
#include "operations.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "operations-internal.h"

struct cred cred_of(fuse_req_t req) {
    const struct fuse_ctx *context = fuse_req_ctx(req);
    struct cred cred = {.uid = context->uid, .gid = context->gid};
    gid_t groups[256];
    int count = fuse_req_getgroups(req, 256, groups);
    for (int i = 0; i < count && i < 256 && cred.group_count < 16; i++) cred.groups[cred.group_count++] = groups[i];
    return cred;
}

static void init_op(void *data, struct fuse_conn_info *connection) {
    (void)data;
    connection->max_write = 1 << 20;
    connection->max_readahead = 1 << 20;
    /* Truncation comes as a setattr of its own; listings without attributes. */
    connection->want &= ~(unsigned)(FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO);
}

static void forget_op(fuse_req_t req, fuse_ino_t number, uint64_t lookups) {
    struct node *node = node_of(number);
    node->lookups -= lookups < node->lookups ? lookups : node->lookups;
    drop_if_unused(node);
    fuse_reply_none(req);
}

static void getattr_op(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file) {
    (void)file;
    struct cred cred = cred_of(req);
    struct stat attributes;
    int error = nfs_getattr(&cred, &node_of(number)->handle, &attributes);
    if (error) fuse_reply_err(req, -error);
    else fuse_reply_attr(req, &attributes, CACHE_SECONDS);
}

static void setattr_op(fuse_req_t req, fuse_ino_t number, struct stat *wanted, int to_set, struct fuse_file_info *file) {
    static const struct { int fuse, nfs; } names[] = {
        {FUSE_SET_ATTR_MODE, SET_MODE}, {FUSE_SET_ATTR_UID, SET_UID}, {FUSE_SET_ATTR_GID, SET_GID},
        {FUSE_SET_ATTR_SIZE, SET_SIZE}, {FUSE_SET_ATTR_ATIME, SET_ATIME}, {FUSE_SET_ATTR_MTIME, SET_MTIME},
        {FUSE_SET_ATTR_ATIME_NOW, ATIME_NOW}, {FUSE_SET_ATTR_MTIME_NOW, MTIME_NOW}};
    int which = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (to_set & names[i].fuse) which |= names[i].nfs;
    /* ftruncate needs the right the file was opened with, not the one the caller has now. */
    struct cred cred = file ? *(struct cred *)(uintptr_t)file->fh : cred_of(req);
    int error = which ? nfs_setattr(&cred, &node_of(number)->handle, wanted, which) : 0;
    if (error) fuse_reply_err(req, -error);
    else getattr_op(req, number, file);
}

static void readlink_op(fuse_req_t req, fuse_ino_t number) {
    char target[4097];
    struct cred cred = cred_of(req);
    int error = nfs_readlink(&cred, &node_of(number)->handle, target, sizeof target);
    if (error) fuse_reply_err(req, -error);
    else fuse_reply_readlink(req, target);
}

/* 0 when the server grants all of `wanted`. */
static int check_access(const struct cred *cred, const struct node *node, uint32_t wanted) {
    uint32_t granted = 0;
    int error = wanted ? nfs_access(cred, &node->handle, wanted, &granted) : 0;
    return error ? error : (granted & wanted) == wanted ? 0 : -EACCES;
}

static void access_op(fuse_req_t req, fuse_ino_t number, int mask) {
    struct cred cred = cred_of(req);
    struct stat attributes;
    const struct node *node = node_of(number);
    int error = nfs_getattr(&cred, &node->handle, &attributes);
    int folder = !error && S_ISDIR(attributes.st_mode);
    uint32_t wanted = (mask & R_OK ? ACCESS_READ : 0) | (mask & W_OK ? ACCESS_MODIFY | ACCESS_EXTEND : 0) |
                      (mask & X_OK ? (folder ? ACCESS_LOOKUP : ACCESS_EXECUTE) : 0);
    fuse_reply_err(req, -(error ? error : check_access(&cred, node, wanted)));
}

int remember_open(struct fuse_file_info *file, struct node *node, const struct cred *cred) {
    struct cred *opener = malloc(sizeof *opener);
    if (!opener) return -ENOMEM;
    *opener = *cred;
    file->fh = (uintptr_t)opener;
    node->opens++;
    return 0;
}

static void open_op(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file) {
    struct node *node = node_of(number);
    struct cred cred = cred_of(req);
    int access_mode = file->flags & O_ACCMODE;
    uint32_t wanted = (access_mode != O_WRONLY ? ACCESS_READ : 0) | (access_mode != O_RDONLY ? ACCESS_MODIFY : 0);
    int error = check_access(&cred, node, wanted);
    /* A program may be run without being readable; the kernel opens it for reading all the same. */
    if (error == -EACCES && access_mode == O_RDONLY) error = check_access(&cred, node, ACCESS_EXECUTE);
    if (!error) error = remember_open(file, node, &cred);
    if (error) fuse_reply_err(req, -error);
    else fuse_reply_open(req, file);
}

static void opendir_op(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file) {
    struct cred cred = cred_of(req);
    int error = check_access(&cred, node_of(number), ACCESS_READ);
    file->fh = 0; /* the cookie verifier */
    if (error) fuse_reply_err(req, -error);
    else fuse_reply_open(req, file);
}

static void read_op(fuse_req_t req, fuse_ino_t number, size_t size, off_t offset, struct fuse_file_info *file) {
    const unsigned char *data;
    uint32_t length;
    int error = nfs_read((struct cred *)(uintptr_t)file->fh, &node_of(number)->handle, offset, size, &data, &length);
    if (error) fuse_reply_err(req, -error);
    else fuse_reply_buf(req, (const char *)data, length);
}

static void write_op(fuse_req_t req, fuse_ino_t number, const char *data, size_t size, off_t offset, struct fuse_file_info *file) {
    struct node *node = node_of(number);
    uint32_t written = 0, done = 0;
    int error = 0;
    while (done < size && !error) {
        error = nfs_write((struct cred *)(uintptr_t)file->fh, &node->handle, offset + done, data + done, size - done, &written);
        if (!error && written == 0) error = -EIO;
        if (!error) done += written;
    }
    if (done) node->dirty = 1;
    if (error && !done) fuse_reply_err(req, -error);
    else fuse_reply_write(req, done);
}

static int commit(const struct cred *cred, struct node *node) {
    if (!node->dirty) return 0;
    int error = nfs_commit(cred, &node->handle);
    if (!error) node->dirty = 0;
    return error;
}

/* A close brings what was written to the server's disk, as NFS promises. */
static void flush_op(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file) {
    fuse_reply_err(req, -commit((struct cred *)(uintptr_t)file->fh, node_of(number)));
}

static void fsync_op(fuse_req_t req, fuse_ino_t number, int data_only, struct fuse_file_info *file) {
    (void)data_only;
    flush_op(req, number, file);
}

static void fsyncdir_op(fuse_req_t req, fuse_ino_t number, int data_only, struct fuse_file_info *file) {
    (void)number, (void)data_only, (void)file;
    fuse_reply_err(req, 0); /* the server does changes of folders at once */
}

static void release_op(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file) {
    struct node *node = node_of(number);
    struct cred *opener = (struct cred *)(uintptr_t)file->fh;
    if (--node->opens == 0 && node->hidden_name) {
        nfs_remove(opener, &node->hidden_folder, node->hidden_name);
        free(node->hidden_name);
        node->hidden_name = NULL;
    }
    free(opener);
    drop_if_unused(node);
    fuse_reply_err(req, 0);
}

static void statfs_op(fuse_req_t req, fuse_ino_t number) {
    struct cred cred = cred_of(req);
    struct statvfs status;
    int error = nfs_statfs(&cred, &node_of(number)->handle, &status);
    if (error) fuse_reply_err(req, -error);
    else fuse_reply_statfs(req, &status);
}

const struct fuse_lowlevel_ops nfs_operations = {
    .init = init_op, .forget = forget_op, .getattr = getattr_op, .setattr = setattr_op, .readlink = readlink_op,
    .access = access_op, .open = open_op, .opendir = opendir_op, .read = read_op, .write = write_op,
    .flush = flush_op, .fsync = fsync_op, .fsyncdir = fsyncdir_op, .release = release_op, .statfs = statfs_op,
    .lookup = nfs_lookup_op, .mkdir = nfs_mkdir_op, .mknod = nfs_mknod_op, .symlink = nfs_symlink_op,
    .link = nfs_link_op, .unlink = nfs_unlink_op, .rmdir = nfs_rmdir_op, .rename = nfs_rename_op,
    .create = nfs_create_op, .readdir = nfs_readdir_op,
};
