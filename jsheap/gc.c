/*
 * gc - see the header.
 */
#include "jsheap/gc.h"

#include "base/search.h"
#include "jsheap/pages.h"

#include <pthread.h>
#include <string.h>

#define STATE_CODE_BYTES  64
#define STATE_OFFSET_MAX  0x4000u
#define LINKS_FROM        0x40u
#define LINKS_TO          0x200u
#define PAGE_BYTES_MAX    (2 * V8_PAGE_BYTES) /* V8 7.4 */
#define BITMAP_WORDS      (PAGE_BYTES_MAX / 8 / 64)
#define BITMAP_BYTES      (BITMAP_WORDS * 8)
#define BITMAP_FROM       0x10u
#define BITMAP_TO         0x400u
#define BITMAP_LOOKS      512 /* at pages, spread over all */
#define BITMAP_PAGES      24  /* asked where their bitmaps are */
#define BITMAP_STARTS     64  /* of objects, checked in each */
#define BITMAP_ENOUGH     16  /* of all these must be right, and */
#define BITMAP_WRONG_PART 16  /* at most one in so many wrong */
#define BLOCK_BYTES       0x8000u

/* An area that may be one, by two or three words in a row. */
struct found_area {
	addr_t start, top, end; /* start 0: the word before top is none */
};

struct gc {
	pthread_mutex_t lock; /* of what follows, which is found when it is asked for first */
	/* Where a page's bitmap is, from its metadata; `pointer`: a pointer to it is there. */
	bool bitmap_searched, bitmap_known, bitmap_pointer;
	uint32_t bitmap_at;
	struct map marked; /* bases of pages that have marks */
	bool areas_searched;
	VEC(struct found_area) areas; /* by top, then end */
};

const char *gc_state_name(enum gc_state s)
{
	static const char *const names[] = {"none", "scavenge", "mark-compact", "minor-mark-sweep",
					    "tear-down"};

	return s < GC_UNKNOWN ? names[s] : NULL;
}

void gc_free(struct js_heap *h)
{
	if (h->gc == NULL)
		return;
	pthread_mutex_destroy(&h->gc->lock);
	vec_free(&h->gc->areas);
	map_free(&h->gc->marked);
	free(h->gc);
	h->gc = NULL;
}

/* Heap::SetGCState stores its argument and does little else: mov [rdi + disp32], esi. */
static bool state_from_code(const struct js_heap *h, uint32_t *offset)
{
	static const uint8_t store[] = {0x89, 0xb7};
	uint8_t code[STATE_CODE_BYTES];
	struct objfile *o;
	struct symbol sym;

	if (target_symbol(h->target, "_ZN2v88internal4Heap10SetGCStateENS1_9HeapStateE", &o,
			  &sym) != RC_OK)
		return false;
	size_t n =
		mem_peek(h->mem, sym.addr, code, sym.size < sizeof code ? sym.size : sizeof code);
	for (size_t i = 0; i + 6 <= n; i++)
		if (memcmp(code + i, store, sizeof store) == 0) {
			memcpy(offset, code + i + 2, sizeof *offset);
			return *offset < STATE_OFFSET_MAX;
		}
	return false;
}

static void read_states(struct js_heap *h)
{
	uint32_t offset, state;
	bool known = state_from_code(h, &offset);

	if (!known && v8_has(&h->layout, V8_Heap_gc_state)) {
		offset = (uint32_t)v8_value(&h->layout, V8_Heap_gc_state);
		known = true;
	}
	for (size_t i = 0; i < h->nisolates; i++) {
		struct js_isolate *iso = &h->isolates[i];

		iso->gc = known && mem_u32(h->mem, iso->heap + offset, &state) == RC_OK &&
					  state < GC_UNKNOWN
				  ? (enum gc_state)state
				  : GC_UNKNOWN;
	}
}

