/*
 * findjsobjects - what the heap holds, by duck type; or all objects like a given one.
 *
 * The pass over the heap is made once; its result is kept with the heap, for every isolate
 * selection.
 */
#include "cmd/session.h"
#include "findobjs/cmds/findobjs.h"
#include "findobjs/group.h"
#include "jsheap/gc.h"
#include "jsheap/names.h"

#include <string.h>

struct args {
	const char *constructor, *property, *sort;
	uint64_t limit, isolate;
	bool list, boilerplates;
};

static const struct opt opts[] = {
	OPT_STRING('c', "constructor", struct args, constructor,
		   "only objects of this constructor"),
	OPT_STRING('p', "property", struct args, property, "only objects that have this property"),
	OPT_FLAG('l', "list", struct args, list, "list the objects themselves, one row each"),
	OPT_COUNT('n', "limit", struct args, limit, NOT_GIVEN, "print at most N rows"),
	OPT_STRING('s', "sort", struct args, sort,
		   "order of types: count (default), size, props, name"),
	OPT_COUNT('i', "isolate", struct args, isolate, NOT_GIVEN,
		  "only objects of the N-th isolate (0: the main one)"),
	OPT_FLAG('b', "boilerplates", struct args, boilerplates,
		 "count V8's own templates of object literals too"),
	OPT_END,
};

static const struct col group_cols[] = {
	{"address", COL_JSVAL, 0, NULL},
	{"count", COL_UINT, 0, "OBJECTS"},
	{"props", COL_UINT, COL_TEXT_ONLY, NULL},
	{"size", COL_SIZE, 0, NULL},
	{"shape", COL_STR, COL_TEXT_ONLY | COL_LEFT, "CONSTRUCTOR: PROPERTIES"},
	{"properties", COL_STRS, COL_JSON_ONLY, NULL},
	{"elements", COL_UINT, COL_JSON_ONLY, NULL},
	{"constructor", COL_STR, COL_JSON_ONLY, NULL},
	COL_END,
};
static const struct record group_record = {"jsobjects", LAYOUT_TABLE, group_cols};

static const struct col object_cols[] = {
	{"address", COL_JSVAL, 0, NULL},
	{"constructor", COL_STR, COL_LEFT, NULL},
	COL_END,
};
static const struct record object_record = {"jsobject", LAYOUT_TABLE, object_cols};

static const struct record *const records[] = {&group_record, &object_record, NULL};

static const struct example examples[] = {
	{"::findjsobjects -n 10", "the ten most frequent types"},
	{"::findjsobjects -s size -n 10", "those that take most"},
	{"::findjsobjects -c Map", "types made by the constructor Map"},
	{"::findjsobjects -p length -n 5", "types with a property"},
	{"::findjsobjects -c Object -n 1 | ::findjsobjects -n 3", "some objects of a type"},
	EXAMPLE_END,
};

/* Groups that were made for this heap, one for each way that was asked for. */
struct kept {
	struct object_groups **all;
	size_t n;
};

static void kept_free(void *p)
{
	struct kept *k = p;

	for (size_t i = 0; i < k->n; i++)
		object_groups_free(k->all[i]);
	free(k->all);
	free(k);
}

static enum rc tick(void *ctx, size_t done, size_t total)
{
	struct run *r = ctx;

	run_progress(r, "reading heap pages", done, total);
	return run_interrupted(r) ? RC_INTR : RC_OK;
}

static void warn_of_collections(struct run *r, const struct object_groups *g)
{
	const struct js_heap *h = r->heap;

	for (size_t i = 0; i < h->nisolates; i++) {
		const struct js_isolate *iso = &h->isolates[i];

		if ((g->isolate == UINT32_MAX || g->isolate == i) && gc_in_progress(iso))
			run_warning(r, RC_BAD, iso->addr,
				    "a %s was in progress in isolate %zu: garbage counts where it "
				    "was not collected yet",
				    gc_state_name(iso->gc), i);
	}
}

static void warn_of_gaps(struct run *r, const struct object_groups *g)
{
	warn_of_collections(r, g);
	if (g->stats.missteps != 0)
		run_warning(r, RC_BAD, g->stats.first_misstep,
			    "%llu places of the heap made no sense, %llu bytes were passed over",
			    (unsigned long long)g->stats.missteps,
			    (unsigned long long)g->stats.gap_bytes);
	if (g->stats.unreadable_bytes != 0)
		run_warning(r, RC_NOTSAVED, 0,
			    "%llu bytes of the heap are not in the dump: counts are too low",
			    (unsigned long long)g->stats.unreadable_bytes);
	if (g->unreadable != 0)
		run_warning(r, RC_BAD, 0, "the properties of %llu objects could not be read",
			    (unsigned long long)g->unreadable);
}

