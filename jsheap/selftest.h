/*
 * selftest - the facts of the layout, held against the heap at hand.
 *
 * Whatever can be seen in the heap is proved there: references lead to objects of the right type
 * (proofs.def), numbers fit together, masks take apart what V8 put together, stacks and code agree.
 * What no object of this heap shows rests on its symbol or its row of the table alone.
 */
#ifndef JSHEAP_SELFTEST_H
#define JSHEAP_SELFTEST_H

#include "jsheap/walk.h"

enum verdict {
	VERDICT_UNKNOWN,   /* this build does not tell the fact */
	VERDICT_TABLE,     /* not seen in this heap; from the table */
	VERDICT_SYMBOL,    /* not seen in this heap; from a symbol of the binary */
	VERDICT_PROVED,    /* seen, and right */
	VERDICT_DISPROVED, /* seen, and wrong */
};

struct proof {
	uint64_t good, bad; /* objects that speak for it, and against it */
	const char *how;    /* NULL: there is no check */
	uint64_t first_bad; /* one of the latter; 0: none */
};

struct selftest {
	struct proof proofs[V8_FIELD_COUNT];
	struct js_walk_stats stats; /* of the walk of all pages */
};

/* Look at the whole heap and at all stacks. RC_OK, RC_NOMEM, or what tick returned. */
MUST_USE enum rc js_selftest(const struct js_heap *h,
			     enum rc (*tick)(void *ctx, size_t done, size_t total), void *ctx,
			     struct selftest *t);

/* A few objects of a heap that died in the middle of something may be half made: one in fifty is
 * forgiven. */
enum verdict js_verdict(const struct js_heap *h, const struct selftest *t, enum v8_field f);

/* "proved", "symbol", "table", "unknown", "DISPROVED". */
const char *js_verdict_name(enum verdict v);

/* What follows is between selftest.c and its parts. */

/* One more object that speaks for or against a field. */
void proof_count(struct selftest *t, enum v8_field f, bool good, uint64_t object, const char *how);

/* Checks that need more than one field of an object (selftest_objects.c). */
void selftest_object(const struct js_heap *h, struct selftest *t, const struct js_object *o);

/* Checks without objects: roots, pages, stacks, code (selftest_roots.c). */
MUST_USE enum rc selftest_roots(const struct js_heap *h, struct selftest *t);

#endif