/* Pages of a space are linked: `next` at some offset of the metadata, `prev` in the word behind. */
static bool linked(const struct js_heap *h, const struct map *by_metadata, const struct js_page *p,
		   size_t offset)
{
	uint64_t next, back;

	if (mem_u64(h->mem, p->metadata + offset, &next) != RC_OK)
		return false;
	const uint64_t *i = map_get(by_metadata, next);
	return i != NULL && h->pages[*i - 1].owner == p->owner &&
	       mem_u64(h->mem, next + offset + 8, &back) == RC_OK && back == p->metadata;
}

static bool named_by_owner(const struct js_heap *h, const struct js_page *p)
{
	uint64_t w[SPACE_BYTES / 8];
	size_t n = mem_peek(h->mem, p->owner, w, sizeof w) / 8;

	for (size_t i = 0; i < n; i++)
		if (w[i] == p->metadata)
			return true;
	return false;
}

static bool in_a_list(const struct js_page *p)
{
	return p->kind == PAGE_NORMAL || p->kind == PAGE_YOUNG;
}

static size_t find_links(const struct js_heap *h, const struct map *by_metadata)
{
	size_t best = 0, found = 0;

	for (size_t offset = LINKS_FROM; offset < LINKS_TO; offset += 8) {
		size_t votes = 0;

		for (size_t i = 0; i < h->npages; i++)
			votes += in_a_list(&h->pages[i]) &&
				 linked(h, by_metadata, &h->pages[i], offset);
		if (votes > best) {
			best = votes;
			found = offset;
		}
	}
	return found;
}

static void drop_unlisted(struct js_heap *h, const struct map *by_metadata, size_t offset)
{
	for (size_t i = 0; i < h->npages; i++) {
		struct js_page *p = &h->pages[i];
		uint64_t prev;

		if (!in_a_list(p) || linked(h, by_metadata, p, offset) ||
		    mem_u64(h->mem, p->metadata + offset + 8, &prev) != RC_OK)
			continue;
		const uint64_t *before = map_get(by_metadata, prev);
		if (before != NULL && linked(h, by_metadata, &h->pages[*before - 1], offset))
			continue;
		p->dead = !named_by_owner(h, p);
	}
}

static enum rc find_released(struct js_heap *h)
{
	struct map by_metadata = MAP_INIT;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < h->npages && rc == RC_OK; i++)
		if (in_a_list(&h->pages[i]))
			rc = map_put(&by_metadata, h->pages[i].metadata, i + 1);
	size_t offset = rc == RC_OK ? find_links(h, &by_metadata) : 0;
	if (offset != 0)
		drop_unlisted(h, &by_metadata, offset);
	map_free(&by_metadata);
	return rc;
}

static bool read_bitmap(const struct js_heap *h, const struct js_page *p, uint32_t at, bool pointer,
			uint64_t *bits)
{
	uint64_t where = p->metadata + at;

	if (pointer &&
	    (mem_u64(h->mem, p->metadata + at, &where) != RC_OK || where == 0 || (where & 7) != 0))
		return false;
	if (p->size > PAGE_BYTES_MAX)
		return false;
	memset(bits, 0, BITMAP_BYTES);
	return mem_read(h->mem, where, bits, p->size / 64) == RC_OK;
}

static bool is_object_start(const struct js_heap *h, const struct js_page *p, addr_t addr)
{
	uint64_t map;

	return addr >= p->start && addr < p->end && js_map_word(h, addr, &map) == RC_OK &&
	       js_is_map(h, jsval_of(map));
}

