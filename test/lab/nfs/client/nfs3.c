#include "nfs3-internal.h"

#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct server nfs_server = {.port = 2049, .fd = -1, .watch_fd = -1};

struct xdr *begin(const struct cred *cred, uint32_t procedure, const struct handle *file) {
    struct xdr *x = rpc_begin(&nfs_server, PROGRAM, 3, procedure, cred);
    put_opaque(x, file->data, file->length);
    return x;
}

static int error_of(uint32_t status) {
    static const struct { uint32_t status; int error; } known[] = {
        {1, EPERM}, {2, ENOENT}, {5, EIO}, {6, ENXIO}, {13, EACCES}, {17, EEXIST}, {18, EXDEV}, {19, ENODEV},
        {20, ENOTDIR}, {21, EISDIR}, {22, EINVAL}, {27, EFBIG}, {28, ENOSPC}, {30, EROFS}, {31, EMLINK},
        {63, ENAMETOOLONG}, {66, ENOTEMPTY}, {69, EDQUOT}, {70, ESTALE}, {10001, ESTALE}, {10004, EOPNOTSUPP},
        {10007, EINVAL}, {JUKEBOX, EAGAIN}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status) return -known[i].error;
    return status ? -EIO : 0;
}

/* Sends, and reads the status every result begins with. -EAGAIN: the server asks to come again later. */
int finish(struct xdr *reply) {
    int error = rpc_finish(&nfs_server, reply);
    if (error) return error;
    uint32_t status = get_u32(reply);
    return reply->bad ? -EIO : error_of(status);
}

int postpone(void) {
    usleep(200000);
    return 1;
}

static void get_attributes(struct xdr *x, struct stat *st) {
    static const mode_t types[] = {0, S_IFREG, S_IFDIR, S_IFBLK, S_IFCHR, S_IFLNK, S_IFSOCK, S_IFIFO};
    memset(st, 0, sizeof *st);
    uint32_t type = get_u32(x);
    st->st_mode = (type < 8 ? types[type] : 0) | (get_u32(x) & 07777);
    st->st_nlink = get_u32(x);
    st->st_uid = get_u32(x);
    st->st_gid = get_u32(x);
    st->st_size = get_u64(x);
    st->st_blocks = (get_u64(x) + 511) / 512;
    st->st_blksize = 1 << 20;
    uint32_t major_number = get_u32(x), minor_number = get_u32(x);
    st->st_rdev = makedev(major_number, minor_number);
    get_u64(x);
    st->st_ino = get_u64(x);
    struct timespec *times[] = {&st->st_atim, &st->st_mtim, &st->st_ctim};
    for (int i = 0; i < 3; i++) {
        times[i]->tv_sec = get_u32(x);
        times[i]->tv_nsec = get_u32(x);
    }
}

int get_optional_attributes(struct xdr *x, struct stat *st) {
    if (!get_u32(x)) return 0;
    get_attributes(x, st);
    return 1;
}

void skip_optional_attributes(struct xdr *x) {
    struct stat ignored;
    get_optional_attributes(x, &ignored);
}

void get_handle(struct xdr *x, struct handle *handle) {
    uint32_t length;
    const unsigned char *data = get_opaque(x, &length);
    if (length > sizeof handle->data) { x->bad = 1; length = 0; }
    handle->length = length;
    memcpy(handle->data, data, length);
}

void put_wanted(struct xdr *x, const struct stat *wanted, int which) {
    put_u32(x, !!(which & SET_MODE));
    if (which & SET_MODE) put_u32(x, wanted->st_mode & 07777);
    put_u32(x, !!(which & SET_UID));
    if (which & SET_UID) put_u32(x, wanted->st_uid);
    put_u32(x, !!(which & SET_GID));
    if (which & SET_GID) put_u32(x, wanted->st_gid);
    put_u32(x, !!(which & SET_SIZE));
    if (which & SET_SIZE) put_u64(x, wanted->st_size);
    const struct timespec *times[] = {&wanted->st_atim, &wanted->st_mtim};
    const int given[] = {SET_ATIME, SET_MTIME}, current[] = {ATIME_NOW, MTIME_NOW};
    for (int i = 0; i < 2; i++) {
        put_u32(x, which & current[i] ? 1 : which & given[i] ? 2 : 0);
        if (which & current[i] || !(which & given[i])) continue;
        put_u32(x, times[i]->tv_sec);
        put_u32(x, times[i]->tv_nsec);
    }
}

