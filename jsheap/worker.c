/*
 * worker - see the header. Source: lib/internal/worker.js and lib/worker_threads.js of Node 12 to 26.
 */
#include "jsheap/worker.h"

#include "jsheap/props.h"
#include "jsheap/string.h"
#include "jsheap/walk.h"

#include <math.h>

enum { NOT_ASKED, NO, YES }; /* js_map_info.user: may objects of the map be the exports? */

struct search {
	const struct js_heap *heap;
	struct arena *arena;
	struct js_worker *worker;
};

static bool has_names(const struct js_heap *h, jsval v)
{
	struct js_property p;

	return js_property_named(h, v, "isMainThread", &p) == RC_OK &&
	       js_property_named(h, v, "threadId", &p) == RC_OK;
}

/* The exports have the names that others have, too (process bindings, what a program makes of them), but
 * all such objects of an isolate say the same. */
static enum rc look(void *ctx, const struct js_object *o)
{
	struct search *s = ctx;
	const struct js_heap *h = s->heap;
	jsval v = jsval_object(o->addr);
	struct js_property main, id, name;
	double number;
	struct js_map m;

	if ((o->info->classes & CLASS_OBJECT) == 0 || o->info->user == NO)
		return RC_OK;
	if (o->info->user == NOT_ASKED) {
		bool shared = js_map_load(h, jsval_of(o->info->map), &m) != RC_OK || m.dictionary;
		bool yes = has_names(h, v);
		if (!shared)
			o->info->user = yes ? YES : NO;
		if (!yes)
			return RC_OK;
	}
	if (js_property_named(h, v, "isMainThread", &main) != RC_OK || main.accessor ||
	    js_property_named(h, v, "threadId", &id) != RC_OK || id.accessor ||
	    js_number(h, id.value, &number) != RC_OK || number < 0 || number > UINT32_MAX ||
	    number != floor(number) ||
	    (!js_is_root(h, main.value, R_true) && !js_is_root(h, main.value, R_false)))
		return RC_OK;
	s->worker->main = js_is_root(h, main.value, R_true);
	s->worker->id = (uint32_t)number;
	if (js_property_named(h, v, "threadName", &name) == RC_OK && !name.accessor &&
	    js_is_string(h, name.value))
		s->worker->name = js_string_name(h, name.value, s->arena);
	return RC_DONE;
}

enum rc js_worker_find(const struct js_heap *h, uint32_t isolate, struct arena *a,
		       struct js_worker *worker)
{
	struct search s = {h, a, worker};
	struct js_walk w;

	*worker = (struct js_worker){0};
	TRY(js_walk_init(&w, h));
	enum rc rc = RC_OK;
	for (size_t i = 0; i < h->npages && rc == RC_OK; i++)
		if (h->pages[i].isolate == isolate)
			rc = js_walk_page(&w, &h->pages[i], look, &s);
	js_walk_free(&w);
	return rc == RC_DONE ? RC_OK : rc == RC_OK ? RC_DONE : rc;
}
