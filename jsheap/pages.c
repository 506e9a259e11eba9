/*
 * pages - page headers and where they are found.
 *
 * Seven layouts of the header exist, and each proves itself: the area lies behind the header and
 * inside the chunk, and the owner (a Space) names the same heap among its first words.
 *
 *	7.4         chunk:    size flags ... heap at word 6, owner area_start area_end at words 8 to 10
 *	7.8         chunk:    size flags bitmap heap self area_start area_end ... owner at word 10
 *	7.9         chunk:    the same, owner at word 12
 *	8.x         chunk:    size flags bitmap heap area_start area_end ... owner at word 11
 *	9.x - 11.x  chunk:    size flags heap area_start area_end allocated wasted high_water owner
 *	12.x        chunk:    flags self size heap area_start area_end allocated wasted ... owner
 *	12.9 on     chunk:    flags metadata*, objects from +0x10
 *	            metadata: vtable self size allocated wasted high_water size area_end heap
 *	                      area_start owner
 *
 * Source: src/heap/basic-memory-chunk.h, memory-chunk-metadata.h; seen on cores of V8 7.4 to 14.6.
 */
#include "jsheap/pages.h"

#include "jsheap/spaces.h"

#include <string.h>

#define HEADER_WORDS     13
#define SPACE_HEAD_WORDS 9
#define HEADER_MAX_BYTES 0x8000u
#define CHUNK_MAX_BYTES  (UINT64_C(1) << 40)
#define NO_WORD          255

static const struct page_format {
	bool metadata; /* word 1 of the chunk points to the header */
	uint8_t self;  /* index of the word that holds the chunk's address */
	uint8_t size, flags, heap, start, end, owner;
} formats[] = {
	{false, NO_WORD, 0, 1, 6, 9, 10, 8}, {false, NO_WORD, 0, 1, 3, 5, 6, 10},
	{false, NO_WORD, 0, 1, 3, 5, 6, 12}, {false, NO_WORD, 0, 1, 3, 4, 5, 11},
	{false, NO_WORD, 0, 1, 2, 3, 4, 8},  {false, 1, 2, 0, 3, 4, 5, 9},
	{true, 1, 2, 0, 8, 9, 7, 10},
};

static bool area_fits(const struct page_header *p)
{
	return p->start > p->base && p->start < p->base + HEADER_MAX_BYTES && p->start < p->end &&
	       (p->start & 7) == 0;
}

bool pages_space_of_heap(const struct mem *m, addr_t space, addr_t heap)
{
	uint64_t w[SPACE_HEAD_WORDS];

	if (space == 0 || (space & 7) != 0 || heap == 0 || (heap & 7) != 0 ||
	    mem_read(m, space, w, sizeof w) != RC_OK)
		return false;
	for (size_t i = 1; i < SPACE_HEAD_WORDS; i++)
		if (w[i] == heap)
			return true;
	return false;
}

static bool owner_agrees(const struct mem *m, const struct page_header *p)
{
	return p->owner != p->base && pages_space_of_heap(m, p->owner, p->heap);
}

static bool try_format(const struct mem *m, addr_t base, const struct page_format *f,
		       const uint64_t *chunk, bool read_only, struct page_header *p)
{
	uint64_t meta[HEADER_WORDS];
	const uint64_t *w = chunk;

	*p = (struct page_header){.base = base, .metadata = base};
	if (f->metadata) {
		if (chunk[1] == 0 || (chunk[1] & 7) != 0 ||
		    mem_read(m, chunk[1], meta, sizeof meta) != RC_OK)
			return false;
		w = meta;
		p->metadata = chunk[1];
	}
	p->flags = chunk[f->flags];
	p->size = w[f->size];
	p->heap = w[f->heap];
	p->start = w[f->start];
	p->end = w[f->end];
	p->owner = w[f->owner];
	bool self = f->self == NO_WORD || w[f->self] == base;
	if (read_only && !self && f->metadata && w[f->self] == 0) {
		p->size = V8_PAGE_BYTES; /* read-only pages from 13.x on: chunk, heap and owner
					    cleared */
		self = true;
	}
	if (!self || p->size == 0 || p->size > CHUNK_MAX_BYTES || p->end > base + p->size ||
	    !area_fits(p))
		return false;
	if (read_only)
		return p->owner == 0 || owner_agrees(m, p) || p->heap == 0;
	return owner_agrees(m, p);
}

