/*
 * ordered - OrderedHashTable, the table of a Map or Set.
 *
 *	array: {elements, deleted, buckets} buckets... entries...    3 words an entry (Map), or 2
 *
 * An iterator may still hold a table that was outgrown or cleared. Such a one has its successor in
 * place of `elements`, and in place of the buckets the indexes of the entries that were left out.
 *
 * Source: src/objects/ordered-hash-table.h.
 */
#ifndef JSHEAP_ORDERED_H
#define JSHEAP_ORDERED_H

#include "jsheap/special.h"

struct js_ordered {
	jsval table;
	uint32_t elements, used; /* live entries; entries in use, deleted ones among them */
	int64_t first;           /* byte offset of the first entry */
	unsigned words;          /* of an entry: 3 in Maps, 2 in Sets */
};

/* RC_OK, RC_BAD when it makes no sense, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_ordered_load(const struct js_heap *h, jsval table, bool map,
				 struct js_ordered *t);

/* The live entries from the index `from` on; in Sets the value is undefined. */
MUST_USE enum rc js_ordered_entries(const struct js_heap *h, const struct js_ordered *t,
				    uint32_t from, js_entry_fn *fn, void *ctx);

/* From a table that was given up to the one that took its place, the index of an iterator with it. */
MUST_USE enum rc js_ordered_current(const struct js_heap *h, jsval *table, uint32_t *index);

#endif
