/*
 * usage - see the header.
 */
#include "jsheap/usage.h"

#include <stdlib.h>
#include <string.h>

#define COUNTER_FIRST 2 /* word of the header: behind flags and size */
#define COUNTER_LAST  64

/* V8's names, in its order. */
static const struct {
	const char *class, *name;
} names[] = {
	{"ReadOnlySpace", "read_only_space"},
	{"SharedReadOnlySpace", "read_only_space"},
	{"SemiSpace", "new_space"},
	{"NewSpace", "new_space"},
	{"SemiSpaceNewSpace", "new_space"},
	{"PagedSpaceForNewSpace", "new_space"},
	{"OldSpace", "old_space"},
	{"CodeSpace", "code_space"},
	{"MapSpace", "map_space"},
	{"SharedSpace", "shared_space"},
	{"TrustedSpace", "trusted_space"},
	{"SharedTrustedSpace", "shared_trusted_space"},
	{"NewLargeObjectSpace", "new_large_object_space"},
	{"OldLargeObjectSpace", "large_object_space"},
	{"LargeObjectSpace", "large_object_space"},
	{"CodeLargeObjectSpace", "code_large_object_space"},
	{"SharedLargeObjectSpace", "shared_large_object_space"},
	{"TrustedLargeObjectSpace", "trusted_large_object_space"},
	{"SharedTrustedLargeObjectSpace", "shared_trusted_large_object_space"},
};
#define NNAMES (sizeof names / sizeof names[0])

static size_t rank_of(const char *class)
{
	size_t i = 0;

	while (i < NNAMES && (class == NULL || strcmp(names[i].class, class) != 0))
		i++;
	return i;
}

/* What the walk found on a page. */
struct page_sum {
	uint64_t bytes, objects;
};

static enum rc walk_all(const struct js_heap *h, enum rc (*tick)(void *, size_t, size_t), void *ctx,
			struct page_sum *sums)
{
	struct js_walk w;
	enum rc rc = js_walk_init(&w, h);

	for (size_t i = 0; i < h->npages && rc == RC_OK; i++) {
		w.stats = (struct js_walk_stats){0};
		rc = js_walk_page(&w, &h->pages[i], NULL, NULL);
		sums[i] = (struct page_sum){w.stats.bytes, w.stats.objects};
		if (rc == RC_OK && tick != NULL)
			rc = tick(ctx, i + 1, h->npages);
	}
	js_walk_free(&w);
	return rc;
}

/* Bytes of the page that are reserved for allocation. */
static uint64_t reserved(const struct js_heap *h, const struct js_page *p)
{
	const struct js_isolate *iso = p->isolate != UINT32_MAX ? &h->isolates[p->isolate] : NULL;
	uint64_t bytes = 0;
	addr_t end = 0;

	for (size_t i = 0; iso != NULL && i < iso->nareas; i++) {
		const struct js_area *a = &iso->areas[i];
		if (a->top < p->start || a->limit > p->end || a->limit <= end)
			continue;
		bytes += a->limit - (a->top > end ? a->top : end);
		end = a->limit;
	}
	return bytes;
}

/* Pages whose free bytes V8 counts in their headers. */
static bool is_paged(const struct js_page *p)
{
	return p->kind == PAGE_NORMAL && !p->dead;
}

static int64_t find_counter(const struct js_heap *h, const struct page_sum *sums)
{
	size_t best = 0, pages = 0;
	int64_t found = -1;

	for (size_t i = 0; i < h->npages; i++)
		pages += is_paged(&h->pages[i]);
	for (int64_t word = COUNTER_FIRST; word < COUNTER_LAST; word++) {
		size_t votes = 0;
		for (size_t i = 0; i < h->npages; i++) {
			const struct js_page *p = &h->pages[i];
			uint64_t w;
			votes += is_paged(p) && sums[i].bytes != 0 &&
				 mem_u64(h->mem, p->metadata + 8 * (addr_t)word, &w) == RC_OK &&
				 w == sums[i].bytes + reserved(h, p);
		}
		if (votes > best) {
			best = votes;
			found = 8 * word;
		}
	}
	return best * 3 >= pages ? found : -1;
}

static void add_page(const struct js_heap *h, const struct js_page *p, const struct page_sum *sum,
		     int64_t counter, struct js_space *s)
{
	uint64_t allocated, wasted, area = p->end - p->start, lab = reserved(h, p);

	s->pages++;
	s->committed += p->size;
	s->walked += sum->bytes;
	s->objects += sum->objects;
	if (p->kind == PAGE_YOUNG) {
		if ((p->flags & (uint64_t)v8_value(&h->layout, V8_page_to_flag)) == 0)
			return; /* from-space holds nothing, and must stay free for the next scavenge */
		s->used += p->dead ? 0 : p->stop - p->start;
		s->available += area - (p->dead ? 0 : p->stop - p->start);
	} else if (counter >= 0 && is_paged(p) &&
		   mem_u64(h->mem, p->metadata + (addr_t)counter, &allocated) == RC_OK &&
		   mem_u64(h->mem, p->metadata + (addr_t)counter + 8, &wasted) == RC_OK &&
		   allocated <= area && wasted <= area - allocated && lab <= allocated) {
		s->used += allocated - lab;
		s->reserved += lab;
		s->available += area - (allocated - lab) - wasted;
	} else {
		s->used += sum->bytes;
		s->counted = s->counted && p->kind == PAGE_LARGE;
	}
}

static int by_rank(const void *a, const void *b)
{
	const struct js_space *x = a, *y = b;

	if (x->isolate != y->isolate) /* the shared ones first */
		return (x->isolate + 1 > y->isolate + 1) - (x->isolate + 1 < y->isolate + 1);
	size_t rx = rank_of(x->class), ry = rank_of(y->class);
	return (rx > ry) - (rx < ry);
}

/* The two halves of the young generation are one space. */
static struct js_space *space_of(struct js_spaces *all, const struct js_page *p)
{
	size_t rank = rank_of(p->space);
	const char *name = rank < NNAMES ? names[rank].name : p->space;

	for (size_t i = 0; i < all->n; i++)
		if (all->spaces[i].isolate == p->isolate &&
		    (all->spaces[i].name == name || (name != NULL && all->spaces[i].name != NULL &&
						     strcmp(all->spaces[i].name, name) == 0)))
			return &all->spaces[i];
	all->spaces[all->n] = (struct js_space){
		.isolate = p->isolate, .class = p->space, .name = name, .counted = true};
	return &all->spaces[all->n++];
}

enum rc js_spaces_load(const struct js_heap *h, enum rc (*tick)(void *, size_t, size_t), void *ctx,
		       struct js_spaces *s)
{
	struct page_sum *sums = calloc(h->npages + 1, sizeof *sums);

	*s = (struct js_spaces){.counter = -1};
	s->spaces = calloc(h->npages + 1, sizeof *s->spaces);
	enum rc rc = sums != NULL && s->spaces != NULL ? walk_all(h, tick, ctx, sums) : RC_NOMEM;
	if (rc == RC_OK) {
		s->counter = find_counter(h, sums);
		for (size_t i = 0; i < h->npages; i++)
			add_page(h, &h->pages[i], &sums[i], s->counter, space_of(s, &h->pages[i]));
		if (s->n > 1)
			qsort(s->spaces, s->n, sizeof *s->spaces, by_rank);
	}
	free(sums);
	if (rc != RC_OK)
		js_spaces_free(s);
	return rc;
}

void js_spaces_free(struct js_spaces *s)
{
	free(s->spaces);
	*s = (struct js_spaces){.counter = -1};
}
