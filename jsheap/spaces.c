/*
 * spaces - see the header.
 *
 *	Space: | vtable | Heap* | number (int32) | ...			from V8 8.x on
 *	       | vtable | observers, list of pages, 7 words | Heap* | number (int32) | ...	before
 *
 * The numbers are those of enum AllocationSpace, which grew over time (src/common/globals.h). Which
 * of its orders this V8 has is told by the pages: large ones belong to spaces of large objects,
 * those that a scavenge empties or fills to the young generation, those that may be executed to the
 * spaces of code.
 */
#include "jsheap/spaces.h"

#include "jsheap/pages.h"

#include <elf.h>
#include <string.h>

#define HEAD_WORDS  12
#define NUMBERS_MAX 16
#define READ_ONLY   0

#define YOUNG          "SemiSpace"
#define LARGE          "LargeObjectSpace"
#define LARGE_CLASS(x) x LARGE

/* Where two fit as well the first one is taken: its names are those of spaces that always exist. */
static const char *const orders[][NUMBERS_MAX] = {
	/* V8 7.x and 8.x */
	{"ReadOnlySpace", YOUNG, "OldSpace", "CodeSpace", "MapSpace", LARGE_CLASS("Old"),
	 LARGE_CLASS("Code"), LARGE_CLASS("New")},
	/* 9.x to 10.6 */
	{"ReadOnlySpace", "OldSpace", "CodeSpace", "MapSpace", LARGE_CLASS("Old"),
	 LARGE_CLASS("Code"), LARGE_CLASS("New"), YOUNG},
	/* 10.7 */
	{"ReadOnlySpace", "OldSpace", "CodeSpace", "MapSpace", YOUNG, LARGE_CLASS("Old"),
	 LARGE_CLASS("Code"), LARGE_CLASS("New")},
	/* 10.8 */
	{"ReadOnlySpace", "OldSpace", "CodeSpace", "MapSpace", "SharedSpace", YOUNG,
	 LARGE_CLASS("Old"), LARGE_CLASS("Code"), LARGE_CLASS("New"), LARGE_CLASS("Shared")},
	/* 11.x */
	{"ReadOnlySpace", YOUNG, "OldSpace", "CodeSpace", "SharedSpace", LARGE_CLASS("New"),
	 LARGE_CLASS("Old"), LARGE_CLASS("Code"), LARGE_CLASS("Shared")},
	/* 12.0 to 12.8 */
	{"ReadOnlySpace", YOUNG, "OldSpace", "CodeSpace", "SharedSpace", "TrustedSpace",
	 LARGE_CLASS("New"), LARGE_CLASS("Old"), LARGE_CLASS("Code"), LARGE_CLASS("Shared"),
	 LARGE_CLASS("Trusted")},
	/* 12.9 and later */
	{"ReadOnlySpace", YOUNG, "OldSpace", "CodeSpace", "SharedSpace", "TrustedSpace",
	 "SharedTrustedSpace", LARGE_CLASS("New"), LARGE_CLASS("Old"), LARGE_CLASS("Code"),
	 LARGE_CLASS("Shared"), LARGE_CLASS("SharedTrusted"), LARGE_CLASS("Trusted")},
};

static bool is_heap(const struct js_heap *h, uint64_t word)
{
	for (size_t i = 0; i < h->nisolates; i++)
		if (h->isolates[i].heap == word)
			return true;
	return false;
}

static bool number_of(const struct js_heap *h, addr_t space, uint32_t *number)
{
	uint64_t w[HEAD_WORDS];

	if (mem_read(h->mem, space, w, sizeof w) != RC_OK)
		return false;
	for (size_t i = 1; i + 1 < HEAD_WORDS; i++) {
		if (!is_heap(h, w[i]))
			continue;
		*number = (uint32_t)w[i + 1];
		return *number < NUMBERS_MAX;
	}
	return false;
}

static bool is_code(const struct js_heap *h, const struct js_page *p)
{
	const struct mapping *m = target_mapping(h->target, p->start);

	return m != NULL && (m->prot & PF_X) != 0;
}

/* Does the name of its space fit what the page is? */
static bool fits(const struct js_heap *h, const struct js_page *p, const char *name)
{
	const uint64_t flags = (uint64_t)(v8_value(&h->layout, V8_page_from_flag) |
					  v8_value(&h->layout, V8_page_to_flag));
	/* Pages of small objects all have one size. */
	bool large = p->kind == PAGE_LARGE || p->size % V8_PAGE_BYTES != 0;
	bool young = (p->flags & flags) != 0;

	return name != NULL && (strstr(name, LARGE) != NULL) == large &&
	       (strcmp(name, large ? LARGE_CLASS("New") : YOUNG) == 0) == young &&
	       (strncmp(name, "Code", 4) == 0) == is_code(h, p);
}

static size_t votes(const struct js_heap *h, const char *const *order)
{
	size_t n = 0;

	for (size_t i = 0; i < h->npages; i++) {
		const struct js_page *p = &h->pages[i];
		uint32_t number;

		if (p->kind != PAGE_READ_ONLY && number_of(h, p->owner, &number))
			n += fits(h, p, order[number]);
	}
	return n;
}

void spaces_decide(struct js_heap *h)
{
	size_t best = 0;

	if (h->space_classes.n != 0)
		return;
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		size_t n = votes(h, orders[i]);

		if (n > best) {
			best = n;
			h->space_order = orders[i];
		}
	}
}

const char *space_by_number(const struct js_heap *h, addr_t space)
{
	uint32_t number;

	return h->space_order != NULL && number_of(h, space, &number) ? h->space_order[number]
								      : NULL;
}

bool space_may_be_read_only(const struct js_heap *h, addr_t space)
{
	uint32_t number;

	/* One that isolates share has no heap; its number stands where that of the others is. */
	return h->space_classes.n == 0 &&
	       (number_of(h, space, &number) || mem_u32(h->mem, space + 16, &number) == RC_OK) &&
	       number == READ_ONLY;
}
