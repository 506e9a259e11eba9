/*
 * walk - see the header.
 */
#include "jsheap/walk.h"

#include "base/search.h"
#include "jsheap/gc.h"

#include <stdlib.h>

#define FIRST_MAPS        1024
#define RESYNC_CHAIN      5
#define SAMPLE_CHAIN      4
#define CALIBRATION_PAGES 24 /* of each space */
#define ENOUGH_SAMPLES    32
#define PREFETCH_BYTES    1024  /* ahead of the object at hand */
#define HOLE_BYTES        4096u /* of memory that is read piece by piece */

enum rc js_walk_init(struct js_walk *w, const struct js_heap *h)
{
	*w = (struct js_walk){.heap = h, .mask = FIRST_MAPS - 1};
	w->maps = calloc(FIRST_MAPS, sizeof *w->maps);
	w->scratch = malloc(V8_PAGE_BYTES);
	if (w->maps != NULL && w->scratch != NULL)
		return RC_OK;
	js_walk_free(w);
	return RC_NOMEM;
}

void js_walk_free(struct js_walk *w)
{
	free(w->maps);
	free(w->scratch);
	w->maps = NULL;
	w->scratch = NULL;
}

static size_t place_of(const struct js_walk *w, uint64_t map)
{
	size_t i = map_hash(map) & w->mask;

	while (w->maps[i].map != 0 && w->maps[i].map != map)
		i = (i + 1) & w->mask;
	return i;
}

static bool grow(struct js_walk *w)
{
	struct js_walk bigger = {.mask = w->mask * 2 + 1};

	bigger.maps = calloc(bigger.mask + 1, sizeof *bigger.maps);
	if (bigger.maps == NULL)
		return false;
	for (size_t i = 0; i <= w->mask; i++)
		if (w->maps[i].map != 0)
			bigger.maps[place_of(&bigger, w->maps[i].map)] = w->maps[i];
	free(w->maps);
	w->maps = bigger.maps;
	w->mask = bigger.mask;
	return true;
}

static struct js_map_info *load_map(struct js_walk *w, uint64_t map)
{
	struct js_map_info info;

	if (js_map_info_load(w->heap, jsval_of(map), &info) != RC_OK)
		return NULL;
	info.counted = w->wanted != 0 && (info.classes & (w->wanted | CLASS_SKIP)) == 0;
	if (w->nmaps * 2 > w->mask && !grow(w))
		return NULL;
	struct js_map_info *place = &w->maps[place_of(w, map)];
	*place = info;
	w->nmaps++;
	return place;
}

struct js_map_info *js_walk_map(struct js_walk *w, uint64_t map)
{
	if ((map & 3) != 1)
		return NULL;
	struct js_map_info *info = &w->maps[place_of(w, map)];
	return info->map == map ? info : load_map(w, map);
}

/* The size of an object that was moved: its map word is the untagged address of its copy. 0 when it
 * is none. */
static uint64_t forwarded_size(struct js_walk *w, uint64_t word)
{
	const struct js_heap *h = w->heap;
	uint64_t map, size;

	if ((word & 7) != 0 || js_page_at(h, word) == NULL || mem_u64(h->mem, word, &map) != RC_OK)
		return 0;
	const struct js_map_info *info = js_walk_map(w, map);
	return info != NULL && js_object_size(h, info, word, &size) == RC_OK ? size : 0;
}

/* True when `depth` valid objects follow from addr, or the page or its used part ends before. */
static bool chain_holds(struct js_walk *w, const struct js_page *p, addr_t addr, int depth)
{
	const struct js_heap *h = w->heap;

	for (; depth > 0; depth--) {
		uint64_t map, size;

		if (addr == p->stop || addr == p->end)
			return true;
		if (addr > p->end || mem_u64(h->mem, addr, &map) != RC_OK)
			return false;
		const struct js_map_info *info = js_walk_map(w, map);
		if (info == NULL) {
			size = forwarded_size(w, map);
			if (size == 0 || size > p->end - addr)
				return false;
			addr += size;
			continue;
		}
		if (info->kind != NO_KIND && h->sizes->kinds[info->kind].nvariants > 1 &&
		    w->sample != NULL)
			return true; /* while calibrating: the next size is not sure itself */
		if (js_object_size(h, info, addr, &size) != RC_OK || size > p->end - addr)
			return false;
		addr += size;
	}
	return true;
}

/* The areas of a page, in order. */
struct areas {
	const struct js_area *at, *end;
};

static struct areas areas_of(const struct js_heap *h, const struct js_page *p)
{
	if (p->isolate == UINT32_MAX)
		return (struct areas){NULL, NULL};
	const struct js_isolate *iso = &h->isolates[p->isolate];
	size_t first = first_not(iso->nareas, k, iso->areas[k].top < p->start);

