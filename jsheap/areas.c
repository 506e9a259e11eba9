/*
 * areas - linear allocation areas, and which young pages are in use.
 *
 * An allocator owns an area {start, top, limit} of a page: objects end at top, and what lies
 * between top and limit is whatever was there before. V8 keeps the triples in the isolate (young and
 * old space), in Space objects, or from V8 12 on in MainAllocator objects that the isolate's
 * LocalHeap points to. They are told by what they are: three ascending addresses inside the area of
 * one page of this heap. Where the triple stands in memory of unknown kind, the Space that owns the
 * page must be named before it.
 *
 *	page  | objects ........ | top    limit | objects ...
 *
 * Until V8 8.4 an area has no start: Space objects hold the pair {top, limit}, the first one in them.
 *
 * Pages of the young generation are filled in the order of their list; those behind the page with
 * the area, and the whole from-space, hold nothing but stale copies.
 */
#include "jsheap/gc.h"
#include "jsheap/pages.h"

#include <string.h>

#define ALLOCATOR_BYTES      0x120u
#define POINTEE_BYTES        0x1000u /* a LocalHeap has its allocators in it */
#define POINTEE_SEARCH_BYTES 0x400u
#define SPACE_BEFORE_WORDS   24
#define LINK_BYTES           0x200u
#define SEMI_SPACE_BYTES     0x140u
#define LOWEST_POINTER       0x10000u

struct search {
	struct js_heap *h;
	const struct js_isolate *iso;
	uint32_t index;
	struct map spaces;  /* Space* of this isolate */
	struct map visited; /* memory that was looked at */
	VEC(struct js_area) areas;
	bool pairs;            /* areas are {top, limit}, and nowhere but in Space objects */
	struct map young_tops; /* page base -> top, from areas in the isolate and its spaces */
};

static bool is_pointer(uint64_t w)
{
	return w >= LOWEST_POINTER && (w & 7) == 0 && w < UINT64_C(1) << 47;
}

static enum rc consider(struct search *s, const uint64_t *w, size_t i, bool trusted)
{
	addr_t start = w[i], top = w[i + 1], limit = w[i + 2];

	if (start == 0 || ((start | top | limit) & 7) != 0 || top < start || limit < top ||
	    limit <= start)
		return RC_OK;
	const struct js_page *p = js_page_at(s->h, start);
	if (p == NULL || p->isolate != s->index || start < p->start || limit > p->end)
		return RC_OK;
	bool named = trusted;
	for (size_t k = i > SPACE_BEFORE_WORDS ? i - SPACE_BEFORE_WORDS : 0; k < i && !named; k++)
		named = w[k] == p->owner;
	if (!named)
		return RC_OK;
	if (trusted && p->kind == PAGE_YOUNG) {
		const uint64_t *known = map_get(&s->young_tops, p->base);
		if (known == NULL || *known < top)
			TRY(map_put(&s->young_tops, p->base, top));
	}
	return top < limit ? vec_push(&s->areas, (struct js_area){top, limit}) : RC_OK;
}

/* The area of a Space object of V8 until 8.4. The limit may be at any byte: one that asked to be told of
 * the allocation of so many bytes lowered it. */
static enum rc search_pair(struct search *s, addr_t space)
{
	uint64_t w[SPACE_BYTES / 8];
	size_t n = mem_peek(s->h->mem, space, w, sizeof w) / 8;

	for (size_t i = 1; i + 1 < n; i++) {
		const struct js_page *p = js_page_at(s->h, w[i]);

		addr_t limit = (w[i + 1] + 7) & ~(addr_t)7;

		if (p == NULL || p->isolate != s->index || (w[i] & 7) != 0 || w[i] < p->start ||
		    limit < w[i] || limit > p->end || (p->owner != space && p->kind != PAGE_YOUNG))
			continue;
		if (p->kind == PAGE_YOUNG)
			TRY(map_put(&s->young_tops, p->base, w[i]));
		return w[i] < limit ? vec_push(&s->areas, (struct js_area){w[i], limit}) : RC_OK;
	}
	return RC_OK;
}

static enum rc add_area(void *ctx, struct js_area area)
{
	struct search *s = ctx;

	return vec_push(&s->areas, area);
}

static enum rc search_range(struct search *s, addr_t addr, size_t bytes, bool trusted)
{
	uint64_t w[ISOLATE_BYTES / 8];
	size_t n = mem_peek(s->h->mem, addr, w, bytes) / 8;

