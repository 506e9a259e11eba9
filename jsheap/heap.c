/*
 * heap - opening: layout, isolates, roots, pages, in this order.
 *
 * An isolate is found by its heap, which the page headers name; the heap lies inside the isolate.
 * Where the isolate starts is told by the thread that entered it (a thread-local variable), else by
 * the words that point just below the roots table. The roots table is found by the meta map, the
 * one object that is its own map.
 */
#include "jsheap/heap.h"

#include "jsheap/builtins.h"
#include "jsheap/entered.h"
#include "jsheap/gc.h"
#include "jsheap/pages.h"
#include "jsheap/scope.h"
#include "jsheap/sizes.h"

#include <string.h>

#define ROOTS_WITHIN 0x4000u  /* bytes from the isolate to the roots table */
#define HEAP_WITHIN  0x20000u /* bytes from the isolate to its heap */
#define ISOLATES_MAX 4096

static const char *const root_wanted[R_COUNT] = {
#define ROOT(id, name) [R_##id] = name,
#include "jsheap/roots.def"
#undef ROOT
};

static enum rc take_root_names(struct js_heap *h)
{
	h->nroots = h->layout.nroots;
	h->root_names = h->layout.root_names;
	h->roots = arena_array(&h->arena, h->nroots, sizeof *h->roots);
	return h->roots != NULL ? RC_OK : RC_NOMEM;
}

static size_t root_index(const struct js_heap *h, const char *name)
{
	size_t i = 0;

	while (i < h->nroots && strcmp(h->root_names[i], name) != 0)
		i++;
	return i;
}

static bool is_own_map(const struct js_heap *h, uint64_t w)
{
	uint64_t map;

	return (w & 3) == 1 && mem_u64(h->mem, w - 1, &map) == RC_OK && map == w;
}

/* How many roots named "..._map" are objects whose map's map is the meta map: says how likely
 * `roots` is the table. */
static size_t score_roots(const struct js_heap *h, addr_t roots, uint64_t meta)
{
	size_t score = 0;

	for (size_t i = 0; i < h->nroots; i++) {
		size_t len = strlen(h->root_names[i]);
		uint64_t w, map;

		if (len < 4 || strcmp(h->root_names[i] + len - 4, "_map") != 0)
			continue;
		score += mem_u64(h->mem, roots + 8 * i, &w) == RC_OK && (w & 3) == 1 &&
			 mem_u64(h->mem, w - 1, &map) == RC_OK && map == meta;
	}
	return score;
}

static addr_t find_roots(const struct js_heap *h, addr_t isolate)
{
	size_t meta = root_index(h, root_wanted[R_meta_map]), best = 0;
	addr_t found = 0;

	for (addr_t a = isolate + 8 * meta;
	     meta < h->nroots && a < isolate + 8 * meta + ROOTS_WITHIN; a += 8) {
		uint64_t w;

		if (mem_u64(h->mem, a, &w) != RC_OK || !is_own_map(h, w))
			continue;
		size_t score = score_roots(h, a - 8 * meta, w);
		if (score > best) {
			best = score;
			found = a - 8 * meta;
		}
	}
	return found;
}

/* Without a thread: the address just below the roots table that the heap's memory points to most.
 */
static addr_t isolate_below(const struct js_heap *h, addr_t heap)
{
	size_t meta = root_index(h, root_wanted[R_meta_map]), best = 0;
	addr_t roots = 0, isolate = 0;
	uint64_t w;

	for (addr_t a = heap; a > heap - HEAP_WITHIN && roots == 0; a -= 8)
		if (mem_u64(h->mem, a, &w) == RC_OK && is_own_map(h, w) &&
		    score_roots(h, a - 8 * meta, w) > h->nroots / 16)
			roots = a - 8 * meta;
	for (addr_t c = roots & ~(addr_t)7; roots != 0 && c + 0x800 > roots; c -= 8) {
		size_t votes = 0;
		for (addr_t a = heap; a < heap + 0x4000; a += 8) {
			uint64_t z;
			if (mem_u64(h->mem, a, &w) != RC_OK)
				break;
			votes += w == c || (w != 0 && (w & 7) == 0 &&
					    mem_u64(h->mem, w, &z) == RC_OK && z == c);
		}
		if (votes > best) {
			best = votes;
			isolate = c;
		}
	}
	return isolate;
}

