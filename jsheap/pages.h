/*
 * pages - finds the pages of all heaps in the target (private to jsheap/).
 */
#ifndef JSHEAP_PAGES_H
#define JSHEAP_PAGES_H

#include "jsheap/heap.h"

/* How far an Isolate and a Space are searched for what they hold, in bytes. */
#define ISOLATE_BYTES 0x14000u
#define SPACE_BYTES   0x300u

/* A page header as it was read, before its isolate is known. */
struct page_header {
	addr_t base, start, end, heap, owner, metadata;
	uint64_t size, flags;
};

/* Recognise the header of a page at a 256 KiB boundary. Read-only pages, whose heap and owner are
 * cleared, only with `read_only`. False when there is none. */
bool page_header_read(const struct mem *m, addr_t base, bool read_only, struct page_header *p);

/* Scan all memory that was saved. Appends to `found`. RC_OK or RC_NOMEM. */
typedef VEC(struct page_header) page_headers;
MUST_USE enum rc pages_scan(const struct mem *m, page_headers *found);

/* Add the read-only pages: those that the roots lie on, and those that ReadOnlySpace lists. */
MUST_USE enum rc pages_read_only(struct js_heap *h, const struct js_isolate *iso,
				 page_headers *found);

/* Make h->pages of the headers (which are sorted by this), and the index by address. */
MUST_USE enum rc pages_adopt(struct js_heap *h, page_headers *found);

/* Name the space of each page, by the vtable of its owner. */
MUST_USE enum rc pages_name_spaces(struct js_heap *h);

/* True when a Space names this heap: in its second word, or behind its observers until V8 8.x. */
bool pages_space_of_heap(const struct mem *m, addr_t space, addr_t heap);

/* The class of a Space object by its vtable, "NewSpace"; NULL when it is none or symbols are
 * missing. */
const char *pages_space_class(const struct js_heap *h, addr_t object);

/* Find the linear allocation areas of an isolate, and by them which pages of its young generation
 * hold objects and up to where. */
MUST_USE enum rc pages_find_areas(struct js_heap *h, struct js_isolate *iso);

#endif
