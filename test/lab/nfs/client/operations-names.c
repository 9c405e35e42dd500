/* Operations on the names in a folder. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations-internal.h"
#include "operations.h"

static struct fuse_entry_param entry_of(struct node *node, const struct stat *attributes) {
    node->lookups++;
    return (struct fuse_entry_param){.ino = number_of(node), .attr = *attributes, .attr_timeout = CACHE_SECONDS, .entry_timeout = CACHE_SECONDS};
}

static void reply_entry(fuse_req_t req, int error, const struct handle *handle, const struct stat *attributes) {
    if (error) {
        fuse_reply_err(req, -error);
        return;
    }
    struct fuse_entry_param entry = entry_of(node_for(handle), attributes);
    fuse_reply_entry(req, &entry);
}

void nfs_lookup_op(fuse_req_t req, fuse_ino_t parent, const char *name) {
    struct cred cred = cred_of(req);
    struct handle found;
    struct stat attributes;
    int error = nfs_lookup(&cred, &node_of(parent)->handle, name, &found, &attributes);
    reply_entry(req, error, &found, &attributes);
}

void nfs_mkdir_op(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode) {
    struct cred cred = cred_of(req);
    struct handle made;
    struct stat attributes;
    int error = nfs_mkdir(&cred, &node_of(parent)->handle, name, mode, &made, &attributes);
    reply_entry(req, error, &made, &attributes);
}

void nfs_mknod_op(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device) {
    struct cred cred = cred_of(req);
    struct handle made;
    struct stat attributes;
    int error = nfs_mknod(&cred, &node_of(parent)->handle, name, mode, device, &made, &attributes);
    reply_entry(req, error, &made, &attributes);
}

void nfs_symlink_op(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name) {
    struct cred cred = cred_of(req);
    struct handle made;
    struct stat attributes;
    int error = nfs_symlink(&cred, &node_of(parent)->handle, name, target, &made, &attributes);
    reply_entry(req, error, &made, &attributes);
}

void nfs_link_op(fuse_req_t req, fuse_ino_t file, fuse_ino_t parent, const char *name) {
    struct cred cred = cred_of(req);
    struct stat attributes;
    struct node *node = node_of(file);
    int error = nfs_link(&cred, &node->handle, &node_of(parent)->handle, name);
    if (!error) error = nfs_getattr(&cred, &node->handle, &attributes);
    reply_entry(req, error, &node->handle, &attributes);
}

/*
 * A file that is open here must stay usable after its name is gone, but the server knows nothing of opens: so it
 * gets a hidden name until the last close. 1: done so, 0: nobody has it open, negative: error.
 */
static int hide_if_open(const struct cred *cred, const struct handle *folder, const char *name) {
    static unsigned counter;
    struct handle handle;
    struct stat attributes;
    if (nfs_lookup(cred, folder, name, &handle, &attributes)) return 0;
    struct node *node = known_node(&handle);
    if (!node || !node->opens || node->hidden_name || attributes.st_nlink > 1) return 0;
    char hidden[64];
    snprintf(hidden, sizeof hidden, ".nfs%016llx%08x", (unsigned long long)attributes.st_ino, ++counter);
    int error = nfs_rename(cred, folder, name, folder, hidden);
    if (error) return error;
    node->hidden_name = strdup(hidden);
    node->hidden_folder = *folder;
    return 1;
}

void nfs_unlink_op(fuse_req_t req, fuse_ino_t parent, const char *name) {
    struct cred cred = cred_of(req);
    const struct handle *folder = &node_of(parent)->handle;
    int hidden = hide_if_open(&cred, folder, name);
    int error = hidden > 0 ? 0 : hidden < 0 ? hidden : nfs_remove(&cred, folder, name);
    fuse_reply_err(req, -error);
}

void nfs_rmdir_op(fuse_req_t req, fuse_ino_t parent, const char *name) {
    struct cred cred = cred_of(req);
    fuse_reply_err(req, -nfs_rmdir(&cred, &node_of(parent)->handle, name));
}

void nfs_rename_op(fuse_req_t req, fuse_ino_t from, const char *old_name, fuse_ino_t to, const char *new_name, unsigned flags) {
    struct cred cred = cred_of(req);
    const struct handle *source = &node_of(from)->handle, *target = &node_of(to)->handle;
    int same_place = source == target && strcmp(old_name, new_name) == 0;
    int error = flags ? -EINVAL : 0; /* NFS has no exchange and no "only if absent" */
    if (!error && !same_place) {
        int hidden = hide_if_open(&cred, target, new_name);
        error = hidden < 0 ? hidden : nfs_rename(&cred, source, old_name, target, new_name);
    }
    fuse_reply_err(req, -error);
}

void nfs_create_op(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *file) {
    struct cred cred = cred_of(req);
    struct handle made;
    struct stat attributes;
    int error = nfs_create(&cred, &node_of(parent)->handle, name, mode, file->flags & O_EXCL, &made, &attributes);
    struct node *node = error ? NULL : node_for(&made);
    if (!error) error = remember_open(file, node, &cred);
    if (error) {
        fuse_reply_err(req, -error);
        return;
    }
    struct fuse_entry_param entry = entry_of(node, &attributes);
    fuse_reply_create(req, &entry, file);
}

struct listing {
    fuse_req_t req;
    char *buffer;
    size_t size, used;
    uint64_t cookie;
    int full;
};

static int add_entry(void *context, const char *name, uint64_t id, uint64_t cookie) {
    struct listing *listing = context;
    struct stat attributes = {.st_ino = id};
    size_t room = listing->size - listing->used;
    size_t needed = fuse_add_direntry(listing->req, listing->buffer + listing->used, room, name, &attributes, (off_t)cookie);
    if (needed > room) return listing->full = 1;
    listing->used += needed;
    listing->cookie = cookie;
    return 0;
}

void nfs_readdir_op(fuse_req_t req, fuse_ino_t number, size_t size, off_t offset, struct fuse_file_info *file) {
    struct cred cred = cred_of(req);
    struct listing listing = {.req = req, .buffer = malloc(size), .size = size, .cookie = (uint64_t)offset};
    int error = listing.buffer ? 0 : -ENOMEM, end = 0;
    while (!error && !end && !listing.full) {
        uint64_t before = listing.cookie;
        error = nfs_readdir(&cred, &node_of(number)->handle, listing.cookie, &file->fh, add_entry, &listing, &end);
        if (!error && !end && listing.cookie == before) break;
    }
    if (error) fuse_reply_err(req, -error);
    else fuse_reply_buf(req, listing.buffer, listing.used);
    free(listing.buffer);
}
