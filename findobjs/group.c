/*
 * group - the counting pass and the adding up.
 */
#include "findobjs/group.h"

#include "base/str.h"
#include "findobjs/duck.h"
#include "jsheap/props.h"

#include <string.h>

#define DICTIONARY_ENTRY_WORDS 3
#define KEYS_AT_ONCE           4096

/* Objects of one map; where that does not tell their properties or name, of one map and one such set. */
struct tally {
	uint64_t map, keys; /* keys: 0 where the map says all */
	uint64_t count, bytes;
	addr_t lowest, second; /* lowest addresses */
};

/* What a thread keeps. The walk itself counts objects of a map once the first one was seen, but for
 * those that are told apart by more than their map, which come one by one. */
struct counter {
	const struct js_heap *heap;
	VEC(struct tally) tallies;
	struct map by_keys; /* hash of map and keys -> tally index plus 1; once merged, of all */
	VEC(jsval) boilerplates;
	uint64_t unreadable;
};

/* js_map_info.user: what tells the objects of a map apart, where the map alone does not. */
#define BY_KEYS UINT32_MAX       /* the keys of their dictionary */
#define BY_TAG  (UINT32_MAX - 1) /* the Symbol.toStringTag of their own, which names them */
#define BY_MAP  0

static void note_address(struct tally *t, addr_t addr)
{
	if (t->lowest == 0 || addr < t->lowest) {
		t->second = t->lowest;
		t->lowest = addr;
	} else if (t->second == 0 || addr < t->second) {
		t->second = addr;
	}
}

static void add_object(struct tally *t, const struct js_object *o)
{
	/* A thread meets pages and their objects by ascending address. */
	if (t->count++ < 2)
		note_address(t, o->addr);
	t->bytes += o->size;
}

/* The keys of a NameDictionary, whatever their order. */
static enum rc sum_keys(const struct js_heap *h, jsval table, uint64_t *sum)
{
	struct js_table t;
	uint64_t words[KEYS_AT_ONCE * DICTIONARY_ENTRY_WORDS];

	TRY(js_table_load(h, table, DICTIONARY_ENTRY_WORDS, &t));
	*sum = 1;
	for (uint32_t i = 0; i < t.capacity; i += KEYS_AT_ONCE) {
		uint32_t n = t.capacity - i < KEYS_AT_ONCE ? t.capacity - i : KEYS_AT_ONCE;
		addr_t at = jsval_addr(table) + (addr_t)v8_value(&h->layout, V8_FixedArray_data) +
			    8 * ((addr_t)t.first + (addr_t)i * DICTIONARY_ENTRY_WORDS);
		size_t bytes = (size_t)n * DICTIONARY_ENTRY_WORDS * 8;
		const uint64_t *w = mem_view(h->mem, at, bytes);

		if (w == NULL) {
			TRY(mem_read(h->mem, at, words, bytes));
			w = words;
		}
		for (uint32_t k = 0; k < n; k++) {
			jsval key = jsval_of(w[(size_t)k * DICTIONARY_ENTRY_WORDS]);
			if (jsval_is_pointer(key) && !js_table_free_key(h, key))
				*sum += map_hash(key.bits) | 1;
		}
	}
	return RC_OK;
}

static bool has_own_tag(const struct js_heap *h, const struct js_map *m)
{
	jsval tag = js_root_near(h, m->map, R_to_string_tag);
	struct js_descriptor d;

	for (uint32_t i = 0; i < m->nproperties; i++)
		if (js_map_descriptor(h, m, i, &d) == RC_OK && jsval_eq(d.key, tag))
			return d.in_field && !d.accessor;
	return false;
}

/* BY_MAP, BY_KEYS or BY_TAG. */
static uint32_t told_by(const struct js_heap *h, uint64_t map)
{
	struct js_map m;

	if (js_map_load(h, jsval_of(map), &m) != RC_OK)
		return BY_MAP;
	/* The map of a proxy says dictionary, but there is none. */
	if (m.dictionary && !type_is(&h->types, m.type, T_JS_PROXY))
		return BY_KEYS;
	return has_own_tag(h, &m) ? BY_TAG : BY_MAP;
}

static uint64_t tag_hash(const struct js_heap *h, jsval v)
{
	struct js_property p;

	return js_property_of_key(h, v, js_root_near(h, v, R_to_string_tag), &p) == RC_OK
		       ? map_hash(p.value.bits) | 1
		       : 1;
}

/* What tells an object from others of its map; never 0. Global objects keep cells instead of keys:
 * each is a group of its own, by its address. */
