/*
 * walkers - objects of the heap, elements of arrays, values of properties.
 *
 * The heap walk is pushed page by page; a walker pulls. So a page's objects are gathered, then
 * given out one a call.
 */
#include "base/vec.h"
#include "cmd/session.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/names.h"
#include "jsheap/props.h"
#include "jsheap/walk.h"

/* Constructor names by map, in memory of the pipeline. */
struct name_cache {
	struct map by_map; /* map -> const char *, or 1 for none */
};

static const char *constructor_of(struct run *r, struct name_cache *cache, jsval v)
{
	jsval map;
	struct js_map m;

	if (js_map_of(r->heap, v, &map) != RC_OK || js_map_load(r->heap, map, &m) != RC_OK ||
	    (m.classes & CLASS_RECEIVER) == 0)
		return NULL;
	const uint64_t *known = map_get(&cache->by_map, map.bits);
	if (known != NULL)
		return *known != 1 ? (const char *)(uintptr_t)*known : NULL;
	const char *name = js_constructor_name(r->heap, v, r->arena);
	/* Objects in dictionary mode share maps, whatever their own properties are. */
	if (!m.dictionary)
		(void)!map_put(&cache->by_map, map.bits, name != NULL ? (uintptr_t)name : 1);
	return name;
}

static enum rc object_row(struct run *r, struct name_cache *cache, uint64_t value)
{
	bool seen = sink_is_text(r->sink) || sink_is_json(r->sink); /* not in a pipe */

	return row(r->sink, &walked_object_record, U(value),
		   S(seen ? constructor_of(r, cache, jsval_of(value)) : NULL));
}

struct heap_walk {
	struct name_cache names;
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
	map_free(&w->names.by_map);
}

static enum rc heap_row(struct run *r, uint64_t value)
{
	return object_row(r, &((struct heap_walk *)r->state)->names, value);
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
	.emit = heap_row,
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
	.emit = heap_row,
};

struct value_walk {
	struct name_cache names;
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
	map_free(&w->names.by_map);
}

static enum rc value_row(struct run *r, uint64_t value)
{
	return object_row(r, &((struct value_walk *)r->state)->names, value);
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
	.emit = value_row,
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
	.emit = value_row,
};
