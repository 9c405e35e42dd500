/* What the two halves of the operations share. */
#pragma once
#include "nodes.h"

/* How long the kernel may use attributes and names without asking, in seconds. */
#define CACHE_SECONDS 1.0

/* Who asks, with the supplementary groups. */
struct cred cred_of(fuse_req_t req);

/* Keeps the opener's credentials with an open file: what it may do was decided at the open. */
int remember_open(struct fuse_file_info *file, struct node *node, const struct cred *cred);