static enum rc add_isolate(struct js_heap *h, addr_t heap)
{
	struct js_isolate iso = {.heap = heap};

	if (h->nisolates == ISOLATES_MAX)
		return RC_LIMIT;
	for (size_t i = 0; i < h->target->nthreads && iso.addr == 0; i++) {
		addr_t a = isolate_of_thread(h, &h->target->threads[i], heap - HEAP_WITHIN, heap);
		if (a != 0) {
			iso.addr = a;
			iso.thread = h->target->threads[i].tid;
		}
	}
	if (iso.addr == 0) {
		iso.addr = isolate_below(h, heap);
		iso.thread = isolate_enterer(h, iso.addr);
	}
	if (iso.addr != 0)
		iso.roots = find_roots(h, iso.addr);
	if (iso.roots == 0)
		return RC_OK; /* a stale header, or an isolate on its way out */
	h->isolates[h->nisolates++] = iso;
	return RC_OK;
}

static int by_thread(const void *a, const void *b)
{
	const struct js_isolate *x = a, *y = b;
	pid_t tx = x->thread != 0 ? x->thread : INT32_MAX,
	      ty = y->thread != 0 ? y->thread : INT32_MAX;

	return tx < ty ? -1 : tx > ty;
}

/* The main isolate first: it belongs to the thread whose tid is the pid. Thread ids start anew when
 * they run out: that of a worker may be lower. */
static void main_first(struct js_heap *h)
{
	size_t i = 0;

	if (h->nisolates > 1)
		qsort(h->isolates, h->nisolates, sizeof *h->isolates, by_thread);
	while (i < h->nisolates && h->isolates[i].thread != h->target->pid)
		i++;
	if (i < h->nisolates) {
		struct js_isolate first = h->isolates[i];

		memmove(h->isolates + 1, h->isolates, i * sizeof *h->isolates);
		h->isolates[0] = first;
	}
}

static enum rc find_isolates(struct js_heap *h, const page_headers *found)
{
	struct map heaps = MAP_INIT;
	enum rc rc = RC_OK;

	h->isolates = arena_array(&h->arena, ISOLATES_MAX, sizeof *h->isolates);
	if (h->isolates == NULL)
		return RC_NOMEM;
	for (size_t i = 0; i < found->n && rc == RC_OK; i++) {
		if (map_get(&heaps, found->at[i].heap) != NULL)
			continue;
		rc = map_put(&heaps, found->at[i].heap, 1);
		if (rc == RC_OK)
			rc = add_isolate(h, found->at[i].heap);
	}
	map_free(&heaps);
	main_first(h);
	return rc;
}

/* Roots of all isolates by value; those of the first one come first where several agree. */
static enum rc name_roots(struct js_heap *h, const struct js_isolate *iso)
{
	for (size_t i = 0; i < h->nroots; i++) {
		uint64_t w;

		if (mem_u64(h->mem, iso->roots + 8 * i, &w) == RC_OK && w != 0 &&
		    map_get(&h->root_of, w) == NULL)
			TRY(map_put(&h->root_of, w, i + 1));
	}
	return RC_OK;
}

static enum rc read_roots(struct js_heap *h)
{
	const struct js_isolate *iso = &h->isolates[0];