/* Runs of set bits begin at objects. Counts what is right and what is wrong. */
static void check_bitmap(const struct js_heap *h, const struct js_page *p, const uint64_t *bits,
			 size_t *right, size_t *wrong)
{
	uint64_t before = 0;

	for (size_t i = 0, seen = 0; i < BITMAP_WORDS && seen < BITMAP_STARTS; i++) {
		uint64_t starts = bits[i] & ~(bits[i] << 1 | before >> 63);

		for (; starts != 0 && seen < BITMAP_STARTS; starts &= starts - 1, seen++) {
			size_t bit = i * 64 + (size_t)__builtin_ctzll(starts);
			bool ok = is_object_start(h, p, p->base + 8 * bit);
			*right += ok;
			*wrong += !ok;
		}
		before = bits[i];
		if (*wrong > BITMAP_STARTS / 8 && *wrong > *right)
			return;
	}
}

static void find_bitmap(const struct js_heap *h)
{
	const size_t step = h->npages / BITMAP_LOOKS + 1;
	size_t best = 0;

	for (int pointer = 0; pointer < 2; pointer++)
		for (uint32_t at = BITMAP_FROM; at < BITMAP_TO; at += 8) {
			uint64_t bits[BITMAP_WORDS];
			size_t right = 0, wrong = 0, asked = 0;

			for (size_t i = 0;
			     i < h->npages && asked < BITMAP_PAGES && wrong <= BITMAP_STARTS;
			     i += step) {
				const struct js_page *p = &h->pages[i];

				if (!in_a_list(p) || p->dead ||
				    !read_bitmap(h, p, at, pointer != 0, bits))
					continue;
				size_t before = right + wrong;
				check_bitmap(h, p, bits, &right, &wrong);
				asked += right + wrong != before;
			}
			if (right <= best || right < BITMAP_ENOUGH ||
			    wrong > right / BITMAP_WRONG_PART)
				continue;
			best = right;
			h->gc->bitmap_known = true;
			h->gc->bitmap_pointer = pointer != 0;
			h->gc->bitmap_at = at;
		}
}

static enum rc find_marked(const struct js_heap *h)
{
	uint64_t bits[BITMAP_WORDS];

	for (size_t i = 0; i < h->npages; i++) {
		const struct js_page *p = &h->pages[i];
		bool any = false;

		if (!in_a_list(p) ||
		    !read_bitmap(h, p, h->gc->bitmap_at, h->gc->bitmap_pointer, bits))
			continue;
		for (size_t k = 0; k < BITMAP_WORDS && !any; k++)
			any = bits[k] != 0;
		if (any)
			TRY(map_put(&h->gc->marked, p->base, 1));
	}
	return RC_OK;
}

bool gc_marked(const struct js_heap *h, const struct js_page *p)
{
	struct gc *gc = h->gc;

	if (gc == NULL || !in_a_list(p))
		return false;
	pthread_mutex_lock(&gc->lock);
	if (!gc->bitmap_searched) {
		find_bitmap(h);
		if (gc->bitmap_known && find_marked(h) != RC_OK)
			gc->bitmap_known = false;
		gc->bitmap_searched = true;
	}
	pthread_mutex_unlock(&gc->lock);
	return gc->bitmap_known && map_get(&gc->marked, p->base) != NULL;
}

bool gc_emptied(const struct js_heap *h, const struct js_page *p)
{
	return p->isolate != UINT32_MAX && h->isolates[p->isolate].gc == GC_MARK_COMPACT &&
	       !gc_marked(h, p) && h->gc != NULL && h->gc->bitmap_known && in_a_list(p);
}

enum rc gc_examine(struct js_heap *h)
{
	h->gc = calloc(1, sizeof *h->gc);
	if (h->gc == NULL)
		return RC_NOMEM;
	pthread_mutex_init(&h->gc->lock, NULL);
	read_states(h);
	return find_released(h);
}

/* A scavenge empties from-space from its first moment on. A mark-compact marks first, while
 * from-space is still what the last scavenge left (with marks, where marking had begun by then), then
 * it swaps the halves: what is marked has become from-space, but for pages that went over whole. */