bool page_header_read(const struct mem *m, addr_t base, bool read_only, struct page_header *p)
{
	uint64_t chunk[HEADER_WORDS];

	if (mem_read(m, base, chunk, sizeof chunk) != RC_OK)
		return false;
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (try_format(m, base, &formats[i], chunk, read_only, p))
			return true;
	return false;
}

enum rc pages_scan(const struct mem *m, page_headers *found)
{
	const addr_t mask = V8_PAGE_BYTES - 1;
	struct page_header p;

	for (size_t i = 0; i < m->segments.n; i++) {
		const struct segment *s = &m->segments.at[i];

		if (s->rank != RANK_CORE || s->end < V8_PAGE_BYTES)
			continue;
		addr_t last = (s->end - 1) & ~mask;
		for (addr_t a = (s->start + mask) & ~mask; a <= last && a >= s->start;
		     a += V8_PAGE_BYTES)
			if (page_header_read(m, a, false, &p))
				TRY(vec_push(found, p));
	}
	return RC_OK;
}

static enum rc add_once(const struct js_heap *h, addr_t base, page_headers *found)
{
	struct page_header p;

	for (size_t i = 0; i < found->n; i++)
		if (base >= found->at[i].base && base < found->at[i].base + found->at[i].size)
			return RC_OK;
	if (!page_header_read(h->mem, base, true, &p))
		return RC_OK;
	p.owner = p.heap = 0;
	return vec_push(found, p);
}

/* ReadOnlySpace::pages_ is a std::vector of the chunks, or of their metadata. All must be pages. */
static enum rc add_listed(struct js_heap *h, addr_t begin, addr_t end, page_headers *found)
{
	VEC(addr_t) bases = {0};
	enum rc rc = RC_OK;

	for (addr_t a = begin; a < end && rc == RC_OK; a += 8) {
		uint64_t entry, chunk = 0, start = 0;
		struct page_header p;

		if (mem_u64(h->mem, a, &entry) != RC_OK)
			goto out;
		if ((entry & (V8_PAGE_BYTES - 1)) != 0) {
			if (mem_u64(h->mem, entry + 8, &chunk) != RC_OK ||
			    mem_u64(h->mem, entry + 72, &start) != RC_OK)
				goto out;
			entry = chunk != 0 ? chunk : start & ~(uint64_t)(V8_PAGE_BYTES - 1);
		}
		if (entry == 0 || !page_header_read(h->mem, entry, true, &p))
			goto out;
		rc = vec_push(&bases, entry);
	}
	for (size_t i = 0; i < bases.n && rc == RC_OK; i++)
		rc = add_once(h, bases.at[i], found);
out:
	vec_free(&bases);
	return rc;
}

#define LISTED_PAGES_MAX 512

/* The vtables of V8's Space classes, at run addresses. */
static enum rc take_space_classes(struct js_heap *h)
{
	const struct v8_layout *l = &h->layout;

	for (size_t i = 0; i < l->nspaces; i++)
		if (l->spaces[i].vtable + l->bias != 0)
			TRY(map_put(&h->space_classes, l->spaces[i].vtable + l->bias,
				    (uintptr_t)l->spaces[i].name));
	return RC_OK;
}

const char *pages_space_class(const struct js_heap *h, addr_t object)
{
	uint64_t vtable;
	const uint64_t *name;

	if (mem_u64(h->mem, object, &vtable) != RC_OK)
		return NULL;
	name = map_get(&h->space_classes, vtable);
	return name != NULL ? (const char *)(uintptr_t)*name : space_by_number(h, object);
}

enum rc pages_read_only(struct js_heap *h, const struct js_isolate *iso, page_headers *found)
{
	TRY(take_space_classes(h));
	for (size_t i = 0; i < h->nroots; i++)
		if (jsval_is_pointer(h->roots[i]))
			TRY(add_once(h, jsval_addr(h->roots[i]) & ~(addr_t)(V8_PAGE_BYTES - 1),
				     found));
	/* The space itself: an object that the isolate points to, of class ReadOnlySpace or a
	 * subclass. */
	for (addr_t a = iso->addr; a < iso->addr + ISOLATE_BYTES; a += 8) {
		uint64_t space, heap;

		if (mem_u64(h->mem, a, &space) != RC_OK)
			break;
		if (space == 0 || (space & 7) != 0 || mem_u64(h->mem, space + 8, &heap) != RC_OK ||
		    (heap != iso->heap && heap != 0))
			continue;
		const char *class = pages_space_class(h, space);
		if (class != NULL ? strstr(class, "ReadOnlySpace") == NULL
				  : !space_may_be_read_only(h, space))
			continue;
		for (addr_t v = space + 16; v < space + SPACE_BYTES; v += 8) {
			uint64_t begin, end;

			if (mem_u64(h->mem, v, &begin) != RC_OK ||
			    mem_u64(h->mem, v + 8, &end) != RC_OK)
				break;
			if (begin != 0 && begin < end && end - begin <= LISTED_PAGES_MAX * 8 &&
			    ((begin | end) & 7) == 0)
				TRY(add_listed(h, begin, end, found));
		}
		if (class != NULL)
			break;
	}
	return RC_OK;
}

