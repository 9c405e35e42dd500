/*
 * mount.nfs for kernels without an NFS client: the same command line, the file system served by this process through
 * FUSE. Only for the lab.
 */
#include <errno.h>
#include <fuse_lowlevel.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "nodes.h"
#include "operations.h"

enum { MOUNT_FAILED = 32, USAGE = 1, ANSWER_SECONDS = 10 };

struct options {
    char for_kernel[512]; /* ro, nosuid and the like */
    int retry_minutes, remount, read_only, fake;
    int give_up_seconds;
};

static int fail(const char *text, const char *what) {
    fprintf(stderr, "mount.nfs: %s%s%s\n", text, what ? " " : "", what ? what : "");
    return MOUNT_FAILED;
}

static int is_one_of(const char *name, const char *const *names) {
    for (; *names; names++)
        if (strcmp(name, *names) == 0) return 1;
    return 0;
}

/* Understands one option; 0 for an unknown one. */
static int take_option(struct options *o, char *option) {
    static const char *const passed_on[] = {"ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "atime", "noatime", "diratime", "nodiratime", "relatime", "norelatime", "sync", "dirsync", NULL};
    static const char *const without_effect[] = {"defaults", "async", "auto", "noauto", "user", "nouser", "users", "_netdev", "nofail", "hard", "intr", "nointr", "fg", "bg", "tcp", "udp", "lock", "nolock", "ac", "noac", "cto", "nocto", "acl", "noacl", "resvport", "rdirplus", "nordirplus", "sharecache", "nosharecache", "quiet", "silent", "loud", NULL};
    static const char *const with_value[] = {"vers", "nfsvers", "minorversion", "v", "proto", "mountproto", "mountvers", "mountport", "rsize", "wsize", "timeo", "retrans", "sec", "ac", "actimeo", "acregmin", "acregmax", "acdirmin", "acdirmax", "addr", "clientaddr", "lookupcache", "local_lock", "nconnect", "namlen", "fsc", "comment", NULL};
    char *value = strchr(option, '=');
    if (strncmp(option, "x-", 2) == 0) return 1;
    if (value) *value++ = 0;
    if (!value && is_one_of(option, passed_on)) {
        if (!strcmp(option, "ro") || !strcmp(option, "rw")) o->read_only = option[1] == 'o';
        strncat(o->for_kernel, ",", sizeof o->for_kernel - strlen(o->for_kernel) - 1);
        strncat(o->for_kernel, option, sizeof o->for_kernel - strlen(o->for_kernel) - 1);
    } else if (!value && (!strcmp(option, "soft") || !strcmp(option, "softerr"))) o->give_up_seconds = 60;
    else if (!value && !strcmp(option, "remount")) o->remount = 1;
    else if (value && !strcmp(option, "port")) nfs_server.port = atoi(value);
    else if (value && !strcmp(option, "retry")) o->retry_minutes = atoi(value);
    else return value ? is_one_of(option, with_value) : is_one_of(option, without_effect);
    return 1;
}

static int resolve(const char *name) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(name, NULL, &hints, &found)) return -1;
    getnameinfo(found->ai_addr, found->ai_addrlen, nfs_server.address, sizeof nfs_server.address, NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    return 0;
}

/* The exported folder's handle and proof that we may use it; tries as long as the server does not answer. */
static int find_root(const struct options *o, const char *path) {
    const struct cred cred = {.uid = getuid(), .gid = getgid()};
    struct stat attributes;
    time_t deadline = time(NULL) + 60 * o->retry_minutes;
    for (;;) {
        nfs_server.give_up_seconds = ANSWER_SECONDS;
        int error = nfs_root(&cred, path, &root_node.handle);
        if (!error) error = nfs_getattr(&cred, &root_node.handle, &attributes);
        int silent = error == -ETIMEDOUT || error == -ECONNREFUSED || error == -EHOSTUNREACH || error == -ECONNRESET;
        if (!silent || time(NULL) >= deadline) return error;
        sleep(1);
    }
}

/* The kernel's client is no process: this one moves out of the group of whoever mounted, so that it outlives it. */
static void leave_group(void) {
    static const char *const groups[] = {"/sys/fs/cgroup/systemd/init.scope/cgroup.procs", "/sys/fs/cgroup/unified/init.scope/cgroup.procs", "/sys/fs/cgroup/init.scope/cgroup.procs"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        FILE *file = fopen(groups[i], "w");
        if (!file) continue;
        fprintf(file, "%d\n", getpid());
        fclose(file);
    }
}