	return (struct areas){iso->areas + first, iso->areas + iso->nareas};
}

/* The bytes at addr in this process, up to `stop`, and how many there are; 0 when they cannot be
 * read. */
static uint64_t window(struct js_walk *w, addr_t addr, addr_t stop, const uint8_t **data)
{
	const struct segment *s = mem_segment(w->heap->mem, addr);

	if (s == NULL)
		return 0;
	uint64_t n = (s->end < stop ? s->end : stop) - addr;
	if (s->data != NULL) {
		*data = s->data + (addr - s->start);
		if (((uintptr_t)*data & 7) == 0)
			return n; /* else the file is laid out oddly: objects are words */
	}
	n = n < V8_PAGE_BYTES ? n : V8_PAGE_BYTES;
	*data = w->scratch;
	return mem_peek(w->heap->mem, addr, w->scratch, n);
}

/* State of one page's walk. */
struct page_walk {
	struct js_walk *w;
	const struct js_page *p;
	struct areas areas;
	js_object_fn *fn;
	void *ctx;
	addr_t addr;
};

/* Where the next valid objects begin after a misstep, at most `limit`. */
static addr_t resync(struct page_walk *pw, addr_t limit)
{
	addr_t a = pw->addr + 8;

	while (a < limit && (pw->areas.at == pw->areas.end || a != pw->areas.at->top) &&
	       !chain_holds(pw->w, pw->p, a, RESYNC_CHAIN))
		a += 8;
	return a;
}

static void count_gap(struct page_walk *pw, addr_t next)
{
	struct js_walk_stats *st = &pw->w->stats;

	st->missteps++;
	st->gap_bytes += next - pw->addr;
	if (st->first_misstep == 0)
		st->first_misstep = pw->addr;
	pw->addr = next;
}

/* On a page that waits for its sweeper, or for being released: what is not marked up to the next marked
 * object is dead, and may have lost its map. */
static bool step_over_dead(struct page_walk *pw, addr_t limit)
{
	const struct js_heap *h = pw->w->heap;
	addr_t next = pw->addr;

	if (gc_emptied(h, pw->p))
		next = resync(pw, limit);
	else if (gc_marked(h, pw->p))
		next = gc_next_mark(h, pw->p, pw->addr, limit);
	if (next == pw->addr || (next != limit && !chain_holds(pw->w, pw->p, next, 1)))
		return false;
	pw->w->stats.dead_bytes += next - pw->addr;
	pw->addr = next;
	return true;
}

/* Where a thread has an area for allocation that was not found before; best one behind which objects
 * follow. Up to its top an object was being copied. */
static bool step_over_area(struct page_walk *pw)
{
	struct js_area area, fits = {0};
	bool follows = false, whole;

	for (size_t i = 0; !follows && gc_area_at(pw->w->heap, pw->p, pw->addr, i, &area, &whole);
	     i++) {
		if (area.limit > pw->p->stop)
			continue;
		follows = chain_holds(pw->w, pw->p, area.limit, RESYNC_CHAIN);
		if (follows || (whole && area.top == pw->addr))
			fits = area;
	}
	if (fits.limit == 0)
		return false;
	if (fits.top != pw->addr)
		count_gap(pw, fits.top);
	pw->addr = fits.limit;
	return true;
}

/* `limit`: where the memory that is looked at ends. A page header may promise terabytes. */
static void misstep(struct page_walk *pw, addr_t limit)
{
	if (pw->w->sample == NULL && (step_over_dead(pw, limit) || step_over_area(pw)))
		return;
	count_gap(pw, pw->p->kind == PAGE_LARGE ? limit : resync(pw, limit));
}

/* Step over an original that was moved. */
static bool forwarded(struct page_walk *pw, uint64_t word)
{
	uint64_t size = forwarded_size(pw->w, word);

	if (size == 0 || size > pw->p->stop - pw->addr)
		return false;
	pw->w->stats.forwarded_bytes += size;
	pw->addr += size;
	return true;
}

/* While calibrating: let the object vote, which may move or change what is kept of its map. */
static struct js_map_info *sampled(struct page_walk *pw, struct js_map_info *info)
{
	uint64_t map = info->map;

	if (info->kind == NO_KIND || pw->w->heap->sizes->kinds[info->kind].nvariants < 2)
		return info;
	pw->w->sample(pw->w, info, pw->addr, pw->p);
	return js_walk_map(pw->w, map);
}