	for (size_t i = 0; i + 2 < n; i++)
		TRY(consider(s, w, i, trusted));
	return RC_OK;
}

static enum rc search_space(struct search *s, addr_t space)
{
	return s->pairs ? search_pair(s, space) : search_range(s, space, SPACE_BYTES, true);
}

static bool names_a_space(struct search *s, addr_t object)
{
	uint64_t w[8];

	if (mem_read(s->h->mem, object, w, sizeof w) != RC_OK)
		return false;
	for (size_t i = 1; i < 8; i++)
		if (map_get(&s->spaces, w[i]) != NULL)
			return true;
	return false;
}

/* An object that the isolate points to, and the allocators it points to in turn. */
static enum rc search_pointee(struct search *s, addr_t object)
{
	uint64_t w[POINTEE_SEARCH_BYTES / 8];

	if (map_get(&s->visited, object) != NULL || js_page_at(s->h, object) != NULL ||
	    (object >= s->iso->addr && object < s->iso->addr + ISOLATE_BYTES))
		return RC_OK;
	TRY(map_put(&s->visited, object, 1));
	TRY(search_range(s, object, POINTEE_BYTES, false));
	size_t n = mem_peek(s->h->mem, object, w, sizeof w) / 8;
	for (size_t i = 0; i < n; i++) {
		if (!is_pointer(w[i]) || map_get(&s->visited, w[i]) != NULL)
			continue;
		if (js_page_at(s->h, w[i]) != NULL || !names_a_space(s, w[i]))
			continue;
		TRY(map_put(&s->visited, w[i], 1));
		TRY(search_range(s, w[i], ALLOCATOR_BYTES, false));
	}
	return RC_OK;
}

static int by_top(const void *a, const void *b)
{
	const struct js_area *x = a, *y = b;

	return x->top < y->top ? -1 : x->top > y->top;
}

/* Spaces without pages of their own: NewSpace, whose pages belong to its two halves. Until V8 9.x
 * it has the area of the young generation; later ones keep stale numbers there, and the area in the
 * isolate. */
static enum rc search_other_spaces(struct search *s)
{
	uint64_t w[ISOLATE_BYTES / 8];
	size_t n = mem_peek(s->h->mem, s->iso->addr, w, sizeof w) / 8;

	for (size_t i = 0; i < n; i++) {
		if (!is_pointer(w[i]) || map_get(&s->spaces, w[i]) != NULL ||
		    !pages_space_of_heap(s->h->mem, w[i], s->iso->heap) ||
		    pages_space_class(s->h, w[i]) == NULL)
			continue;
		TRY(map_put(&s->spaces, w[i], 1));
		TRY(search_space(s, w[i]));
	}
	return RC_OK;
}

static enum rc search_all(struct search *s)
{
	uint64_t w[ISOLATE_BYTES / 8];

	for (size_t i = 0; i < s->h->npages; i++)
		if (s->h->pages[i].isolate == s->index &&
		    map_get(&s->spaces, s->h->pages[i].owner) == NULL) {
			TRY(map_put(&s->spaces, s->h->pages[i].owner, 1));
			TRY(search_space(s, s->h->pages[i].owner));
		}
	if (s->pairs)
		return search_other_spaces(s);
	TRY(search_range(s, s->iso->addr, ISOLATE_BYTES, true));
	if (v8_has(&s->h->layout, V8_young_area_in_NewSpace))
		TRY(search_other_spaces(s));
	size_t n = mem_peek(s->h->mem, s->iso->addr, w, sizeof w) / 8;
	for (size_t i = 0; i < n; i++)
		if (is_pointer(w[i]))
			TRY(search_pointee(s, w[i]));
	return RC_OK;
}

/* The links of a page list: word `offset` of each page's header is another page of the same space,
 * for all but one page, and no page is meant twice. */
static bool links_at(const struct js_heap *h, const struct js_page *const *pages, size_t n,
		     size_t offset, const struct map *index, size_t *next)
{
	size_t linked = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t w;

		next[i] = SIZE_MAX;
		if (mem_u64(h->mem, pages[i]->metadata + offset, &w) != RC_OK)
			return false;
		const uint64_t *to = map_get(index, w);
		if (to == NULL)
			continue;
		next[i] = *to - 1;
		linked++;
		for (size_t k = 0; k < i && n < 4096; k++)
			if (next[k] == next[i])
				return false;
	}
	return linked == n - 1;
}

/* Mark the pages behind the one that is being filled as dead. The list has `next` before `prev`, so
 * the first offset that links all pages is the forward one. */
