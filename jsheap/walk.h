/*
 * walk - every object of a page, in the order of addresses.
 *
 * V8 lays objects of a page end to end, so the size of each leads to the next. Where that fails (an
 * allocation area of a helper thread, a heap in the middle of a collection, damage) the walk looks
 * for the next place from which several valid objects follow, and counts the bytes it passed over.
 *
 * One js_walk a thread: it keeps the maps that it met, decoded.
 */
#ifndef JSHEAP_WALK_H
#define JSHEAP_WALK_H

#include "jsheap/sizes.h"

struct js_object {
	addr_t addr;
	uint64_t size;         /* bytes */
	const uint64_t *words; /* the object in this process, as long as the callback runs */
	uint64_t readable; /* bytes at `words`; less than size where the dump holds only a part */
	struct js_map_info *info;
};

struct js_walk_stats {
	uint64_t objects, bytes;   /* without fillers and free space */
	uint64_t filler_bytes;     /* those */
	uint64_t forwarded_bytes;  /* originals that a collection had already moved */
	uint64_t dead_bytes;       /* garbage without maps, on pages that wait for their sweeper */
	uint64_t missteps;         /* places where no valid object followed */
	uint64_t gap_bytes;        /* passed over there */
	uint64_t unreadable_bytes; /* left out by the dump */
	addr_t first_misstep;      /* 0: none */
};

struct js_walk {
	const struct js_heap *heap;
	struct js_map_info *maps; /* open addressing by map word; map 0: free */
	size_t nmaps, mask;
	uint8_t *scratch; /* a page's worth, where memory cannot be viewed */
	struct js_walk_stats stats;
	uint8_t wanted; /* enum type_class: maps of other classes are `counted` from the start; 0: none */
	/* Set while calibrating: called for objects whose kind has competing size rules. */
	void (*sample)(struct js_walk *w, const struct js_map_info *info, addr_t addr,
		       const struct js_page *p);
};

MUST_USE enum rc js_walk_init(struct js_walk *w, const struct js_heap *h);
void js_walk_free(struct js_walk *w);

/* The decoded map, or NULL when it is none (or memory is out). Good until the next call. */
struct js_map_info *js_walk_map(struct js_walk *w, uint64_t map);

/* RC_OK goes on; anything else ends the walk with that rc. */
typedef enum rc js_object_fn(void *ctx, const struct js_object *o);

/* Walk one page. RC_OK also after missteps: w->stats counts them. */
MUST_USE enum rc js_walk_page(struct js_walk *w, const struct js_page *p, js_object_fn *fn,
			      void *ctx);

/* Let the objects of some pages vote for size rules (sizes.h). */
MUST_USE enum rc walk_calibrate(struct js_heap *h);

/* All pages on `jobs` threads: walks[i] and ctxs[i] are thread i's own, made and merged by the
 * caller. The calling thread is thread 0; `tick`, which may be NULL, is called by it alone after
 * each of its pages and ends the pass when it returns anything but RC_OK. `isolate`: only its
 * pages, or UINT32_MAX for all and the read-only ones. */
struct js_walk_all {
	unsigned jobs;
	uint32_t isolate;
	struct js_walk *walks;
	js_object_fn *fn;
	void **ctxs;
	enum rc (*tick)(void *ctx, size_t done, size_t total);
	void *tick_ctx;
};
MUST_USE enum rc js_walk_pages(const struct js_heap *h, struct js_walk_all *all);

#endif
