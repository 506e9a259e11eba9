/*
 * kinds - names of elements kinds.
 */
#ifndef JSHEAP_KINDS_H
#define JSHEAP_KINDS_H

#include "jsheap/heap.h"

/* "PACKED_SMI", "HOLEY", "DICTIONARY", ...; "kind 27" is "typed array" or unknown; never NULL. */
const char *js_elements_kind_name(const struct js_heap *h, unsigned kind);

#endif