bool gc_from_space_counts(const struct js_heap *h, const struct js_isolate *iso,
			  const struct js_page *filling)
{
	const uint32_t index = (uint32_t)(iso - h->isolates);
	const uint64_t to_flag = (uint64_t)v8_value(&h->layout, V8_page_to_flag);
	size_t from = 0, to = 0;

	if (iso->gc == GC_SCAVENGE)
		return true;
	if (iso->gc != GC_MARK_COMPACT)
		return false;
	for (size_t i = 0; i < h->npages; i++) {
		const struct js_page *p = &h->pages[i];

		if (p->isolate == index && p->kind == PAGE_YOUNG && gc_marked(h, p))
			*((p->flags & to_flag) != 0 ? &to : &from) += 1;
	}
	return from != 0 && (from >= to || (filling != NULL && !gc_marked(h, filling)));
}

addr_t gc_next_mark(const struct js_heap *h, const struct js_page *p, addr_t addr, addr_t limit)
{
	uint64_t bits[BITMAP_WORDS];
	size_t bit = (addr - p->base) / 8;

	if (!read_bitmap(h, p, h->gc->bitmap_at, h->gc->bitmap_pointer, bits))
		return addr < limit ? addr : limit;
	for (size_t i = bit / 64; i < BITMAP_WORDS; i++) {
		uint64_t w = bits[i];

		if (i == bit / 64)
			w &= ~UINT64_C(0) << (bit % 64);
		if (w == 0)
			continue;
		addr_t next = p->base + 8 * (i * 64 + (size_t)__builtin_ctzll(w));
		return next < limit ? next : limit;
	}
	return limit;
}

/* Native memory that the process could write to, in pieces; pages of the heaps are left out. */
typedef enum rc words_fn(void *ctx, const struct segment *s, const uint64_t *w, size_t n);

static enum rc each_piece(const struct js_heap *h, const struct segment *s, words_fn *fn, void *ctx)
{
	uint64_t w[BLOCK_BYTES / 8 + 4];

	for (addr_t a = s->start; a < s->end;) {
		if (js_page_at(h, a) != NULL) {
			a = (a | (V8_PAGE_BYTES - 1)) + 1;
			continue;
		}
		addr_t next = (a | (BLOCK_BYTES - 1)) + 1;
		addr_t end = next < s->end ? next : s->end;
		size_t n = mem_peek(h->mem, a, w, end - a + 32) / 8; /* a few of the next piece */
		TRY(fn(ctx, s, w, n));
		a = end;
	}
	return RC_OK;
}

static enum rc each_native(const struct js_heap *h, words_fn *fn, void *ctx)
{
	for (size_t i = 0; i < h->mem->segments.n; i++) {
		const struct segment *s = &h->mem->segments.at[i];

		if (s->rank == RANK_CORE && (s->start & 7) == 0)
			TRY(each_piece(h, s, fn, ctx));
	}
	return RC_OK;
}

/* [top, end] is a part of one page's area; the page, or NULL. */
static inline const struct js_page *area_page(const struct js_heap *h, uint64_t top, uint64_t end)
{
	if (top >= end || (top ^ (end - 1)) >= PAGE_BYTES_MAX || ((top | end) & 7) != 0)
		return NULL;
	const struct js_page *p = js_page_at(h, top);
	return p != NULL && in_a_list(p) && top >= p->start && end <= p->end ? p : NULL;
}

struct buffers {
	const struct js_heap *h;
	const struct js_isolate *iso;
	enum rc (*add)(void *ctx, struct js_area area);
	void *ctx;
};

/* LocalAllocationBuffer: Heap*, then start (in some versions), top, limit. */
static enum rc buffers_in(void *ctx, const struct segment *s, const uint64_t *w, size_t n)
{
	const struct buffers *b = ctx;
	const uint32_t index = (uint32_t)(b->iso - b->h->isolates);