static int by_base(const void *a, const void *b)
{
	const struct page_header *x = a, *y = b;

	return x->base < y->base ? -1 : x->base > y->base;
}

static uint32_t isolate_of_heap(const struct js_heap *h, addr_t heap)
{
	for (size_t i = 0; i < h->nisolates; i++)
		if (h->isolates[i].heap == heap)
			return (uint32_t)i;
	return UINT32_MAX;
}

/* What most pages take: 256 KiB; 512 in V8 7.4. More than that is a large object's own. */
static uint64_t usual_size(const page_headers *found)
{
	size_t twice = 0, once = 0;

	for (size_t i = 0; i < found->n; i++) {
		once += found->at[i].size == V8_PAGE_BYTES;
		twice += found->at[i].size == 2 * V8_PAGE_BYTES;
	}
	return twice > once ? 2 * V8_PAGE_BYTES : V8_PAGE_BYTES;
}

enum rc pages_adopt(struct js_heap *h, page_headers *found)
{
	const uint64_t usual = usual_size(found);

	if (found->n != 0)
		qsort(found->at, found->n, sizeof *found->at, by_base);
	h->pages = arena_array(&h->arena, found->n, sizeof *h->pages);
	if (h->pages == NULL)
		return RC_NOMEM;
	map_free(&h->page_of);
	h->npages = 0;
	for (size_t i = 0; i < found->n; i++) {
		const struct page_header *p = &found->at[i];
		const struct js_page *before = h->npages != 0 ? &h->pages[h->npages - 1] : NULL;
		uint32_t isolate = isolate_of_heap(h, p->heap);

		if (p->owner != 0 && isolate == UINT32_MAX)
			continue; /* of a heap that is no isolate's: stale */
		if (before != NULL && p->base < before->base + before->size)
			continue; /* inside a large object */
		h->pages[h->npages++] = (struct js_page){
			.base = p->base,
			.start = p->start,
			.end = p->end,
			.stop = p->end,
			.size = p->size,
			.flags = p->flags,
			.owner = p->owner,
			.metadata = p->metadata,
			.kind = p->owner == 0     ? PAGE_READ_ONLY
				: p->size > usual ? PAGE_LARGE
						  : PAGE_NORMAL,
			.isolate = p->owner == 0 ? UINT32_MAX : isolate,
		};
		for (uint64_t off = 0; off < p->size; off += V8_PAGE_BYTES) {
			if (off != 0 && mem_segment(h->mem, p->base + off) == NULL)
				break;
			TRY(map_put(&h->page_of, (p->base + off) >> 18, h->npages));
		}
	}
	return RC_OK;
}

/* One entry a space: pages are many, spaces a dozen. */
enum rc pages_name_spaces(struct js_heap *h)
{
	struct map names = MAP_INIT;
	enum rc rc = RC_OK;

	spaces_decide(h);
	for (size_t i = 0; i < h->npages && rc == RC_OK; i++) {
		struct js_page *p = &h->pages[i];

		if (p->kind == PAGE_READ_ONLY) {
			p->space = "ReadOnlySpace";
			continue;
		}
		uint64_t *known = map_get(&names, p->owner);
		if (known == NULL) {
			rc = map_put(&names, p->owner, (uintptr_t)pages_space_class(h, p->owner));
			known = map_get(&names, p->owner);
		}
		if (known == NULL)
			break;
		p->space = (const char *)(uintptr_t)*known;
		if (p->space != NULL && strstr(p->space, "LargeObjectSpace") != NULL)
			p->kind = PAGE_LARGE;
		else if (p->kind == PAGE_NORMAL &&
			 (p->flags & (uint64_t)(v8_value(&h->layout, V8_page_from_flag) |
						v8_value(&h->layout, V8_page_to_flag))) != 0 &&
			 (p->space == NULL || strcmp(p->space, "SemiSpace") == 0))
			p->kind = PAGE_YOUNG;
	}
	map_free(&names);
	return rc;
}
