/*
 * spaces - see the header.
 *
 *	Space: | vtable | Heap* | number (int32) | ...
 *
 * The numbers are those of enum AllocationSpace, which grew over time (src/common/globals.h). Which
 * of its orders this V8 has is told by the pages: large ones belong to spaces of large objects,
 * those that a scavenge empties or fills to the young generation, all others to neither.
 */
#include "jsheap/spaces.h"

#include "jsheap/pages.h"

#include <string.h>

#define NUMBER_AT   16u
#define NUMBERS_MAX 16
#define READ_ONLY   0

#define YOUNG          "SemiSpace"
#define LARGE          "LargeObjectSpace"
#define LARGE_CLASS(x) x LARGE

static const char *const orders[][NUMBERS_MAX] = {
	/* V8 9.x and 10.x */
	{"ReadOnlySpace", "OldSpace", "CodeSpace", "MapSpace", LARGE_CLASS("Old"),
	 LARGE_CLASS("Code"), LARGE_CLASS("New"), YOUNG},
	/* 11.x */
	{"ReadOnlySpace", YOUNG, "OldSpace", "CodeSpace", "SharedSpace", LARGE_CLASS("New"),
	 LARGE_CLASS("Old"), LARGE_CLASS("Code"), LARGE_CLASS("Shared")},
	/* 12.x */
	{"ReadOnlySpace", YOUNG, "OldSpace", "CodeSpace", "SharedSpace", "TrustedSpace",
	 LARGE_CLASS("New"), LARGE_CLASS("Old"), LARGE_CLASS("Code"), LARGE_CLASS("Shared"),
	 LARGE_CLASS("Trusted")},
	/* 13.x and later */
	{"ReadOnlySpace", YOUNG, "OldSpace", "CodeSpace", "SharedSpace", "TrustedSpace",
	 "SharedTrustedSpace", LARGE_CLASS("New"), LARGE_CLASS("Old"), LARGE_CLASS("Code"),
	 LARGE_CLASS("Shared"), LARGE_CLASS("SharedTrusted"), LARGE_CLASS("Trusted")},
};

static bool number_of(const struct js_heap *h, addr_t space, uint32_t *number)
{
	return mem_u32(h->mem, space + NUMBER_AT, number) == RC_OK && *number < NUMBERS_MAX;
}

/* Does the name of its space fit what the page is? */
static bool fits(const struct js_heap *h, const struct js_page *p, const char *name)
{
	const uint64_t young = (uint64_t)(v8_value(&h->layout, V8_page_from_flag) |
					  v8_value(&h->layout, V8_page_to_flag));
	bool large = p->kind == PAGE_LARGE;

	return name != NULL && (strstr(name, LARGE) != NULL) == large &&
	       (large || (strcmp(name, YOUNG) == 0) == ((p->flags & young) != 0));
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

		if (n != 0 && n >= best) {
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

	return h->space_classes.n == 0 && number_of(h, space, &number) && number == READ_ONLY;
}