	(void)s;
	for (size_t i = 0; i + 3 < n; i++) {
		if (w[i] != b->iso->heap)
			continue;
		bool start = w[i + 1] <= w[i + 2] && area_page(b->h, w[i + 1], w[i + 3]) != NULL;
		uint64_t top = start ? w[i + 2] : w[i + 1], end = start ? w[i + 3] : w[i + 2];
		const struct js_page *p = area_page(b->h, top, end);

		if (p != NULL && p->isolate == index)
			TRY(b->add(b->ctx, (struct js_area){top, end}));
	}
	return RC_OK;
}

enum rc gc_find_buffers(const struct js_heap *h, const struct js_isolate *iso,
			enum rc (*add)(void *ctx, struct js_area area), void *ctx)
{
	struct buffers b = {h, iso, add, ctx};

	if (iso->gc == GC_NONE || iso->gc == GC_UNKNOWN)
		return RC_OK;
	return each_native(h, buffers_in, &b);
}

static bool is_stack(const struct js_heap *h, const struct segment *s)
{
	for (size_t i = 0; i < h->target->nthreads; i++) {
		addr_t sp = h->target->threads[i].regs[AMD64_RSP];

		if (sp >= s->start && sp < s->end)
			return true;
	}
	return false;
}

/* Three words in a row count less on a stack, where collectors keep bounds of all kinds. */
static enum rc areas_in(void *ctx, const struct segment *s, const uint64_t *w, size_t n)
{
	const struct js_heap *h = ctx;

	for (size_t i = 0; i + 1 < n; i++) {
		if (area_page(h, w[i], w[i + 1]) == NULL)
			continue;
		bool start = i > 0 && !is_stack(h, s) &&
			     area_page(h, w[i - 1], w[i]) == area_page(h, w[i], w[i + 1]);
		TRY(vec_push(&h->gc->areas,
			     (struct found_area){start ? w[i - 1] : 0, w[i], w[i + 1]}));
	}
	return RC_OK;
}

static int by_top_and_end(const void *a, const void *b)
{
	const struct found_area *x = a, *y = b;

	if (x->top != y->top)
		return x->top < y->top ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

static void search_areas(const struct js_heap *h)
{
	struct gc *gc = h->gc;

	pthread_mutex_lock(&gc->lock);
	if (!gc->areas_searched) {
		if (each_native(h, areas_in, (void *)h) != RC_OK)
			gc->areas.n = 0; /* what cannot be told apart stays a gap */
		if (gc->areas.n != 0)
			qsort(gc->areas.at, gc->areas.n, sizeof *gc->areas.at, by_top_and_end);
		gc->areas_searched = true;
	}
	pthread_mutex_unlock(&gc->lock);
}

bool gc_area_at(const struct js_heap *h, const struct js_page *p, addr_t addr, size_t n,
		struct js_area *area, bool *whole)
{
	const struct gc *gc = h->gc;

	if (gc == NULL || !in_a_list(p))
		return false;
	search_areas(h);
	size_t lo = first_not(gc->areas.n, k, gc->areas.at[k].top < addr);
	for (struct js_area last = {0}; lo < gc->areas.n; lo++) {
		const struct found_area *f = &gc->areas.at[lo];

		if (f->top >= p->end)
			return false;
		if ((f->top != addr && (f->start == 0 || f->start > addr)) ||
		    (f->top == last.top && f->end == last.limit))
			continue;
		last = (struct js_area){f->top, f->end};
		if (n-- == 0) {
			*area = last;
			*whole = f->start != 0;
			return true;
		}
	}
	return false;
}

enum rc gc_each_area(const struct js_heap *h,
		     enum rc (*fn)(void *ctx, const struct js_page *p, addr_t start,
				   struct js_area area),
		     void *ctx)
{
	search_areas(h);
	for (size_t i = 0; i < h->gc->areas.n; i++) {
		const struct found_area *f = &h->gc->areas.at[i];

		TRY(fn(ctx, js_page_at(h, f->top), f->start, (struct js_area){f->top, f->end}));
	}
	return RC_OK;
}
