/*
 * reactions - who waits for a promise.
 */
#ifndef JSHEAP_REACTIONS_H
#define JSHEAP_REACTIONS_H

#include "jsheap/heap.h"

struct js_reaction {
	jsval fulfill, reject; /* functions; undefined: none given to then() */
	jsval promise;         /* that then() returned; bits 0: none */
	jsval awaits;          /* the async function or async generator that waits; bits 0: none */
};

typedef enum rc js_reaction_fn(void *ctx, const struct js_reaction *r);

/* The reactions of a pending promise, `list` being what it has in place of a result; in the order
 * they were asked for. RC_OK, what fn returned, RC_BAD, RC_FAULT, RC_NOTSAVED, RC_NOMEM. */
MUST_USE enum rc js_reactions(const struct js_heap *h, jsval list, js_reaction_fn *fn, void *ctx);

#endif
