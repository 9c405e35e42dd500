/* The procedures that change or list a folder. */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "nfs3-internal.h"

/* Results of everything that makes a file: perhaps its handle, perhaps its attributes. */
static int made(const struct cred *cred, const struct handle *folder, const char *name, struct xdr *reply, struct handle *file, struct stat *attributes) {
    int has_handle = get_u32(reply);
    if (has_handle) get_handle(reply, file);
    int has_attributes = get_optional_attributes(reply, attributes);
    if (reply->bad) return -EIO;
    if (has_handle && has_attributes) return 0;
    return nfs_lookup(cred, folder, name, file, attributes);
}

int nfs_create(const struct cred *cred, const struct handle *folder, const char *name, mode_t mode, int exclusive, struct handle *file, struct stat *attributes) {
    struct xdr *x, reply;
    struct stat wanted = {.st_mode = mode};
    int error;
    REPEATING(error, (x = begin(cred, CREATE, folder), put_string(x, name), put_u32(x, exclusive ? 1 : 0),
                      put_wanted(x, &wanted, SET_MODE), error = finish(&reply)));
    return error ? error : made(cred, folder, name, &reply, file, attributes);
}

int nfs_mkdir(const struct cred *cred, const struct handle *folder, const char *name, mode_t mode, struct handle *file, struct stat *attributes) {
    struct xdr *x, reply;
    struct stat wanted = {.st_mode = mode};
    int error;
    REPEATING(error, (x = begin(cred, MKDIR, folder), put_string(x, name), put_wanted(x, &wanted, SET_MODE), error = finish(&reply)));
    return error ? error : made(cred, folder, name, &reply, file, attributes);
}

int nfs_symlink(const struct cred *cred, const struct handle *folder, const char *name, const char *target, struct handle *file, struct stat *attributes) {
    struct xdr *x, reply;
    struct stat wanted = {.st_mode = 0777};
    int error;
    REPEATING(error, (x = begin(cred, SYMLINK, folder), put_string(x, name), put_wanted(x, &wanted, SET_MODE),
                      put_string(x, target), error = finish(&reply)));
    return error ? error : made(cred, folder, name, &reply, file, attributes);
}

int nfs_mknod(const struct cred *cred, const struct handle *folder, const char *name, mode_t mode, dev_t device, struct handle *file, struct stat *attributes) {
    if (S_ISREG(mode)) return nfs_create(cred, folder, name, mode, 1, file, attributes);
    struct xdr *x, reply;
    struct stat wanted = {.st_mode = mode};
    int error;
    uint32_t type = S_ISBLK(mode) ? 3 : S_ISCHR(mode) ? 4 : S_ISSOCK(mode) ? 6 : 7;
    do {
        x = begin(cred, MKNOD, folder);
        put_string(x, name);
        put_u32(x, type);
        put_wanted(x, &wanted, SET_MODE);
        if (type < 5) {
            put_u32(x, major(device));
            put_u32(x, minor(device));
        }
        error = finish(&reply);
    } while (error == -EAGAIN && postpone());
    return error ? error : made(cred, folder, name, &reply, file, attributes);
}

int nfs_remove(const struct cred *cred, const struct handle *folder, const char *name) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, REMOVE, folder), put_string(x, name), error = finish(&reply)));
    return error;
}

int nfs_rmdir(const struct cred *cred, const struct handle *folder, const char *name) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, RMDIR, folder), put_string(x, name), error = finish(&reply)));
    return error;
}

int nfs_rename(const struct cred *cred, const struct handle *from, const char *old_name, const struct handle *to, const char *new_name) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, RENAME, from), put_string(x, old_name), put_opaque(x, to->data, to->length),
                      put_string(x, new_name), error = finish(&reply)));
    return error;
}

int nfs_link(const struct cred *cred, const struct handle *file, const struct handle *folder, const char *name) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, LINK, file), put_opaque(x, folder->data, folder->length), put_string(x, name), error = finish(&reply)));
    return error;
}

int nfs_readdir(const struct cred *cred, const struct handle *folder, uint64_t cookie, uint64_t *verifier,
                int (*each)(void *context, const char *name, uint64_t id, uint64_t cookie), void *context, int *end) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, READDIR, folder), put_u64(x, cookie), put_u64(x, cookie ? *verifier : 0),
                      put_u32(x, 65536), error = finish(&reply)));
    if (error) return error;
    skip_optional_attributes(&reply);
    *verifier = get_u64(&reply);
    while (get_u32(&reply)) {
        char name[256];
        uint32_t length;
        uint64_t id = get_u64(&reply);
        const unsigned char *text = get_opaque(&reply, &length);
        uint64_t next = get_u64(&reply);
        if (reply.bad || length >= sizeof name) return -EIO;
        memcpy(name, text, length);
        name[length] = 0;
        *end = 0;
        if (each(context, name, id, next)) return 0;
    }
    *end = get_u32(&reply);
    return reply.bad ? -EIO : 0;
}
