/*
 * iterator - built-in iterators: what they go through, and how far they got.
 */
#ifndef JSHEAP_ITERATOR_H
#define JSHEAP_ITERATOR_H

#include "jsheap/special.h"

enum iterator_kind {
	ITERATOR_NONE,
	ITERATOR_MAP,
	ITERATOR_SET,
	ITERATOR_ARRAY,
	ITERATOR_STRING,
	ITERATOR_REGEXP_STRING,
	ITERATOR_HELPER, /* map, filter, take, drop, flatMap of another iterator */
	ITERATOR_WRAPPER /* around an iterator that is none of V8's own */
};

struct js_iterator {
	enum iterator_kind kind;
	const char *type;   /* as its Symbol.toStringTag: "Map Iterator" */
	const char *over;   /* "keys", "values", "entries"; NULL: does not apply, or not known */
	const char *helper; /* "map", ...; NULL for others */
	jsval target;       /* what it goes through; bits 0: nothing any more */
	double index;       /* of the next one; negative: does not apply */
	bool done;
	jsval function;    /* of a helper; bits 0: none */
	const char *count; /* of a helper: what `number` is, "counter" or "remaining"; else NULL */
	jsval number;
	jsval regexp; /* bits 0: none */
};

/* ITERATOR_NONE when v is none. */
enum iterator_kind js_iterator_kind(const struct js_heap *h, jsval v);

/* RC_OK, RC_BAD when v is none or makes no sense, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_iterator_load(const struct js_heap *h, jsval v, struct js_iterator *it);

/* What a Map or Set iterator has still to give; in Sets the value is undefined. */
MUST_USE enum rc js_iterator_rest(const struct js_heap *h, const struct js_iterator *it,
				  js_entry_fn *fn, void *ctx);

#endif