	for (size_t i = 0; i < h->nroots; i++) {
		uint64_t w = 0;
		if (mem_u64(h->mem, iso->roots + 8 * i, &w) != RC_OK)
			w = 0;
		h->roots[i] = jsval_of(w);
	}
	for (size_t i = 0; i < h->nisolates; i++)
		TRY(name_roots(h, &h->isolates[i]));
	for (int r = 0; r < R_COUNT; r++) {
		h->root_at[r] = root_index(h, root_wanted[r]);
		h->root[r] = h->root_at[r] < h->nroots ? h->roots[h->root_at[r]] : jsval_of(0);
	}
	return RC_OK;
}

static enum rc learn_types(struct js_heap *h, struct why *why)
{
	uint16_t type;

	if (mem_u16(h->mem,
		    jsval_addr(h->root[R_meta_map]) +
			    (addr_t)v8_value(&h->layout, V8_Map_instance_type),
		    &h->map_type) != RC_OK ||
	    h->map_type != h->types.number[T_MAP])
		return why_set(why, RC_BAD, 0, "the roots table of the isolate makes no sense");
	for (size_t i = 0; i < h->nroots; i++) {
		size_t len = strlen(h->root_names[i]);
		if (len < 5 || strcmp(h->root_names[i] + len - 4, "_map") != 0 ||
		    !js_is_map(h, h->roots[i]))
			continue;
		if (mem_u16(h->mem,
			    jsval_addr(h->roots[i]) +
				    (addr_t)v8_value(&h->layout, V8_Map_instance_type),
			    &type) == RC_OK)
			v8_types_learn(&h->types, &h->arena, h->root_names[i], type);
	}
	return v8_types_finish(&h->types, &h->layout, why);
}

static enum rc open_pages(struct js_heap *h, page_headers *found, struct why *why)
{
	target_scattered(h->target, true);
	enum rc scanned = pages_scan(h->mem, found);
	target_scattered(h->target, false);
	TRY(scanned);
	TRY(find_isolates(h, found));
	if (h->nisolates == 0)
		return why_set(why, RC_BAD, 0,
			       found->n != 0
				       ? "heap pages were found, but no isolate that they belong to"
				       : "no heap page was found: the process had no V8 heap, or "
					 "the dump left it out");
	TRY(js_builtins_find(h));
	TRY(read_roots(h));
	TRY(pages_read_only(h, &h->isolates[0], found));
	TRY(pages_adopt(h, found));
	TRY(learn_types(h, why));
	TRY(pages_name_spaces(h));
	TRY(gc_examine(h));
	for (size_t i = 0; i < h->nisolates; i++)
		TRY(pages_find_areas(h, &h->isolates[i]));
	TRY(v8_sizes_calibrate(h, why));
	return gc_pass_over_copies(h);
}

enum rc js_heap_open(struct target *t, struct js_heap **heap, struct why *why)
{
	struct js_heap *h = calloc(1, sizeof *h);
	page_headers found = {0};

	*heap = NULL;
	*why = (struct why){0};
	if (h == NULL)
		return why_set(why, RC_NOMEM, 0, "out of memory");
	h->target = t;
	h->mem = &t->mem;
	enum rc rc = v8_layout_resolve(t, &h->layout, why);
	if (rc == RC_OK)
		rc = v8_types_resolve(&h->arena, &h->layout, &h->types, why);
	if (rc == RC_OK)
		rc = take_root_names(h);
	if (rc == RC_OK)
		rc = open_pages(h, &found, why);
	vec_free(&found);
	if (rc != RC_OK) {
		if (why->rc == RC_OK)
			why_set(why, rc, 0, "the V8 heap cannot be opened");
		js_heap_close(h);
		return rc;
	}
	*heap = h;
	return RC_OK;
}

void js_heap_close(struct js_heap *h)
{
	if (h == NULL)
		return;
	if (h->kept != NULL)
		h->kept_free(h->kept);
	map_free(&h->page_of);
	map_free(&h->root_of);
	map_free(&h->space_classes);
	v8_sizes_free(h);
	gc_free(h);
	arena_free(&h->arena);
	free(h);
}