static uint64_t keys_of(const struct js_heap *h, uint32_t by, uint16_t type, addr_t addr,
			jsval properties, uint64_t *unreadable)
{
	uint64_t sum;

	if (by == BY_TAG)
		return tag_hash(h, jsval_object(addr));
	if (type_is(&h->types, type, T_JS_GLOBAL_OBJECT))
		return addr;
	if (sum_keys(h, properties, &sum) == RC_OK)
		return sum;
	++*unreadable;
	return 1;
}

/* The same of an object that nobody has looked at. */
static uint64_t keys_of_value(const struct js_heap *h, jsval v, uint64_t map)
{
	jsval properties = jsval_of(0);
	uint64_t unreadable = 0;
	uint16_t type = TYPE_UNKNOWN;

	if (js_type_of(h, v, &type) != RC_OK ||
	    js_field(h, v, v8_value(&h->layout, V8_JSReceiver_properties), &properties) != RC_OK)
		return 1;
	return keys_of(h, told_by(h, map), type, jsval_addr(v), properties, &unreadable);
}

static uint64_t keys_hash(uint64_t map, uint64_t keys)
{
	uint64_t hash = map_hash(map ^ map_hash(keys));

	return hash != 0 ? hash : 1;
}

static enum rc count_apart(struct counter *c, const struct js_object *o)
{
	const struct js_heap *h = c->heap;
	int64_t off = v8_value(&h->layout, V8_JSReceiver_properties);
	jsval properties = jsval_of(0);

	if ((uint64_t)off + 8 <= o->readable)
		properties = jsval_of(o->words[off / 8]);
	uint64_t keys =
		keys_of(h, o->info->user, o->info->type, o->addr, properties, &c->unreadable);
	uint64_t hash = keys_hash(o->info->map, keys);
	const uint64_t *at = map_get(&c->by_keys, hash);
	if (at == NULL) {
		TRY(vec_push(&c->tallies, (struct tally){.map = o->info->map, .keys = keys}));
		TRY(map_put(&c->by_keys, hash, c->tallies.n));
		at = map_get(&c->by_keys, hash);
	}
	add_object(&c->tallies.at[*at - 1], o);
	return RC_OK;
}

/* The first object of a map decides how the others are counted. */
static void first_of_map(struct counter *c, const struct js_object *o)
{
	o->info->user = told_by(c->heap, o->info->map);
	if (o->info->user != BY_MAP)
		return;
	o->info->counted = true;
	o->info->count = 1;
	o->info->first = o->addr;
}

/* The boilerplate of an allocation site; the field holds a Smi or an array's elements kind
 * otherwise. */
static enum rc note_boilerplate(struct counter *c, const struct js_object *o)
{
	int64_t off = v8_value(&c->heap->layout, V8_AllocationSite_boilerplate);

	if ((uint64_t)off + 8 > o->readable)
		return RC_OK;
	jsval v = jsval_of(o->words[off / 8]);
	return (js_classes(c->heap, v) & CLASS_RECEIVER) != 0 ? vec_push(&c->boilerplates, v)
							      : RC_OK;
}

static enum rc count(void *ctx, const struct js_object *o)
{
	struct counter *c = ctx;

	if ((o->info->classes & CLASS_RECEIVER) == 0)
		return note_boilerplate(c, o);
	if (o->info->user == 0)
		first_of_map(c, o);
	return o->info->user != BY_MAP ? count_apart(c, o) : RC_OK;
}

/* What the walk of a thread counted by itself. Receivers of a map are all of one size. */
static enum rc take_counts(struct counter *c, const struct js_walk *w)
{
	for (size_t i = 0; i <= w->mask; i++) {
		const struct js_map_info *info = &w->maps[i];

		if (info->map == 0 || info->count == 0 || (info->classes & CLASS_RECEIVER) == 0)
			continue;
		TRY(vec_push(&c->tallies, (struct tally){.map = info->map,
							 .count = info->count,
							 .bytes = info->count * info->bytes,
							 .lowest = info->first,
							 .second = info->second}));
	}
	return RC_OK;
}

static void add_stats(struct js_walk_stats *sum, const struct js_walk_stats *s)
{
	sum->objects += s->objects;
	sum->bytes += s->bytes;
	sum->filler_bytes += s->filler_bytes;
	sum->forwarded_bytes += s->forwarded_bytes;
	sum->dead_bytes += s->dead_bytes;
	sum->missteps += s->missteps;
	sum->gap_bytes += s->gap_bytes;
	sum->unreadable_bytes += s->unreadable_bytes;
	if (sum->first_misstep == 0)
		sum->first_misstep = s->first_misstep;
}

/* The place of a tally in the index of a counter. */
static const uint64_t *tally_at(const struct counter *c, uint64_t map, uint64_t keys)
{
	return map_get(&c->by_keys, keys_hash(map, keys));
}

