/*
 * sizes - how many bytes an object takes.
 *
 * A map tells the size of its instances, or 0 for "variable"; then the kind of the object (the name
 * of V8's root map) selects a rule of sizes.def. Where several rules compete, v8_sizes_calibrate
 * lets the heap vote once: only the right rule leads from each object to another valid one.
 */
#ifndef JSHEAP_SIZES_H
#define JSHEAP_SIZES_H

#include "jsheap/heap.h"

#define SIZE_VARIANTS 16
#define NO_KIND       0xff

struct size_rule; /* a row of sizes.def, private */

struct size_kind {
	const char *name;
	const struct size_rule *variants[SIZE_VARIANTS];   /* the preferred one first */
	const struct scope_format *formats[SIZE_VARIANTS]; /* beside them, for scope_info */
	unsigned nvariants;
	unsigned chosen;
	uint32_t votes[SIZE_VARIANTS]; /* instances that only fitting variants explain */
	uint32_t samples;              /* instances that told variants apart */
};

struct v8_size_rules {
	struct size_kind kinds[SIZE_KINDS_MAX];
	size_t nkinds;
	struct map map_kinds; /* root map of variable size -> kind index plus 1 */
	uint8_t type_kinds[TYPE_LIMIT];
};

/* What a walker keeps of a map, decoded once. */
struct js_map_info {
	uint64_t map;    /* tagged */
	uint16_t type;   /* instance type */
	uint16_t bytes;  /* of an instance; 0: variable */
	uint8_t kind;    /* index of the size_kind, NO_KIND when there is none */
	uint8_t classes; /* enum type_class */
	/* A simple size is header + (number & mask) * unit, rounded up to 8, with the uint32 `at` bytes
	 * into the object; header and mask 0: the size is not simple. */
	uint8_t at, unit;
	uint32_t header, mask;
	uint32_t user; /* the walker's own; 0 at first */
	/* Objects of maps with `counted` are only counted, here; the callback gets the others. */
	bool counted;
	uint64_t count;
	addr_t first, second; /* the first two of them */
};

/* Decode a map. RC_OK; RC_BAD when v is no map. */
MUST_USE enum rc js_map_info_load(const struct js_heap *h, jsval map, struct js_map_info *info);

/* The size of the object at `addr`, of that map: RC_OK with a multiple of 8 and at least 8;
 * RC_UNSUP when no rule is known, RC_BAD when the size makes no sense, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_object_size(const struct js_heap *h, const struct js_map_info *info,
				addr_t addr, uint64_t *size);

/* The size by the variant `i` of its kind, for calibration. */
MUST_USE enum rc size_by_variant(const struct js_heap *h, const struct size_kind *k, unsigned i,
				 addr_t addr, uint64_t *size);

/* The same for a simple size, from the object's words in this process; 0 when it is not simple. At
 * least 16 bytes must be readable at `words`. */
static inline uint64_t js_object_size_simple(const struct js_map_info *info, const void *words)
{
	const uint8_t *p = words;
	uint64_t n = *(const uint32_t *)(p + info->at) & info->mask;

	return (info->header + n * info->unit + 7) & ~UINT64_C(7);
}

/* The size of the object at an address. RC_BAD when there is none. */
MUST_USE enum rc js_size_at(const struct js_heap *h, addr_t addr, uint64_t *size);

/* Choose between competing rules; sets h->sizes and h->scope. */
MUST_USE enum rc v8_sizes_calibrate(struct js_heap *h, struct why *why);
void v8_sizes_free(struct js_heap *h);

/* The reason of the rule chosen for a kind, for ::v8layout. */
const char *size_rule_reason(const struct size_kind *k);

#endif