bool js_is_root_elsewhere(const struct js_heap *h, jsval v, enum js_root r)
{
	const uint64_t *i = map_get(&h->root_of, v.bits);

	return i != NULL && *i - 1 == h->root_at[r] && h->root_at[r] < h->nroots;
}

jsval js_root_near(const struct js_heap *h, jsval object, enum js_root r)
{
	const struct js_page *p = h->nisolates > 1 ? js_page_at(h, object.bits) : NULL;
	uint64_t w;

	if (p == NULL || p->isolate == UINT32_MAX || p->isolate == 0 ||
	    h->root_at[r] == h->nroots ||
	    mem_u64(h->mem, h->isolates[p->isolate].roots + 8 * h->root_at[r], &w) != RC_OK)
		return h->root[r];
	return jsval_of(w);
}

const char *js_root_name(const struct js_heap *h, jsval v)
{
	const uint64_t *i = map_get(&h->root_of, v.bits);

	return i != NULL ? h->root_names[*i - 1] : NULL;
}

enum rc js_map_word(const struct js_heap *h, addr_t addr, uint64_t *word)
{
	TRY(mem_u64(h->mem, addr, word));
	if (*word != 0 && (*word & 7) == 0 && js_page_at(h, *word) != NULL)
		return mem_u64(h->mem, *word, word);
	return RC_OK;
}

bool js_is_map(const struct js_heap *h, jsval v)
{
	uint64_t map;
	uint16_t type;

	return jsval_is_pointer(v) && js_page_at(h, v.bits - 1) != NULL &&
	       js_map_word(h, v.bits - 1, &map) == RC_OK && (map & 3) == 1 &&
	       js_page_at(h, map - 1) != NULL &&
	       mem_u16(h->mem, map - 1 + (addr_t)v8_value(&h->layout, V8_Map_instance_type),
		       &type) == RC_OK &&
	       type == h->map_type;
}

enum rc js_map_of(const struct js_heap *h, jsval v, jsval *map)
{
	uint64_t w;

	if (!jsval_is_pointer(v) || js_page_at(h, v.bits - 1) == NULL)
		return RC_BAD;
	TRY(js_map_word(h, v.bits - 1, &w));
	*map = jsval_of(w);
	return js_is_map(h, *map) ? RC_OK : RC_BAD;
}

enum rc js_type_of(const struct js_heap *h, jsval v, uint16_t *type)
{
	jsval map;

	TRY(js_map_of(h, v, &map));
	return mem_u16(h->mem, map.bits - 1 + (addr_t)v8_value(&h->layout, V8_Map_instance_type),
		       type);
}

bool js_is(const struct js_heap *h, jsval v, enum v8_type t)
{
	uint16_t type;

	return js_type_of(h, v, &type) == RC_OK && type_is(&h->types, type, t);
}

unsigned js_classes(const struct js_heap *h, jsval v)
{
	uint16_t type;

	return js_type_of(h, v, &type) == RC_OK ? type_classes(&h->types, type) : 0;
}

enum rc js_word(const struct js_heap *h, jsval object, int64_t offset, uint64_t *v)
{
	return mem_u64(h->mem, jsval_addr(object) + (addr_t)offset, v);
}

enum rc js_word32(const struct js_heap *h, jsval object, int64_t offset, uint32_t *v)
{
	return mem_u32(h->mem, jsval_addr(object) + (addr_t)offset, v);
}

enum rc js_field(const struct js_heap *h, jsval object, int64_t offset, jsval *v)
{
	return mem_u64(h->mem, jsval_addr(object) + (addr_t)offset, &v->bits);
}

jsval js_input(const struct js_heap *h, uint64_t bits)
{
	jsval map;

	if ((bits & 7) == 0 && js_map_of(h, jsval_of(bits | 1), &map) == RC_OK)
		return jsval_of(bits | 1);
	return jsval_of(bits);
}
