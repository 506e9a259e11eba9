/*
 * parallel - the pages of a heap on several threads.
 */
#include "jsheap/walk.h"

#include <pthread.h>

struct shared {
	const struct js_heap *heap;
	struct js_walk_all *all;
	size_t next; /* page to take; atomic */
	int rc;      /* first error; atomic */
};

struct worker {
	struct shared *shared;
	unsigned index;
	pthread_t thread;
};

static bool wanted(const struct js_walk_all *all, const struct js_page *p)
{
	return all->isolate == UINT32_MAX || p->isolate == all->isolate;
}

static void *work(void *arg)
{
	struct worker *me = arg;
	struct shared *s = me->shared;
	struct js_walk_all *all = s->all;

	for (;;) {
		size_t i = __atomic_fetch_add(&s->next, 1, __ATOMIC_RELAXED);
		if (i >= s->heap->npages || __atomic_load_n(&s->rc, __ATOMIC_RELAXED) != RC_OK)
			return NULL;
		enum rc rc = RC_OK;
		if (wanted(all, &s->heap->pages[i]))
			rc = js_walk_page(&all->walks[me->index], &s->heap->pages[i], all->fn,
					  all->ctxs[me->index]);
		if (rc == RC_OK && me->index == 0 && all->tick != NULL)
			rc = all->tick(all->tick_ctx, i + 1, s->heap->npages);
		if (rc != RC_OK)
			__atomic_store_n(&s->rc, (int)rc, __ATOMIC_RELAXED);
	}
}

enum rc js_walk_pages(const struct js_heap *h, struct js_walk_all *all)
{
	struct shared shared = {.heap = h, .all = all};
	struct worker *workers = calloc(all->jobs, sizeof *workers);
	unsigned started = 0;

	if (workers == NULL)
		return RC_NOMEM;
	for (unsigned i = 1; i < all->jobs; i++) {
		workers[i] = (struct worker){.shared = &shared, .index = i};
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			break; /* the others do its part */
		started = i;
	}
	workers[0] = (struct worker){.shared = &shared, .index = 0};
	work(&workers[0]);
	for (unsigned i = 1; i <= started; i++)
		pthread_join(workers[i].thread, NULL);
	free(workers);
	return (enum rc)shared.rc;
}