static enum rc make_groups(struct run *r, uint32_t isolate, const struct object_groups **groups)
{
	struct kept *k = r->heap->kept;
	bool boilerplates = ((const struct args *)r->args)->boilerplates;
	struct group_options options = {.jobs = r->session->jobs,
					.isolate = isolate,
					.with_boilerplates = boilerplates,
					.tick = tick,
					.tick_ctx = r};
	struct object_groups *g;

	for (size_t i = 0; k != NULL && i < k->n; i++)
		if (k->all[i]->isolate == isolate && k->all[i]->with_boilerplates == boilerplates) {
			*groups = k->all[i];
			return RC_OK;
		}
	if (k == NULL) {
		k = calloc(1, sizeof *k);
		if (k == NULL)
			return RC_NOMEM;
		r->heap->kept = k;
		r->heap->kept_free = kept_free;
	}
	TRY(object_groups_make(r->heap, &options, &g));
	struct object_groups **more = reallocarray(k->all, k->n + 1, sizeof *more);
	if (more == NULL) {
		object_groups_free(g);
		return RC_NOMEM;
	}
	k->all = more;
	k->all[k->n++] = g;
	warn_of_gaps(r, g);
	*groups = g;
	return RC_OK;
}

static bool has_property(const struct object_group *g, const char *name)
{
	for (size_t i = 0; i < g->nproperties; i++)
		if (strcmp(g->properties[i], name) == 0)
			return true;
	return false;
}

static bool wanted(const struct args *a, const struct object_group *g)
{
	return (a->constructor == NULL ||
		(g->constructor != NULL && strcmp(g->constructor, a->constructor) == 0)) &&
	       (a->property == NULL || has_property(g, a->property));
}

static int by_size(const void *a, const void *b)
{
	const struct object_group *x = *(const struct object_group *const *)a;
	const struct object_group *y = *(const struct object_group *const *)b;

	return x->bytes != y->bytes ? (x->bytes > y->bytes ? -1 : 1) : x < y ? -1 : 1;
}

static int by_props(const void *a, const void *b)
{
	const struct object_group *x = *(const struct object_group *const *)a;
	const struct object_group *y = *(const struct object_group *const *)b;

	return x->nproperties != y->nproperties ? (x->nproperties > y->nproperties ? -1 : 1)
	       : x < y                          ? -1
						: 1;
}

static int by_name(const void *a, const void *b)
{
	const struct object_group *x = *(const struct object_group *const *)a;
	const struct object_group *y = *(const struct object_group *const *)b;
	int order = strcmp(x->constructor != NULL ? x->constructor : "",
			   y->constructor != NULL ? y->constructor : "");

	return order != 0 ? order : x < y ? -1 : 1;
}

/* Groups come sorted by count. */
static enum rc sort_groups(struct run *r, const struct object_group **list, size_t n)
{
	const struct args *a = r->args;
	int (*order)(const void *, const void *) = NULL;

	if (a->sort == NULL || strcmp(a->sort, "count") == 0)
		return RC_OK;
	if (strcmp(a->sort, "size") == 0)
		order = by_size;
	else if (strcmp(a->sort, "props") == 0)
		order = by_props;
	else if (strcmp(a->sort, "name") == 0)
		order = by_name;
	else
		return run_error(r, RC_USAGE, 0,
				 "cannot sort by \"%s\": count, size, props or name", a->sort);
	if (n > 1)
		qsort(list, n, sizeof *list, order);
	return RC_OK;
}

static enum rc group_row(struct run *r, const struct object_group *g)
{
	struct str shape = STR_INIT;

	if (sink_is_text(r->sink)) {
		str_puts(&shape, g->constructor != NULL ? g->constructor : "(no constructor)");
		for (size_t i = 0; i < g->nproperties; i++)
			str_printf(&shape, "%s%s", i == 0 ? ": " : ", ", g->properties[i]);
	}
	enum rc rc = row(r->sink, &group_record, U(g->representative.bits), U(g->count),
			 U(g->nproperties), U(g->bytes), SN(str_text(&shape), shape.n),
			 SS(g->properties, g->nproperties), U(g->elements), S(g->constructor));
	str_free(&shape);
	return rc;
}