/* Add the counts of one thread to those of another, so that nothing depends on who took a page. */
static enum rc merge_counter(struct counter *to, const struct counter *from)
{
	for (size_t i = 0; i < from->tallies.n; i++) {
		const struct tally *t = &from->tallies.at[i];
		const uint64_t *at = tally_at(to, t->map, t->keys);

		if (at == NULL) {
			TRY(vec_push(&to->tallies, *t));
			TRY(map_put(&to->by_keys, keys_hash(t->map, t->keys), to->tallies.n));
			continue;
		}
		struct tally *sum = &to->tallies.at[*at - 1];
		sum->count += t->count;
		sum->bytes += t->bytes;
		note_address(sum, t->lowest);
		if (t->second != 0)
			note_address(sum, t->second);
	}
	for (size_t i = 0; i < from->boilerplates.n; i++)
		TRY(vec_push(&to->boilerplates, from->boilerplates.at[i]));
	to->unreadable += from->unreadable;
	return RC_OK;
}

/* All counts end in the first counter. */
static enum rc merge_counters(struct counter *counters, unsigned jobs)
{
	struct counter *c = &counters[0];

	for (size_t i = 0; i < c->tallies.n; i++)
		if (c->tallies.at[i].keys == 0)
			TRY(map_put(&c->by_keys, keys_hash(c->tallies.at[i].map, 0), i + 1));
	for (unsigned i = 1; i < jobs; i++)
		TRY(merge_counter(c, &counters[i]));
	return RC_OK;
}

/* The tally that an object was counted in; NULL when there is none. */
static struct tally *tally_of(const struct object_groups *g, const struct counter *c, jsval v)
{
	jsval map;

	if (js_map_of(g->heap, v, &map) != RC_OK)
		return NULL;
	const uint64_t *at = tally_at(c, map.bits, 0);
	if (at == NULL)
		at = tally_at(c, map.bits, keys_of_value(g->heap, v, map.bits));
	return at != NULL ? &c->tallies.at[*at - 1] : NULL;
}

static enum rc leave_out_boilerplates(struct object_groups *g, const struct counter *c)
{
	for (size_t i = 0; i < c->boilerplates.n; i++) {
		jsval v = c->boilerplates.at[i];
		struct tally *t;
		uint64_t size;

		if (map_get(&g->boilerplates, v.bits) != NULL ||
		    js_size_at(g->heap, jsval_addr(v), &size) != RC_OK)
			continue;
		t = tally_of(g, c, v);
		if (t == NULL || t->count == 0 || t->bytes < size)
			continue; /* on a page that was not walked */
		TRY(map_put(&g->boilerplates, v.bits, 1));
		t->count--;
		t->bytes -= size;
	}
	return RC_OK;
}

/* The lowest object of a tally that is none of V8's templates. */
static addr_t representative(const struct object_groups *g, const struct tally *t)
{
	bool template = map_get(&g->boilerplates, jsval_object(t->lowest).bits) != NULL;

	return template && t->second != 0 ? t->second : t->lowest;
}

static int by_lowest(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return x->lowest < y->lowest ? -1 : x->lowest > y->lowest;
}

/* Tallies go to their groups by ascending address: the first of a group tells its properties. */
static enum rc group_tallies(struct object_groups *g, struct duck_table *ducks, struct counter *c)
{
	for (size_t i = 0; i < c->tallies.n; i++)
		c->tallies.at[i].lowest = representative(g, &c->tallies.at[i]);
	if (c->tallies.n > 1)
		qsort(c->tallies.at, c->tallies.n, sizeof *c->tallies.at, by_lowest);
	for (size_t i = 0; i < c->tallies.n; i++) {
		const struct tally *t = &c->tallies.at[i];
		size_t group;

		if (t->count == 0)
			continue;
		TRY(duck_find(ducks, jsval_object(t->lowest), &group));
		if (t->keys != 0)
			TRY(map_put(&g->by_keys, keys_hash(t->map, t->keys), group + 1));
		else
			TRY(map_put(&g->by_map, t->map, group + 1));
		if (group >= ducks->groups.n)
			return RC_BAD;
		struct object_group *o = &ducks->groups.at[group];
		o->count += t->count;
		o->bytes += t->bytes;
		if (o->representative.bits == 0)
			o->representative = jsval_object(t->lowest);
	}
	return RC_OK;
}

static enum rc run_pass(struct object_groups *g, const struct group_options *options,
			struct counter *counters, struct js_walk *walks, void **ctxs)
{
	struct js_walk_all all = {
		.jobs = options->jobs,
		.isolate = options->isolate,
		.walks = walks,
		.fn = count,
		.ctxs = ctxs,
		.tick = options->tick,
		.tick_ctx = options->tick_ctx,
	};
	struct duck_table ducks = {.heap = g->heap, .arena = &g->arena};

