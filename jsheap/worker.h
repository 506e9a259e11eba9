/*
 * worker - which of Node's threads an isolate is.
 *
 * Node's own module internal/worker has the answer for its thread among its exports: isMainThread,
 * threadId, and in newer versions threadName.
 */
#ifndef JSHEAP_WORKER_H
#define JSHEAP_WORKER_H

#include "jsheap/heap.h"

struct js_worker {
	bool main;
	uint32_t id;      /* worker_threads.threadId; 0 for the main thread */
	const char *name; /* in arena memory; NULL: none, or not kept */
};

/* Walks the isolate's pages until the exports are found. RC_OK; RC_DONE when there are none;
 * RC_NOMEM. */
MUST_USE enum rc js_worker_find(const struct js_heap *h, uint32_t isolate, struct arena *a,
				struct js_worker *w);

#endif