static void count_object(struct js_map_info *info, addr_t addr)
{
	if (info->count < 2)
		*(info->count == 0 ? &info->first : &info->second) = addr;
	info->count++;
}

static enum rc give(struct page_walk *pw, const struct js_object *o)
{
	if (o->info->counted) {
		count_object(o->info, o->addr);
		return RC_OK;
	}
	return pw->fn != NULL ? pw->fn(pw->ctx, o) : RC_OK;
}

static enum rc one_object(struct page_walk *pw, struct js_map_info *info, const uint8_t *data,
			  uint64_t left)
{
	struct js_walk_stats *st = &pw->w->stats;

	if (pw->w->sample != NULL && (info = sampled(pw, info)) == NULL)
		return RC_NOMEM;
	struct js_object o = {.addr = pw->addr, .words = (const uint64_t *)data, .info = info};
	o.size = left >= 16 ? js_object_size_simple(info, data) : 0;
	if (o.size == 0 && js_object_size(pw->w->heap, info, pw->addr, &o.size) != RC_OK)
		o.size = 0;
	if (o.size == 0 || o.size > pw->p->end - pw->addr) {
		misstep(pw, pw->addr + left);
		return RC_OK;
	}
	pw->addr += o.size;
	if ((info->classes & CLASS_SKIP) != 0) {
		st->filler_bytes += o.size;
		return RC_OK;
	}
	o.readable = o.size < left ? o.size : left;
	st->objects++;
	st->bytes += o.size;
	return give(pw, &o);
}

/* The common case, as fast as memory is: objects of maps that were met before and whose size is a
 * matter of a multiplication. Stops in front of the first that is not so, at an area, at the end. */
static enum rc run_simple(struct page_walk *pw, addr_t base, const uint8_t *data, uint64_t n)
{
	struct js_walk *w = pw->w;
	addr_t addr = pw->addr, stop = base + n;
	uint64_t objects = 0, bytes = 0, filler = 0;
	enum rc rc = RC_OK;

	if (pw->areas.at != pw->areas.end && pw->areas.at->top < stop)
		stop = pw->areas.at->top;
	while (addr < stop && stop - addr >= 16 && rc == RC_OK) {
		const uint8_t *at = data + (addr - base);
		uint64_t map = *(const uint64_t *)at;
		size_t i = map_hash(map) & w->mask;

		__builtin_prefetch(at + PREFETCH_BYTES);

		while (w->maps[i].map != map && w->maps[i].map != 0)
			i = (i + 1) & w->mask;
		struct js_map_info *info = &w->maps[i];
		uint64_t size = info->map != 0 ? js_object_size_simple(info, at) : 0;
		if (size == 0 || size > pw->p->end - addr)
			break;
		objects++;
		bytes += size;
		if (info->counted) {
			count_object(info, addr);
		} else if ((info->classes & CLASS_SKIP) != 0) {
			objects--;
			bytes -= size;
			filler += size;
		} else if (pw->fn != NULL) {
			uint64_t left = base + n - addr;
			struct js_object o = {addr, size, (const uint64_t *)at,
					      size < left ? size : left, info};
			rc = pw->fn(pw->ctx, &o);
		}
		addr += size;
	}
	pw->addr = addr;
	w->stats.objects += objects;
	w->stats.bytes += bytes;
	w->stats.filler_bytes += filler;
	return rc;
}

static enum rc walk_window(struct page_walk *pw, addr_t base, const uint8_t *data, uint64_t n)
{
	while (pw->addr - base < n && n - (pw->addr - base) >= 8) {
		if (pw->p->kind == PAGE_LARGE && pw->addr != pw->p->start)
			return RC_OK; /* one object; what is behind it was trimmed off */
		while (pw->areas.at != pw->areas.end && pw->areas.at->top < pw->addr)
			pw->areas.at++;
		if (pw->areas.at != pw->areas.end && pw->areas.at->top == pw->addr) {
			pw->addr = pw->areas.at->limit;
			continue;
		}
		if (pw->w->sample == NULL && pw->p->kind != PAGE_LARGE) {
			addr_t before = pw->addr;

			TRY(run_simple(pw, base, data, n));
			if (pw->addr != before)
				continue;
		}
		const uint8_t *at = data + (pw->addr - base);
		uint64_t word = *(const uint64_t *)at;
		struct js_map_info *info = js_walk_map(pw->w, word);
		if (info != NULL)
			TRY(one_object(pw, info, at, n - (pw->addr - base)));
		else if (!forwarded(pw, word))
			misstep(pw, base + n);
	}
	return RC_OK;
}

