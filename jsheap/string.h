/*
 * string - JavaScript strings of every representation, as UTF-8.
 */
#ifndef JSHEAP_STRING_H
#define JSHEAP_STRING_H

#include "base/str.h"
#include "jsheap/heap.h"

enum string_kind { STRING_SEQ, STRING_CONS, STRING_EXTERNAL, STRING_SLICED, STRING_THIN };

struct js_string {
	jsval v;
	enum string_kind kind;
	bool one_byte;
	uint32_t length; /* UTF-16 units */
};

/* RC_OK, RC_BAD when v is no string, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_string_load(const struct js_heap *h, jsval v, struct js_string *s);

bool js_is_string(const struct js_heap *h, jsval v);

/* Append at most `limit` units of a string as UTF-8 (lone surrogates in the generalised form).
 * RC_OK; RC_LIMIT when it was longer, or its pieces made no end; RC_BAD, RC_FAULT, RC_NOTSAVED:
 * what came before was appended. */
MUST_USE enum rc js_string_put(const struct js_heap *h, jsval v, uint64_t limit, struct str *out);

/* Append the units [start, end) of a string as UTF-8. Rcs as js_string_put. */
MUST_USE enum rc js_string_part(const struct js_heap *h, jsval v, uint32_t start, uint32_t end,
				struct str *out);

/* The whole string (cut at 1,000 units) in arena memory: for names. NULL when v is no readable
 * string. */
const char *js_string_name(const struct js_heap *h, jsval v, struct arena *a);

/* True when v is a string equal to this ASCII text. */
bool js_string_is(const struct js_heap *h, jsval v, const char *text);

/* The unit at an index counts: calls fn for runs of units of the string in order, for scans (line
 * ends). one_byte runs are given as bytes. Ends early when fn returns false. Rcs as js_string_put.
 */
typedef bool js_units_fn(void *ctx, const void *units, size_t n, bool one_byte);
MUST_USE enum rc js_string_units(const struct js_heap *h, jsval v, uint64_t limit, js_units_fn *fn,
				 void *ctx);

#endif