static void totals(struct run *r, const struct object_groups *g)
{
	struct str text = STR_INIT;
	uint64_t n = 0, bytes = 0;

	for (size_t i = 0; i < g->ngroups; i++) {
		n += g->groups[i].count;
		bytes += g->groups[i].bytes;
	}
	str_put_count(&text, n);
	str_puts(&text, " objects, ");
	str_put_size(&text, bytes);
	str_printf(&text, ", of %zu types; garbage that was not collected yet counts too",
		   g->ngroups);
	sink_heading(r->sink, "%s", str_text(&text));
	str_free(&text);
}

static enum rc print_groups(struct run *r, const struct object_groups *g)
{
	const struct args *a = r->args;
	const struct object_group **list = arena_array(r->arena, g->ngroups, sizeof *list);
	size_t n = 0;

	if (list == NULL)
		return RC_NOMEM;
	for (size_t i = 0; i < g->ngroups; i++)
		if (wanted(a, &g->groups[i]))
			list[n++] = &g->groups[i];
	TRY(sort_groups(r, list, n));
	for (size_t i = 0; i < n && i < a->limit; i++)
		TRY(group_row(r, list[i]));
	if (a->constructor == NULL && a->property == NULL)
		totals(r, g);
	return RC_OK;
}

/* The second pass: list the objects of some groups, by address. */
struct listing {
	struct run *r;
	const struct object_groups *groups;
	const struct object_group *only; /* NULL: all that the options want */
	uint64_t left;
	bool full; /* as many as were asked for */
};

static enum rc list_object(void *ctx, const struct js_object *o)
{
	struct listing *l = ctx;
	const struct object_group *g = object_groups_of_walked(l->groups, o);

	if (g == NULL || (l->only != NULL ? g != l->only : !wanted(l->r->args, g)))
		return RC_OK;
	if (l->left == 0) {
		l->full = true;
		return RC_DONE;
	}
	l->left--;
	return row(l->r->sink, &object_record, U(jsval_object(o->addr).bits), S(g->constructor));
}

static enum rc list_objects(struct run *r, const struct object_groups *groups,
			    const struct object_group *only)
{
	const struct args *a = r->args;
	struct listing l = {r, groups, only, a->limit, false};
	struct js_walk w;
	enum rc rc = js_walk_init(&w, r->heap);

	for (size_t i = 0; i < r->heap->npages && rc == RC_OK; i++) {
		const struct js_page *p = &r->heap->pages[i];
		if (groups->isolate == UINT32_MAX || p->isolate == groups->isolate)
			rc = js_walk_page(&w, p, list_object, &l);
		if (rc == RC_OK && run_interrupted(r))
			rc = RC_INTR;
	}
	js_walk_free(&w);
	return l.full ? RC_OK : rc;
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	const struct object_groups *groups;
	const struct object_group *only = NULL;

	uint64_t isolate = a->isolate != NOT_GIVEN    ? a->isolate
			   : r->session->isolate != 0 ? r->session->isolate - 1
						      : NOT_GIVEN;

	if (isolate != NOT_GIVEN && isolate >= r->heap->nisolates)
		return run_error(r, RC_USAGE, 0, "there is no isolate %llu: the process has %zu",
				 (unsigned long long)isolate, r->heap->nisolates);
	TRY(make_groups(r, isolate == NOT_GIVEN ? UINT32_MAX : (uint32_t)isolate, &groups));
	if (r->has_dot) {
		only = object_groups_of(groups, js_input(r->heap, r->dot));
		if (only == NULL)
			return run_error(r, RC_BAD, r->dot, "is no JavaScript object");
		if (!wanted(a, only))
			return RC_OK;
	}
	if (only != NULL || a->list)
		return list_objects(r, groups, only);
	return print_groups(r, groups);
}

const struct command cmd_findjsobjects = {
	.name = "findjsobjects",
	.summary = "what the heap holds: JavaScript objects by constructor and property names",
	.help = "Walks the whole heap and groups its objects by duck type: the name of their "
		"constructor and "
		"the names of their own properties, in the order they were made. Each row shows "
		"one "
		"representative object, how many there are like it, and the bytes that they take "
		"themselves.\n\n"
		"With an address, and behind a pipe, it lists all objects like that one. Objects "
		"that are "
		"no longer reachable but not yet swept away count too. V8's templates of object "
		"literals, which "
		"the program never made, are left out.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
