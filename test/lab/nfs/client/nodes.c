#include "nodes.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 8192 };

static struct node *buckets[BUCKETS];
struct node root_node;

struct node *node_of(fuse_ino_t number) {
    return number == FUSE_ROOT_ID ? &root_node : (struct node *)(uintptr_t)number;
}

fuse_ino_t number_of(const struct node *node) {
    return node == &root_node ? FUSE_ROOT_ID : (fuse_ino_t)(uintptr_t)node;
}

static int same(const struct handle *a, const struct handle *b) {
    return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

static struct node **bucket_of(const struct handle *handle) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < handle->length; i++) hash = (hash ^ handle->data[i]) * 16777619u;
    return &buckets[hash % BUCKETS];
}

struct node *known_node(const struct handle *handle) {
    if (same(handle, &root_node.handle)) return &root_node;
    for (struct node *node = *bucket_of(handle); node; node = node->next)
        if (same(&node->handle, handle)) return node;
    return NULL;
}

struct node *node_for(const struct handle *handle) {
    struct node *node = known_node(handle);
    if (node) return node;
    node = calloc(1, sizeof *node);
    if (!node) abort();
    struct node **bucket = bucket_of(handle);
    node->handle = *handle;
    node->next = *bucket;
    *bucket = node;
    return node;
}

void drop_if_unused(struct node *node) {
    if (node == &root_node || node->lookups || node->opens) return;
    struct node **at = bucket_of(&node->handle);
    while (*at != node) at = &(*at)->next;
    *at = node->next;
    free(node->hidden_name);
    free(node);
}
