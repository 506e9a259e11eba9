/*
 * gc_copies - objects that a thread was copying at the very moment.
 *
 * A collector copies an object to the end of its thread's buffer and then writes the address of the
 * copy over the original's map word. Between the two there are two objects where the program has
 * one:
 *
 *	original (not forwarded)      from-space page or evacuated page
 *	copy (no word names it)       the last object in front of some area's top
 *
 * Such copies get an area of their own, so that walks pass over them. Source: src/heap/scavenger-inl.h
 * and mark-compact.cc (the order of the two writes).
 */
#include "base/search.h"
#include "jsheap/gc.h"
#include "jsheap/walk.h"

#include <string.h>

#define TOPS_MAX     65536
#define PREFIX_BYTES 128 /* that must be alike where a buffer's start is not known */
#define PIECE_BYTES  0x8000u

struct top {
	addr_t top, start; /* start 0: not known */
};

struct copy {
	addr_t addr;
	uint64_t size;
	uint64_t words[PREFIX_BYTES / 8];
	bool in_buffer; /* behind the start of the buffer whose top it ends at */
	bool forwarded; /* some word is its address: no copy, or one that is done */
	bool twin;      /* an object that begins alike is where originals are */
};

struct copies {
	const struct js_heap *h;
	const struct js_isolate *iso;
	VEC(struct top) tops; /* sorted */
	VEC(struct copy) all;
	struct map by_address; /* address, and map word, of copies -> index plus 1 */
};

static int by_top(const void *a, const void *b)
{
	const struct top *x = a, *y = b;

	return x->top < y->top ? -1 : x->top > y->top;
}

static enum rc add_top(void *ctx, const struct js_page *p, addr_t start, struct js_area area)
{
	struct copies *c = ctx;

	if (p->isolate != (uint32_t)(c->iso - c->h->isolates) || c->tops.n == TOPS_MAX)
		return RC_OK;
	return vec_push(&c->tops, (struct top){area.top, start});
}

static enum rc gather_tops(struct copies *c)
{
	for (size_t i = 0; i < c->iso->nareas; i++)
		TRY(vec_push(&c->tops, (struct top){c->iso->areas[i].top, 0}));
	TRY(gc_each_area(c->h, add_top, c));
	for (size_t i = 0; i < c->h->npages; i++) { /* the young area's top ends its page */
		const struct js_page *p = &c->h->pages[i];

		if (p->kind == PAGE_YOUNG && p->stop < p->end)
			TRY(add_top(c, p, 0, (struct js_area){p->stop, p->end}));
	}
	if (c->tops.n != 0)
		qsort(c->tops.at, c->tops.n, sizeof *c->tops.at, by_top);
	return RC_OK;
}

/* The index of the first top that is not below an address. */
static size_t tops_from(const struct copies *c, addr_t addr)
{
	return first_not(c->tops.n, k, c->tops.at[k].top < addr);
}

static enum rc last_before_top(void *ctx, const struct js_object *o)
{
	struct copies *c = ctx;
	const addr_t end = o->addr + o->size;
	struct copy copy = {.addr = o->addr, .size = o->size};
	size_t i = tops_from(c, end);

	if (o->readable < o->size || i == c->tops.n || c->tops.at[i].top != end)
		return RC_OK;
	for (; i < c->tops.n && c->tops.at[i].top == end; i++)
		copy.in_buffer |= c->tops.at[i].start != 0 && c->tops.at[i].start <= o->addr;
	memcpy(copy.words, o->words, o->size < PREFIX_BYTES ? o->size : PREFIX_BYTES);
	TRY(map_put(&c->by_address, o->addr, c->all.n + 1));
	return vec_push(&c->all, copy);
}

static bool has_top(const struct copies *c, const struct js_page *p)
{
	size_t i = tops_from(c, p->start + 8);

	return i < c->tops.n && c->tops.at[i].top <= p->end;
}

static bool of_isolate(const struct copies *c, const struct js_page *p)
{
	return p->isolate == (uint32_t)(c->iso - c->h->isolates) && p->kind != PAGE_LARGE &&
	       !p->dead;
}

/* Pages that are being emptied: of from-space, or with marks while a mark-compact evacuates. */
static bool has_originals(const struct copies *c, const struct js_page *p)
{
	if (c->iso->gc == GC_MARK_COMPACT)
		return gc_marked(c->h, p);
	return p->kind == PAGE_YOUNG &&
	       (p->flags & (uint64_t)v8_value(&c->h->layout, V8_page_to_flag)) == 0;
}

