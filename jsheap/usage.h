/*
 * usage - how full the spaces of a heap are, as V8 itself counts.
 *
 * V8 keeps a counter of allocated bytes, and behind it one of wasted bytes, in the header of every page.
 * Where in the header changed often, so the heap tells: on a page that was swept the counter is the
 * sum of the sizes of its objects. Areas reserved for allocation count as allocated in there; V8
 * takes them off again when it reports. Source: src/heap/paged-spaces.h, new-spaces.h,
 * large-spaces.h (SizeOfObjects, Available, CommittedMemory).
 */
#ifndef JSHEAP_USAGE_H
#define JSHEAP_USAGE_H

#include "jsheap/walk.h"

struct js_space {
	uint32_t isolate;  /* UINT32_MAX: shared by all */
	const char *class; /* "OldSpace"; NULL: not known */
	const char *name;  /* as v8.getHeapSpaceStatistics() has it, "old_space" */
	uint64_t pages;
	uint64_t committed; /* bytes of the pages, as V8 reserved them */
	uint64_t used; /* bytes of objects as V8 counts them; `walked` where it keeps no counter */
	uint64_t available; /* bytes that objects may be made in without another page */
	uint64_t
		reserved; /* bytes of allocation areas: available, though V8 may count them as used */
	uint64_t walked;  /* bytes of the objects that a walk finds, garbage among them */
	uint64_t objects; /* their number */
	bool counted;     /* V8's counters were found */
};

struct js_spaces {
	struct js_space *spaces; /* by isolate, in the order of V8's own list; malloc'ed */
	size_t n;
	int64_t counter; /* offset of the counter in a page's header; -1: not found */
};

/* Walks the whole heap. RC_OK, RC_NOMEM, or what tick returned (which may be NULL). */
MUST_USE enum rc js_spaces_load(const struct js_heap *h,
				enum rc (*tick)(void *ctx, size_t done, size_t total), void *ctx,
				struct js_spaces *s);
void js_spaces_free(struct js_spaces *s);

#endif
