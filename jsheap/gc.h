/*
 * gc - heaps that were caught in the middle of a collection.
 *
 * A process may die at any moment, and a collection is one of the likelier ones. What a collector
 * leaves lying about, and what tells:
 *
 *	state      Heap::gc_state_: what the main thread of the isolate was doing. (Sweeping and marking
 *	           on helper threads go on when it says "none".)
 *	released   pages that were emptied and wait for being unmapped: no space lists them any more
 *	from-space the young pages that are being emptied: an object there is alive or garbage until its
 *	           map word has become the untagged address of its copy
 *	marks      one bit a word (until V8 11 two) in the marking bitmap of a page. A page that waits
 *	           for its sweeper has bits for what is alive; dead objects beside them may have lost
 *	           their maps already
 *	buffers    {top, limit} of the threads that copy objects: nothing is there yet
 *
 * Source: src/heap/heap.h (HeapState), marking.h, sweeper.cc, scavenger.h, memory-chunk.h; seen on
 * cores that were stopped inside of the functions in question (tests/cores/list).
 */
#ifndef JSHEAP_GC_H
#define JSHEAP_GC_H

#include "jsheap/heap.h"

/* Fill in what the isolates' collectors were doing, and mark pages that no space lists as dead. After
 * pages and types are known. RC_OK or RC_NOMEM. */
MUST_USE enum rc gc_examine(struct js_heap *h);
void gc_free(struct js_heap *h);

/* "none", "scavenge", "mark-compact", ...; NULL when it could not be told. */
const char *gc_state_name(enum gc_state s);

/* True while the collector has stopped the isolate: a scavenge or a mark-compact. */
static inline bool gc_in_progress(const struct js_isolate *iso)
{
	return iso->gc != GC_NONE && iso->gc < GC_TEAR_DOWN;
}

/* True when from-space still holds what has not been moved yet. `filling`: the page of to-space that
 * is being filled, or NULL. */
bool gc_from_space_counts(const struct js_heap *h, const struct js_isolate *iso,
			  const struct js_page *filling);

/* The areas that belong to threads which were copying objects: calls `add` for each. */
MUST_USE enum rc gc_find_buffers(const struct js_heap *h, const struct js_isolate *iso,
				 enum rc (*add)(void *ctx, struct js_area area), void *ctx);

/* True when the marking bitmap of a page is not empty. Finds the bitmaps when called first. Safe from
 * several threads. */
bool gc_marked(const struct js_heap *h, const struct js_page *p);

/* True when a mark-compact has found nothing alive on the page, or moved all of it away: marks are
 * known, and the page has none. */
bool gc_emptied(const struct js_heap *h, const struct js_page *p);

/* The first word in [addr, limit) of the page whose mark bit is set, or limit. After gc_marked. */
addr_t gc_next_mark(const struct js_heap *h, const struct js_page *p, addr_t addr, addr_t limit);

/* Allocation areas that lie about in native memory, found by what they are: two words {top, end} with
 * top == addr, or three {start, top, end} with start <= addr < top (an object was being copied to
 * addr). Gives the n-th that fits, and whether it was three words: false when there is none. Searches
 * all memory when called first. Safe from several threads. */
bool gc_area_at(const struct js_heap *h, const struct js_page *p, addr_t addr, size_t n,
		struct js_area *area, bool *whole);

/* All that may be such areas, of any isolate; `start` is 0 for those of two words. RC_OK, or what `fn`
 * gave. */
MUST_USE enum rc gc_each_area(const struct js_heap *h,
			      enum rc (*fn)(void *ctx, const struct js_page *p, addr_t start,
					    struct js_area area),
			      void *ctx);

/* Let walks pass over copies that were just being made, whose originals still count. When sizes are
 * known. RC_OK or RC_NOMEM. */
MUST_USE enum rc gc_pass_over_copies(struct js_heap *h);

#endif