	for (unsigned i = 0; i < options->jobs; i++) {
		counters[i].heap = g->heap;
		ctxs[i] = &counters[i];
		TRY(js_walk_init(&walks[i], g->heap));
		walks[i].wanted = CLASS_RECEIVER | CLASS_SITE;
	}
	TRY(js_walk_pages(g->heap, &all));
	enum rc rc = RC_OK;
	for (unsigned i = 0; i < options->jobs && rc == RC_OK; i++)
		rc = take_counts(&counters[i], &walks[i]);
	if (rc == RC_OK)
		rc = merge_counters(counters, options->jobs);
	if (rc == RC_OK && !options->with_boilerplates)
		rc = leave_out_boilerplates(g, &counters[0]);
	if (rc == RC_OK)
		rc = group_tallies(g, &ducks, &counters[0]);
	for (unsigned i = 0; i < options->jobs; i++)
		add_stats(&g->stats, &walks[i].stats);
	g->unreadable = counters[0].unreadable;
	if (rc == RC_OK)
		rc = duck_finish(&ducks, g);
	duck_table_free(&ducks);
	return rc;
}

enum rc object_groups_make(const struct js_heap *h, const struct group_options *options,
			   struct object_groups **groups)
{
	struct object_groups *g = calloc(1, sizeof *g);
	struct counter *counters = calloc(options->jobs, sizeof *counters);
	struct js_walk *walks = calloc(options->jobs, sizeof *walks);
	void **ctxs = calloc(options->jobs, sizeof *ctxs);
	enum rc rc = RC_NOMEM;

	*groups = NULL;
	if (g != NULL && counters != NULL && walks != NULL && ctxs != NULL) {
		g->heap = h;
		g->isolate = options->isolate;
		g->with_boilerplates = options->with_boilerplates;
		rc = run_pass(g, options, counters, walks, ctxs);
	}
	for (unsigned i = 0; i < options->jobs; i++) {
		if (counters != NULL) {
			vec_free(&counters[i].tallies);
			map_free(&counters[i].by_keys);
			vec_free(&counters[i].boilerplates);
		}
		if (walks != NULL)
			js_walk_free(&walks[i]);
	}
	free(counters);
	free(walks);
	free(ctxs);
	if (rc != RC_OK)
		object_groups_free(g);
	else
		*groups = g;
	return rc;
}

void object_groups_free(struct object_groups *g)
{
	if (g == NULL)
		return;
	map_free(&g->by_map);
	map_free(&g->by_keys);
	map_free(&g->boilerplates);
	arena_free(&g->arena);
	free(g);
}

static const struct object_group *group_at(const struct object_groups *g, const uint64_t *at)
{
	return at != NULL ? &g->groups[*at - 1] : NULL;
}

const struct object_group *object_groups_of(const struct object_groups *g, jsval v)
{
	jsval map;

	if (js_map_of(g->heap, v, &map) != RC_OK || (js_classes(g->heap, v) & CLASS_RECEIVER) == 0)
		return NULL;
	const uint64_t *at = map_get(&g->by_map, map.bits);
	if (at == NULL)
		at = map_get(&g->by_keys, keys_hash(map.bits, keys_of_value(g->heap, v, map.bits)));
	return group_at(g, at);
}

const struct object_group *object_groups_of_walked(const struct object_groups *g,
						   const struct js_object *o)
{
	uint64_t off = (uint64_t)v8_value(&g->heap->layout, V8_JSReceiver_properties), keys;
	uint64_t unreadable = 0;

	if ((o->info->classes & CLASS_RECEIVER) == 0 || off + 8 > o->readable ||
	    map_get(&g->boilerplates, jsval_object(o->addr).bits) != NULL)
		return NULL;
	/* `user`: index plus 1 of the group of this map, BY_KEYS or BY_TAG; 0: not looked up. */
	if (o->info->user == 0) {
		const uint64_t *at = map_get(&g->by_map, o->info->map);
		o->info->user = at != NULL ? (uint32_t)*at : told_by(g->heap, o->info->map);
	}
	if (o->info->user == BY_MAP)
		return NULL; /* no such group: counted nowhere */
	if (o->info->user < BY_TAG)
		return &g->groups[o->info->user - 1];
	keys = keys_of(g->heap, o->info->user, o->info->type, o->addr, jsval_of(o->words[off / 8]),
		       &unreadable);
	return group_at(g, map_get(&g->by_keys, keys_hash(o->info->map, keys)));
}
