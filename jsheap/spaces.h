/*
 * spaces - the names of V8's spaces where the symbols of their classes were stripped (private to
 * jsheap/).
 */
#ifndef JSHEAP_SPACES_H
#define JSHEAP_SPACES_H

#include "jsheap/heap.h"

/* Decide which order of spaces this V8 has, by the pages: sets h->space_order, unless the classes are
 * known by their vtables. After pages have owners and kinds. */
void spaces_decide(struct js_heap *h);

/* The class of a Space by its number, "OldSpace"; NULL when that is not decided or makes no sense. */
const char *space_by_number(const struct js_heap *h, addr_t space);

/* True when an object would be the read-only space by its number: without vtables, and no more than
 * a hint. */
bool space_may_be_read_only(const struct js_heap *h, addr_t space);

#endif
