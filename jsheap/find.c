/*
 * find - see the header. Objects can only be told from the start of their page on.
 */
#include "jsheap/find.h"

#include <string.h>

const char *js_found_name(enum js_found_kind kind)
{
	static const char *const names[] = {"nothing", "object", "free",  "area",
					    "header",  "unused", "stale", "gap"};

	return names[kind];
}

const char *js_page_age(const struct js_page *p)
{
	if (p->kind == PAGE_READ_ONLY)
		return "read-only";
	if (p->space != NULL && strncmp(p->space, "Code", 4) == 0)
		return "code";
	if (p->kind == PAGE_YOUNG || (p->space != NULL && (strncmp(p->space, "New", 3) == 0 ||
							   strcmp(p->space, "SemiSpace") == 0)))
		return "young";
	return p->kind == PAGE_LARGE ? "large" : "old";
}

/* The objects around the address. */
struct around {
	addr_t addr;
	addr_t before, end;     /* the last object in front of it, and where that ends */
	addr_t next;            /* the first object behind it; 0: none */
	struct js_object found; /* size 0: none holds it */
	uint64_t map;
};

static enum rc look(void *ctx, const struct js_object *o)
{
	struct around *a = ctx;

	if (o->addr > a->addr) {
		a->next = o->addr;
		return RC_DONE;
	}
	if (a->addr - o->addr < o->size) {
		a->found = *o;
		a->map = o->info->map;
		return RC_DONE;
	}
	a->before = o->addr;
	a->end = o->addr + o->size;
	return RC_OK;
}

/* Between two objects: free pieces end to end, an allocation area, or what nobody can tell. */
static void look_between(const struct js_heap *h, const struct around *a, struct js_found *f)
{
	const struct js_page *p = f->page;
	const struct js_isolate *iso = p->isolate != UINT32_MAX ? &h->isolates[p->isolate] : NULL;
	addr_t at = a->end;

	for (size_t i = 0; iso != NULL && i < iso->nareas; i++)
		if (a->addr >= iso->areas[i].top && a->addr < iso->areas[i].limit) {
			f->kind = FOUND_AREA;
			f->start = iso->areas[i].top;
			f->size = iso->areas[i].limit - f->start;
			return;
		} else if (iso->areas[i].top == at) {
			at = iso->areas[i].limit;
		}
	f->kind = FOUND_GAP;
	f->before = a->before;
	f->start = at;
	f->size = (a->next != 0 ? a->next : p->stop) - at;
	while (at <= a->addr) {
		uint64_t size, map;
		struct js_map_info info;

		if (mem_u64(h->mem, at, &map) != RC_OK ||
		    js_map_info_load(h, jsval_of(map), &info) != RC_OK ||
		    (info.classes & CLASS_SKIP) == 0 ||
		    js_object_size(h, &info, at, &size) != RC_OK)
			return;
		if (a->addr - at < size) {
			f->kind = FOUND_FREE;
			f->start = at;
			f->size = size;
			f->map = jsval_of(map);
			return;
		}
		at += size;
	}
}

enum rc js_find(const struct js_heap *h, addr_t addr, struct js_found *f)
{
	const struct js_page *p = js_page_at(h, addr);
	struct around a = {.addr = addr};
	struct js_walk w;

	*f = (struct js_found){.kind = FOUND_NOTHING};
	if (p == NULL || addr < p->base || addr - p->base >= p->size)
		return RC_OK;
	*f = (struct js_found){FOUND_HEADER, p, p->base, p->start - p->base, jsval_of(0), 0};
	if (addr < p->start)
		return RC_OK;
	*f = (struct js_found){FOUND_STALE, p, p->start, p->end - p->start, jsval_of(0), 0};
	if (p->dead)
		return RC_OK;
	*f = (struct js_found){FOUND_UNUSED, p, p->stop, p->base + p->size - p->stop,
			       jsval_of(0),  0};
	if (addr >= p->stop)
		return RC_OK;
	TRY(js_walk_init(&w, h));
	a.end = p->start;
	enum rc rc = js_walk_page(&w, p, look, &a);
	js_walk_free(&w);
	if (rc != RC_OK && rc != RC_DONE)
		return rc;
	if (a.found.size != 0)
		*f = (struct js_found){FOUND_OBJECT,    p, a.found.addr, a.found.size,
				       jsval_of(a.map), 0};
	else if (p->kind == PAGE_LARGE && a.end != p->start)
		*f = (struct js_found){FOUND_UNUSED, p, a.end, p->end - a.end, jsval_of(0), 0};
	else
		look_between(h, &a, f);
	return RC_OK;
}
