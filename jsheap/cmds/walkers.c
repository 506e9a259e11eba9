/*
 * walkers - objects of the heap, elements of arrays, values of properties.
 *
 * The heap walk is pushed page by page; a walker pulls. So a page's objects are gathered, then
 * given out one a call.
 */
#include "base/vec.h"
#include "cmd/session.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/props.h"
#include "jsheap/walk.h"

struct heap_walk {
	struct js_walk walk;
	size_t page;
	VEC(addr_t) objects;
	size_t next;
	bool receivers_only;
};

static enum rc gather(void *ctx, const struct js_object *o)
{
	struct heap_walk *w = ctx;

	if (w->receivers_only && (o->info->classes & CLASS_RECEIVER) == 0)
		return RC_OK;
	return vec_push(&w->objects, o->addr);
}

static enum rc heap_init(struct run *r)
{
	struct heap_walk *w = r->state;

	return js_walk_init(&w->walk, r->heap);
}

static enum rc jsobject_init(struct run *r)
{
	struct heap_walk *w = r->state;

	w->receivers_only = true;
	return heap_init(r);
}

static enum rc heap_next(struct run *r, uint64_t *value)
{
	struct heap_walk *w = r->state;

	while (w->next == w->objects.n) {
		if (w->page == r->heap->npages)
			return RC_DONE;
		w->next = w->objects.n = 0;
		TRY(js_walk_page(&w->walk, &r->heap->pages[w->page++], gather, w));
	}
	*value = jsval_object(w->objects.at[w->next++]).bits;
	return RC_OK;
}

static void heap_fini(struct run *r)
{
	struct heap_walk *w = r->state;

	js_walk_free(&w->walk);
	vec_free(&w->objects);
}

const struct walker walker_jsobject = {
	.name = "jsobject",
	.summary = "all JavaScript objects, functions among them, by address",
	.needs = NEEDS_V8,
	.out = KIND_JSVAL,
	.state_size = sizeof(struct heap_walk),
	.init = jsobject_init,
	.next = heap_next,
	.fini = heap_fini,
};

const struct walker walker_v8object = {
	.name = "v8object",
	.summary = "every object of V8's heap: strings, maps, code and all",
	.needs = NEEDS_V8,
	.out = KIND_JSVAL,
	.state_size = sizeof(struct heap_walk),
	.init = heap_init,
	.next = heap_next,
	.fini = heap_fini,
};

struct value_walk {
	VEC(jsval) values;
	size_t next;
};

static enum rc add_element(void *ctx, const struct js_element *e)
{
	struct value_walk *w = ctx;

	return e->tag == ELEMENT_VALUE ? vec_push(&w->values, e->value) : RC_OK;
}

static enum rc add_property(void *ctx, const struct js_property *p)
{
	struct value_walk *w = ctx;

	return p->accessor ? RC_OK : vec_push(&w->values, p->value);
}

static enum rc element_init(struct run *r)
{
	return js_elements(r->heap, js_input(r->heap, r->dot), add_element, r->state);
}

static enum rc property_init(struct run *r)
{
	return js_properties(r->heap, js_input(r->heap, r->dot), add_property, r->state);
}

static enum rc value_next(struct run *r, uint64_t *value)
{
	struct value_walk *w = r->state;

	if (w->next == w->values.n)
		return RC_DONE;
	*value = w->values.at[w->next++].bits;
	return RC_OK;
}

static void value_fini(struct run *r)
{
	struct value_walk *w = r->state;

	vec_free(&w->values);
}

const struct walker walker_jselement = {
	.name = "jselement",
	.summary = "the elements of an array or object (numbers without an address are left out)",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.out = KIND_JSVAL,
	.state_size = sizeof(struct value_walk),
	.init = element_init,
	.next = value_next,
	.fini = value_fini,
};

const struct walker walker_jsprop = {
	.name = "jsprop",
	.summary = "the values of an object's own properties, accessors left out",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.out = KIND_JSVAL,
	.state_size = sizeof(struct value_walk),
	.init = property_init,
	.next = value_next,
	.fini = value_fini,
};