int nfs_root(const struct cred *cred, const char *path, struct handle *root) {
    enum { V4_LOOKUP = 15, V4_GETFH = 10, V4_PUTROOTFH = 24 };
    char parts[1024];
    const char *names[64];
    uint32_t count = 0, ignored, status;
    strncpy(parts, path, sizeof parts - 1);
    parts[sizeof parts - 1] = 0;
    for (char *part = strtok(parts, "/"); part && count < 64; part = strtok(NULL, "/")) names[count++] = part;
    struct xdr *x = rpc_begin(&nfs_server, PROGRAM, 4, 1, cred), reply;
    put_string(x, "");
    put_u32(x, 0);
    put_u32(x, count + 2);
    put_u32(x, V4_PUTROOTFH);
    for (uint32_t i = 0; i < count; i++) {
        put_u32(x, V4_LOOKUP);
        put_string(x, names[i]);
    }
    put_u32(x, V4_GETFH);
    int error = rpc_finish(&nfs_server, &reply);
    if (error) return error;
    status = get_u32(&reply);
    if (status) return error_of(status);
    get_opaque(&reply, &ignored);
    get_u32(&reply);
    for (uint32_t i = 0; i < count + 2; i++) { get_u32(&reply); get_u32(&reply); }
    get_handle(&reply, root);
    /* The server's handles are the same in both versions, but that it fills those of version 3 up to whole words. */
    while (root->length % 4 && root->length < sizeof root->data) root->data[root->length++] = 0;
    return reply.bad ? -EIO : 0;
}

int nfs_getattr(const struct cred *cred, const struct handle *file, struct stat *attributes) {
    struct xdr reply;
    int error;
    REPEATING(error, (begin(cred, GETATTR, file), error = finish(&reply)));
    if (!error) get_attributes(&reply, attributes);
    return error ? error : reply.bad ? -EIO : 0;
}

int nfs_setattr(const struct cred *cred, const struct handle *file, const struct stat *wanted, int which) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, SETATTR, file), put_wanted(x, wanted, which), put_u32(x, 0), error = finish(&reply)));
    return error;
}

int nfs_lookup(const struct cred *cred, const struct handle *folder, const char *name, struct handle *found, struct stat *attributes) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, LOOKUP, folder), put_string(x, name), error = finish(&reply)));
    if (error) return error;
    get_handle(&reply, found);
    if (reply.bad) return -EIO;
    return get_optional_attributes(&reply, attributes) ? 0 : nfs_getattr(cred, found, attributes);
}

int nfs_access(const struct cred *cred, const struct handle *file, uint32_t wanted, uint32_t *granted) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, ACCESS, file), put_u32(x, wanted), error = finish(&reply)));
    if (error) return error;
    skip_optional_attributes(&reply);
    *granted = get_u32(&reply);
    return 0;
}

int nfs_readlink(const struct cred *cred, const struct handle *file, char *target, size_t size) {
    struct xdr reply;
    uint32_t length;
    int error;
    REPEATING(error, (begin(cred, READLINK, file), error = finish(&reply)));
    if (error) return error;
    skip_optional_attributes(&reply);
    const unsigned char *text = get_opaque(&reply, &length);
    if (reply.bad || length >= size) return -EIO;
    memcpy(target, text, length);
    target[length] = 0;
    return 0;
}

int nfs_read(const struct cred *cred, const struct handle *file, uint64_t offset, uint32_t count, const unsigned char **data, uint32_t *length) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, READ, file), put_u64(x, offset), put_u32(x, count), error = finish(&reply)));
    if (error) return error;
    skip_optional_attributes(&reply);
    get_u32(&reply);
    get_u32(&reply);
    *data = get_opaque(&reply, length);
    return reply.bad ? -EIO : 0;
}

static void put_data(struct xdr *x, uint64_t offset, const void *data, uint32_t count) {
    put_u64(x, offset);
    put_u32(x, count);
    put_u32(x, 0); /* unstable: a commit follows */
    put_opaque(x, data, count);
}

int nfs_write(const struct cred *cred, const struct handle *file, uint64_t offset, const void *data, uint32_t count, uint32_t *written) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, WRITE, file), put_data(x, offset, data, count), error = finish(&reply)));
    if (error) return error;
    if (get_u32(&reply)) for (int i = 0; i < 3; i++) get_u64(&reply); /* size, mtime, ctime before */
    skip_optional_attributes(&reply);
    *written = get_u32(&reply);
    return reply.bad ? -EIO : 0;
}

int nfs_commit(const struct cred *cred, const struct handle *file) {
    struct xdr *x, reply;
    int error;
    REPEATING(error, (x = begin(cred, COMMIT, file), put_u64(x, 0), put_u32(x, 0), error = finish(&reply)));
    return error;
}

int nfs_statfs(const struct cred *cred, const struct handle *file, struct statvfs *status) {
    struct xdr reply;
    int error;
    REPEATING(error, (begin(cred, FSSTAT, file), error = finish(&reply)));
    if (error) return error;
    skip_optional_attributes(&reply);
    memset(status, 0, sizeof *status);
    status->f_bsize = status->f_frsize = 4096;
    status->f_namemax = 255;
    status->f_blocks = get_u64(&reply) / 4096;
    status->f_bfree = get_u64(&reply) / 4096;
    status->f_bavail = get_u64(&reply) / 4096;
    status->f_files = get_u64(&reply);
    status->f_ffree = get_u64(&reply);
    status->f_favail = get_u64(&reply);
    return reply.bad ? -EIO : 0;
}