static enum rc order_young(struct js_heap *h, struct js_page **pages, size_t n,
			   const struct js_page *last)
{
	struct map index = MAP_INIT;
	size_t *next = arena_array(&h->arena, n, sizeof *next);
	enum rc rc = next != NULL ? RC_OK : RC_NOMEM;

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = map_put(&index, pages[i]->metadata, i + 1);
	for (size_t offset = 0x40; offset < LINK_BYTES && rc == RC_OK; offset += 8) {
		if (!links_at(h, (const struct js_page *const *)pages, n, offset, &index, next))
			continue;
		size_t at = 0;
		while (at < n && pages[at] != last)
			at++;
		for (size_t steps = 0; at < n && next[at] != SIZE_MAX && steps < n; steps++) {
			at = next[at];
			pages[at]->dead = true;
		}
		break;
	}
	map_free(&index);
	return rc;
}

/* The page that a SemiSpace was filling: behind the first and the last page of its list it keeps the
 * current one. NULL when that is not so. */
static const struct js_page *current_page(struct js_page *const *pages, size_t n,
					  const struct js_heap *h)
{
	uint64_t w[SEMI_SPACE_BYTES / 8];
	size_t words = mem_peek(h->mem, pages[0]->owner, w, sizeof w) / 8, seen = 0;

	for (size_t i = 0; i < words; i++)
		for (size_t k = 0; k < n; k++)
			if (w[i] == pages[k]->metadata && ++seen == 3)
				return pages[k];
	return NULL;
}

/* From-space, while a collection empties it: pages that were not reached by allocation are stale. A
 * mark-compact has marked what is alive. */
static enum rc settle_from_space(struct js_heap *h, const struct js_isolate *iso,
				 struct js_page **pages, size_t n)
{
	if (iso->gc != GC_SCAVENGE) {
		for (size_t i = 0; i < n; i++)
			pages[i]->dead = !gc_marked(h, pages[i]);
		return RC_OK;
	}
	const struct js_page *last = current_page(pages, n, h);
	return last != NULL && n > 1 ? order_young(h, pages, n, last) : RC_OK;
}

static enum rc settle_young(struct search *s)
{
	struct js_heap *h = s->h;
	VEC(struct js_page *) to = {0}, from = {0};
	const struct js_page *last = NULL;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < h->npages && rc == RC_OK; i++) {
		struct js_page *p = &h->pages[i];

		if (p->isolate != s->index || p->kind != PAGE_YOUNG || p->dead)
			continue;
		if ((p->flags & (uint64_t)v8_value(&h->layout, V8_page_to_flag)) == 0) {
			rc = vec_push(&from, p);
			continue;
		}
		const uint64_t *top = map_get(&s->young_tops, p->base);
		if (top != NULL) {
			p->stop = *top;
			last = p;
		}
		rc = vec_push(&to, p);
	}
	if (rc == RC_OK && to.n > 1 && last != NULL)
		rc = order_young(h, to.at, to.n, last);
	if (rc == RC_OK && from.n != 0 && gc_from_space_counts(h, s->iso, last))
		rc = settle_from_space(h, s->iso, from.at, from.n);
	else
		for (size_t i = 0; i < from.n; i++)
			from.at[i]->dead = true;
	vec_free(&to);
	vec_free(&from);
	return rc;
}

enum rc pages_find_areas(struct js_heap *h, struct js_isolate *iso)
{
	struct search s = {.h = h,
			   .iso = iso,
			   .index = (uint32_t)(iso - h->isolates),
			   .pairs = v8_has(&h->layout, V8_area_is_pair)};
	enum rc rc = search_all(&s);

	if (rc == RC_OK)
		rc = gc_find_buffers(h, iso, add_area, &s);
	if (rc == RC_OK)
		rc = settle_young(&s);
	if (rc == RC_OK && s.areas.n != 0) {
		qsort(s.areas.at, s.areas.n, sizeof *s.areas.at, by_top);
		iso->areas = arena_array(&h->arena, s.areas.n, sizeof *iso->areas);
		if (iso->areas == NULL)
			rc = RC_NOMEM;
		else
			memcpy(iso->areas, s.areas.at, s.areas.n * sizeof *iso->areas);
		iso->nareas = rc == RC_OK ? s.areas.n : 0;
	}
	map_free(&s.spaces);
	map_free(&s.visited);
	map_free(&s.young_tops);
	vec_free(&s.areas);
	return rc;
}
