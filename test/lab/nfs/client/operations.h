#pragma once
#include <fuse_lowlevel.h>

/* What the kernel asks of the mount, answered by NFS calls. */
extern const struct fuse_lowlevel_ops nfs_operations;
/* Added by operations-names.c. */
void nfs_lookup_op(fuse_req_t req, fuse_ino_t parent, const char *name);
void nfs_mkdir_op(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
void nfs_mknod_op(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device);
void nfs_symlink_op(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name);
void nfs_link_op(fuse_req_t req, fuse_ino_t file, fuse_ino_t parent, const char *name);
void nfs_unlink_op(fuse_req_t req, fuse_ino_t parent, const char *name);
void nfs_rmdir_op(fuse_req_t req, fuse_ino_t parent, const char *name);
void nfs_rename_op(fuse_req_t req, fuse_ino_t from, const char *old_name, fuse_ino_t to, const char *new_name, unsigned flags);
void nfs_create_op(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *file);
void nfs_readdir_op(fuse_req_t req, fuse_ino_t folder, size_t size, off_t offset, struct fuse_file_info *file);