/* Mounts, tells the waiting parent, and serves until the file system is unmounted. */
static int serve(const struct options *o, const char *source, const char *target, int report) {
    char mount_options[2048];
    /* suid and dev: the defaults of NFS, not those of FUSE; what the user gave comes later and wins. */
    snprintf(mount_options, sizeof mount_options, "-oallow_other,suid,dev,subtype=nfs,fsname=%s%s", source, o->for_kernel);
    char *argv[] = {"mount.nfs", mount_options, NULL};
    struct fuse_args args = FUSE_ARGS_INIT(2, argv);
    struct fuse_session *session = fuse_session_new(&args, &nfs_operations, sizeof nfs_operations, NULL);
    if (!session || fuse_session_mount(session, target) != 0) return MOUNT_FAILED;
    nfs_server.watch_fd = fuse_session_fd(session);
    nfs_server.give_up_seconds = o->give_up_seconds;
    write(report, "", 1);
    close(report);
    leave_group();
    freopen("/dev/null", "r", stdin);
    freopen("/dev/null", "w", stdout);
    freopen("/dev/null", "w", stderr);
    chdir("/");
    /* At a shutdown, systemd must not take this process away before it unmounts. */
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    fuse_session_loop(session);
    return 0;
}

static int serve_in_background(const struct options *o, const char *source, const char *target) {
    int ends[2];
    char ready;
    if (pipe(ends) != 0) return fail(strerror(errno), NULL);
    pid_t child = fork();
    if (child == 0) {
        setsid();
        close(ends[0]);
        _exit(serve(o, source, target, ends[1]));
    }
    close(ends[1]);
    return child > 0 && read(ends[0], &ready, 1) == 1 ? 0 : fail("mounting failed:", target);
}

static int explain(int error, const char *source) {
    if (error == -EACCES || error == -EPERM) return fail("access denied by server while mounting", source);
    if (error == -ENOENT) return fail("mounting failed, reason given by server: No such file or directory:", source);
    if (error == -ETIMEDOUT) return fail("Connection timed out for", source);
    return fail(strerror(-error), source);
}

static int usage(void) {
    fprintf(stderr, "usage: mount.nfs HOST:/PATH DIR [-fnrsvw] [-o OPTIONS]\n");
    return USAGE;
}

/* The kernel replaces all flags of a mount by those given; mount(8) has put the ones to keep into the list. */
static int remount(const struct options *o, const char *target) {
    static const struct { const char *name; unsigned long flag; } flags[] = {
        {",ro", MS_RDONLY}, {",nosuid", MS_NOSUID}, {",nodev", MS_NODEV}, {",noexec", MS_NOEXEC},
        {",noatime", MS_NOATIME}, {",nodiratime", MS_NODIRATIME}, {",sync", MS_SYNCHRONOUS}, {",dirsync", MS_DIRSYNC}};
    unsigned long wanted = MS_REMOUNT;
    char list[sizeof o->for_kernel + 1];
    snprintf(list, sizeof list, "%s,", o->for_kernel);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        const char *at = strstr(list, flags[i].name);
        if (at && at[strlen(flags[i].name)] == ',') wanted |= flags[i].flag;
    }
    if (!o->read_only) wanted &= ~(unsigned long)MS_RDONLY;
    return mount(NULL, target, NULL, wanted, NULL) == 0 ? 0 : fail(strerror(errno), target);
}

static int unmount(int argc, char **argv) {
    int flags = 0;
    for (int i = 2; i < argc; i++) flags |= strchr(argv[i], 'f') ? MNT_FORCE : strchr(argv[i], 'l') ? MNT_DETACH : 0;
    return umount2(argv[1], flags) == 0 ? 0 : fail(strerror(errno), argv[1]);
}

int main(int argc, char **argv) {
    struct options o = {.retry_minutes = 2};
    if (argc >= 2 && strstr(argv[0], "umount.")) return unmount(argc, argv);
    int letter, sloppy = 0;
    char *list = NULL;
    if (argc < 3) return usage();
    char *source = argv[1], *target = argv[2], *unknown = NULL;
    while ((letter = getopt(argc - 2, argv + 2, "fnrsvwo:t:")) != -1) {
        if (letter == 'o') list = optarg;
        else if (letter == 'r') o.read_only = 1, strcat(o.for_kernel, ",ro");
        else if (letter == 's') sloppy = 1;
        else if (letter == 'f') o.fake = 1;
        else if (letter == '?') return usage();
    }
    for (char *option = list ? strtok(list, ",") : NULL; option; option = strtok(NULL, ","))
        if (!take_option(&o, option)) unknown = option;
    if (unknown && !sloppy) return fail("an incorrect mount option was specified:", unknown);
    if (o.remount) return remount(&o, target);
    char *colon = strchr(source, ':');
    if (!colon || colon[1] != '/') return fail("remote share not in 'host:dir' format:", source);
    char host[256];
    snprintf(host, sizeof host, "%.*s", (int)(colon - source), source);
    if (resolve(host) != 0) return fail("Failed to resolve server", host);
    if (o.fake) return 0;
    int error = find_root(&o, colon + 1);
    return error ? explain(error, source) : serve_in_background(&o, source, target);
}
