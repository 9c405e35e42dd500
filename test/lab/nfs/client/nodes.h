/* The files this mount knows: one node per NFS handle, as long as the kernel or an open file refers to it. */
#pragma once
#include <fuse_lowlevel.h>

#include "nfs3.h"

struct node {
    struct handle handle;
    uint64_t lookups; /* references the kernel holds */
    uint32_t opens;
    int dirty; /* written to, not yet committed */
    /* Removed while open: renamed to this name in this folder, removed at the last close. */
    char *hidden_name;
    struct handle hidden_folder;
    struct node *next;
};

extern struct node root_node;

struct node *node_of(fuse_ino_t number);
fuse_ino_t number_of(const struct node *node);
/* Finds or makes the node of a handle. */
struct node *node_for(const struct handle *handle);
/* The node of a handle if there is one. */
struct node *known_node(const struct handle *handle);
/* Frees a node nobody refers to any more. */
void drop_if_unused(struct node *node);