static enum rc gather_candidates(struct copies *c)
{
	struct js_walk w;
	enum rc rc = js_walk_init(&w, c->h);

	for (size_t i = 0; i < c->h->npages && rc == RC_OK; i++)
		if (of_isolate(c, &c->h->pages[i]) && has_top(c, &c->h->pages[i]) &&
		    !has_originals(c, &c->h->pages[i]))
			rc = js_walk_page(&w, &c->h->pages[i], last_before_top, c);
	js_walk_free(&w);
	return rc;
}

typedef void word_fn(struct copies *c, addr_t addr, uint64_t word);

/* Of pages that hold originals; or of all pages, those included that were emptied. */
static void each_word(struct copies *c, bool all, word_fn *fn)
{
	const uint32_t index = (uint32_t)(c->iso - c->h->isolates);

	uint64_t w[PIECE_BYTES / 8];

	for (size_t i = 0; i < c->h->npages; i++) {
		const struct js_page *p = &c->h->pages[i];

		if (p->isolate != index || p->kind == PAGE_LARGE ||
		    (!all && (p->dead || !has_originals(c, p))))
			continue;
		for (addr_t a = p->start; a < p->stop; a += PIECE_BYTES) {
			size_t want = p->stop - a < sizeof w ? p->stop - a : sizeof w;
			size_t n = mem_peek(c->h->mem, a, w, want) / 8;

			for (size_t k = 0; k < n; k++)
				fn(c, a + 8 * k, w[k]);
		}
	}
}

static void note_forwarded(struct copies *c, addr_t addr, uint64_t word)
{
	(void)addr;
	if ((word & 7) != 0 || word == 0)
		return;
	const uint64_t *i = map_get(&c->by_address, word);
	if (i != NULL)
		c->all.at[*i - 1].forwarded = true;
}

static void note_twin(struct copies *c, addr_t addr, uint64_t word)
{
	uint64_t words[PREFIX_BYTES / 8];

	if (map_get(&c->by_address, word) == NULL)
		return;
	for (size_t i = 0; i < c->all.n; i++) {
		struct copy *copy = &c->all.at[i];
		size_t n = copy->in_buffer             ? sizeof word
			   : copy->size < PREFIX_BYTES ? copy->size
						       : PREFIX_BYTES;

		if (copy->words[0] == word && !copy->forwarded && !copy->twin &&
		    mem_read(c->h->mem, addr, words, n) == RC_OK)
			copy->twin = memcmp(words, copy->words, n) == 0;
	}
}

static enum rc add_areas(struct copies *c, struct js_heap *h, struct js_isolate *iso)
{
	size_t n = iso->nareas;
	struct js_area *areas = arena_array(&h->arena, n + c->all.n, sizeof *areas);

	if (areas == NULL)
		return RC_NOMEM;
	if (n != 0)
		memcpy(areas, iso->areas, n * sizeof *areas);
	for (size_t i = 0; i < c->all.n; i++) {
		const struct copy *copy = &c->all.at[i];
		size_t k = n;

		if (copy->forwarded || !copy->twin)
			continue;
		for (; k > 0 && areas[k - 1].top > copy->addr; k--)
			areas[k] = areas[k - 1];
		areas[k] = (struct js_area){copy->addr, copy->addr + copy->size};
		n++;
	}
	iso->areas = areas;
	iso->nareas = n;
	return RC_OK;
}

static enum rc pass_over(struct js_heap *h, struct js_isolate *iso, struct copies *c)
{
	TRY(gather_tops(c));
	TRY(gather_candidates(c));
	if (c->all.n == 0)
		return RC_OK;
	each_word(c, true, note_forwarded);
	for (size_t i = 0; i < c->all.n; i++)
		if (!c->all.at[i].forwarded)
			TRY(map_put(&c->by_address, c->all.at[i].words[0], i + 1));
	each_word(c, false, note_twin);
	return add_areas(c, h, iso);
}

enum rc gc_pass_over_copies(struct js_heap *h)
{
	for (size_t i = 0; i < h->nisolates; i++) {
		struct js_isolate *iso = &h->isolates[i];
		struct copies c = {.h = h, .iso = iso};

		if (iso->gc != GC_SCAVENGE && iso->gc != GC_MARK_COMPACT)
			continue;
		enum rc rc = pass_over(h, iso, &c);
		vec_free(&c.tops);
		vec_free(&c.all);
		map_free(&c.by_address);
		TRY(rc);
	}
	return RC_OK;
}
