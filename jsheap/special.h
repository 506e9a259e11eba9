/*
 * special - objects whose contents are not properties: dates, collections, promises, big integers.
 */
#ifndef JSHEAP_SPECIAL_H
#define JSHEAP_SPECIAL_H

#include "base/str.h"
#include "jsheap/heap.h"

/* Milliseconds since 1970; NaN for an invalid date. RC_OK, RC_BAD, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_date(const struct js_heap *h, jsval v, double *ms);

/* "2009-02-13T23:31:30.123Z", or "Invalid Date". */
void js_date_put(double ms, struct str *out);

/* The decimal digits of a BigInt (hexadecimal with 0x when it is beyond 131,072 bits). */
MUST_USE enum rc js_bigint_put(const struct js_heap *h, jsval v, struct str *out);

/* The flags of a RegExp: "gi". */
void js_regexp_flags_put(uint32_t flags, struct str *out);

/* Entries of a Map (key and value) or Set (key; value is undefined), in order. */
typedef enum rc js_entry_fn(void *ctx, jsval key, jsval value);
MUST_USE enum rc js_collection(const struct js_heap *h, jsval v, js_entry_fn *fn, void *ctx);

/* Number of entries; RC_BAD when the table makes no sense. */
MUST_USE enum rc js_collection_size(const struct js_heap *h, jsval v, uint64_t *n);

/* Entries of a WeakMap or WeakSet (no order). */
MUST_USE enum rc js_weak_collection(const struct js_heap *h, jsval v, js_entry_fn *fn, void *ctx);

enum promise_state { PROMISE_PENDING, PROMISE_FULFILLED, PROMISE_REJECTED };
MUST_USE enum rc js_promise(const struct js_heap *h, jsval v, enum promise_state *state,
			    jsval *result);

#endif