/* Where to go on behind memory that was left out, or that cannot be read just now. */
static addr_t behind_hole(const struct js_walk *w, const struct js_page *p, addr_t addr)
{
	const struct segment *s = mem_segment(w->heap->mem, addr);
	addr_t next = s == NULL         ? p->stop
		      : s->read != NULL ? (addr | (HOLE_BYTES - 1)) + 1
					: s->end;

	return next < p->stop ? next : p->stop;
}

enum rc js_walk_page(struct js_walk *w, const struct js_page *p, js_object_fn *fn, void *ctx)
{
	struct page_walk pw = {.w = w,
			       .p = p,
			       .areas = areas_of(w->heap, p),
			       .fn = fn,
			       .ctx = ctx,
			       .addr = p->start};
	addr_t stop = p->kind == PAGE_LARGE && p->stop - p->start > 16 ? p->start + 16 : p->stop;

	if (p->dead)
		return RC_OK;
	while (pw.addr < stop) {
		const uint8_t *data;
		addr_t base = pw.addr;
		uint64_t n = window(w, base, p->stop, &data);

		if (n < 8) { /* left out by the dump: go on where it has memory again */
			addr_t next = behind_hole(w, p, base);
			w->stats.unreadable_bytes += next - base;
			pw.addr = next;
			n = window(w, next, p->stop, &data);
			if (n >= 8 && !chain_holds(w, p, next, RESYNC_CHAIN))
				pw.addr = resync(&pw, next + n);
			continue;
		}
		TRY(walk_window(&pw, base, data, n));
		if (pw.addr == base)
			break;
	}
	return RC_OK;
}

/* Each variant that leads to a valid object gets a vote, if some other does not. */
static void vote(struct js_walk *w, const struct js_map_info *info, addr_t addr,
		 const struct js_page *p)
{
	struct size_kind *k = &w->heap->sizes->kinds[info->kind];
	const jsval map = jsval_of(info->map); /* chain_holds may move the table that holds info */
	unsigned good = 0, first = SIZE_VARIANTS;
	bool fits[SIZE_VARIANTS] = {false};

	for (unsigned i = 0; i < k->nvariants; i++) {
		uint64_t size;

		fits[i] = size_by_variant(w->heap, k, i, addr, &size) == RC_OK &&
			  size <= p->end - addr && chain_holds(w, p, addr + size, SAMPLE_CHAIN);
		good += fits[i];
		if (fits[i] && (first == SIZE_VARIANTS || k->votes[i] > k->votes[first]))
			first = i;
	}
	if (good == 0 || good == k->nvariants)
		return;
	k->samples++;
	for (unsigned i = 0; i < k->nvariants; i++)
		k->votes[i] += fits[i];
	if (first == k->chosen)
		return;
	k->chosen = first; /* step on by what fits here */
	struct js_map_info fresh;
	struct js_map_info *place = js_walk_map(w, map.bits);
	if (place != NULL && js_map_info_load(w->heap, map, &fresh) == RC_OK)
		*place = fresh;
}

static bool decided(const struct js_heap *h)
{
	for (size_t i = 0; i < h->sizes->nkinds; i++)
		if (h->sizes->kinds[i].nvariants > 1 && h->sizes->kinds[i].samples < ENOUGH_SAMPLES)
			return false;
	return true;
}

/* Every how many pages of each space one is looked at, so that each has its share. */
static enum rc sample_steps(const struct js_heap *h, struct map *counts)
{
	for (size_t i = 0; i < h->npages; i++) {
		uint64_t *n = map_get(counts, h->pages[i].owner);

		if (n != NULL)
			(*n)++;
		else if (h->pages[i].kind != PAGE_READ_ONLY)
			TRY(map_put(counts, h->pages[i].owner, 1));
	}
	return RC_OK;
}

enum rc walk_calibrate(struct js_heap *h)
{
	struct map counts = MAP_INIT;
	struct js_walk w;

	TRY(js_walk_init(&w, h));
	enum rc rc = sample_steps(h, &counts);
	w.sample = vote;
	/* Read-only pages first: they hold one of nearly everything. */
	for (int read_only = 1; read_only >= 0; read_only--)
		for (size_t i = 0; i < h->npages && rc == RC_OK && !decided(h); i++) {
			const struct js_page *p = &h->pages[i];
			const uint64_t *n = map_get(&counts, p->owner);

			if ((p->kind == PAGE_READ_ONLY) != (read_only != 0) ||
			    p->kind == PAGE_LARGE ||
			    (n != NULL && i % (*n / CALIBRATION_PAGES + 1) != 0))
				continue;
			rc = js_walk_page(&w, p, NULL, NULL);
		}
	map_free(&counts);
	js_walk_free(&w);
	return rc;
}
