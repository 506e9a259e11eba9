/*
 * v8types - the instance types of this V8, and what the heap holds of each.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/walk.h"

#include <string.h>

struct args {
	bool all;
	const char *sort, *text;
	uint64_t isolate;
};

static const struct opt opts[] = {
	OPT_FLAG('a', "all", struct args, all, "types that the heap has no object of, too"),
	OPT_STRING('s', "sort", struct args, sort, "order: number (default), count, size, name"),
	OPT_COUNT('i', "isolate", struct args, isolate, NOT_GIVEN,
		  "only objects of the N-th isolate"),
	ARG_STRING("text", struct args, text, false, "only types whose name has this text in it"),
	OPT_END,
};

static const struct col cols[] = {
	{"number", COL_UINT, 0, NULL},
	{"count", COL_UINT, 0, "OBJECTS"},
	{"size", COL_SIZE, 0, NULL},
	{"source", COL_STR, COL_LEFT, "KNOWN BY"},
	{"class", COL_STR, COL_JSON_ONLY, NULL},
	{"name", COL_STR, COL_LEFT, NULL},
	COL_END,
};
static const struct record record = {"v8type", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::v8types -s size", "what takes the most"},
	{"::v8types -a CONTEXT", "all types of contexts"},
	EXAMPLE_END,
};

struct tally {
	uint64_t count, bytes;
};

struct type_row {
	unsigned number;
	const char *name;
	struct tally tally;
};

static enum rc tally(void *ctx, const struct js_object *o)
{
	struct tally *t = ctx;

	if (o->info->type < TYPE_LIMIT) {
		t[o->info->type].count++;
		t[o->info->type].bytes += o->size;
	}
	return RC_OK;
}

static enum rc tick(void *ctx, size_t done, size_t total)
{
	struct run *r = ctx;

	run_progress(r, "reading heap pages", done, total);
	return run_interrupted(r) ? RC_INTR : RC_OK;
}

/* Objects of each type: one table a thread, added up in the first. */
static enum rc count_all(struct run *r, uint64_t isolate, struct tally *sum)
{
	unsigned jobs = r->session->jobs;
	struct js_walk *walks = arena_array(r->arena, jobs, sizeof *walks);
	void **ctxs = arena_array(r->arena, jobs, sizeof *ctxs);
	enum rc rc = walks != NULL && ctxs != NULL ? RC_OK : RC_NOMEM;
	unsigned made = 0;

	for (; made < jobs && rc == RC_OK; made++) {
		ctxs[made] = made == 0 ? sum : arena_array(r->arena, TYPE_LIMIT, sizeof *sum);
		rc = ctxs[made] != NULL ? js_walk_init(&walks[made], r->heap) : RC_NOMEM;
	}
	struct js_walk_all all = {.jobs = jobs,
				  .isolate = isolate == NOT_GIVEN ? UINT32_MAX : (uint32_t)isolate,
				  .walks = walks,
				  .fn = tally,
				  .ctxs = ctxs,
				  .tick = tick,
				  .tick_ctx = r};
	if (rc == RC_OK)
		rc = js_walk_pages(r->heap, &all);
	for (unsigned i = 0; i < made; i++) {
		const struct tally *t = ctxs[i];
		for (size_t k = 0; i != 0 && t != NULL && k < TYPE_LIMIT; k++) {
			sum[k].count += t[k].count;
			sum[k].bytes += t[k].bytes;
		}
		js_walk_free(&walks[i]);
	}
	return rc;
}

/* What told the name of a type. */
static const char *source(const struct js_heap *h, unsigned number, const char *name)
{
	const struct v8_layout *l = &h->layout;

	for (size_t i = 0; i < l->nconstants; i++) {
		const char *end = strstr(l->constants[i].name, name);
		if (strncmp(l->constants[i].name, "type_", 5) == 0 &&
		    (unsigned)l->constants[i].value == number && end != NULL &&
		    strcmp(end + strlen(name), "_TYPE") == 0)
			return "symbol";
	}
	for (size_t i = 0; i < h->nroots; i++) {
		size_t len = strlen(h->root_names[i]);
		uint16_t type;
		if (len > 4 && strcmp(h->root_names[i] + len - 4, "_map") == 0 &&
		    js_is_map(h, h->roots[i]) &&
		    mem_u16(h->mem,
			    jsval_addr(h->roots[i]) + (addr_t)v8_value(l, V8_Map_instance_type),
			    &type) == RC_OK &&
		    type == number)
			return "root map";
	}
	return "order";
}

static const char *class_text(unsigned classes)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {{CLASS_STRING, "string"},     {CLASS_FUNCTION, "function"},
		     {CLASS_RECEIVER, "receiver"}, {CLASS_CONTEXT, "context"},
		     {CLASS_SKIP, "filler"},       {CLASS_SITE, "site"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((classes & names[i].bit) != 0)
			return names[i].name;
	return "internal";
}

static int by_count(const void *a, const void *b)
{
	const struct type_row *x = a, *y = b;

	return x->tally.count != y->tally.count ? (x->tally.count > y->tally.count ? -1 : 1)
						: (x->number > y->number) - (x->number < y->number);
}

static int by_size(const void *a, const void *b)
{
	const struct type_row *x = a, *y = b;

	return x->tally.bytes != y->tally.bytes ? (x->tally.bytes > y->tally.bytes ? -1 : 1)
						: (x->number > y->number) - (x->number < y->number);
}

static int by_name(const void *a, const void *b)
{
	const struct type_row *x = a, *y = b;

	return strcmp(x->name != NULL ? x->name : "~", y->name != NULL ? y->name : "~");
}

static enum rc print(struct run *r, struct type_row *rows, size_t n)
{
	const struct args *a = r->args;
	int (*order)(const void *, const void *) = NULL;

	if (a->sort != NULL && strcmp(a->sort, "count") == 0)
		order = by_count;
	else if (a->sort != NULL && strcmp(a->sort, "size") == 0)
		order = by_size;
	else if (a->sort != NULL && strcmp(a->sort, "name") == 0)
		order = by_name;
	else if (a->sort != NULL && strcmp(a->sort, "number") != 0)
		return run_error(r, RC_USAGE, 0,
				 "cannot sort by \"%s\": number, count, size or name", a->sort);
	if (order != NULL && n > 1)
		qsort(rows, n, sizeof *rows, order);
	for (size_t i = 0; i < n; i++)
		TRY(row(r->sink, &record, U(rows[i].number), U(rows[i].tally.count),
			U(rows[i].tally.bytes),
			S(rows[i].name != NULL ? source(r->heap, rows[i].number, rows[i].name)
					       : NULL),
			S(class_text(type_classes(&r->heap->types, (uint16_t)rows[i].number))),
			S(rows[i].name)));
	return RC_OK;
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	struct tally *sum = arena_array(r->arena, TYPE_LIMIT, sizeof *sum);
	struct type_row *rows = arena_array(r->arena, TYPE_LIMIT, sizeof *rows);
	uint64_t isolate;
	size_t n = 0;

	if (sum == NULL || rows == NULL)
		return RC_NOMEM;
	TRY(isolate_wanted(r, a->isolate, &isolate));
	TRY(count_all(r, isolate, sum));
	for (unsigned t = 0; t < TYPE_LIMIT; t++) {
		const char *name = r->heap->types.name[t];

		if ((sum[t].count != 0 || (a->all && name != NULL)) && has_text(name, a->text))
			rows[n++] = (struct type_row){t, name, sum[t]};
	}
	return print(r, rows, n);
}

/* The n-th type that has a name. */
static const char *complete(const struct session *s, size_t n)
{
	for (size_t t = 0; s->heap != NULL && t < TYPE_LIMIT; t++)
		if (s->heap->types.name[t] != NULL && n-- == 0)
			return s->heap->types.name[t];
	return NULL;
}

const struct command cmd_v8types = {
	.name = "v8types",
	.summary = "the instance types of this V8: number, name, objects and bytes in the heap",
	.help = "Every object's map says which type it is of. Their numbers change with every V8; "
		"names "
		"come from v8dbg_ symbols of the binary, else from the root map of that name, else "
		"from "
		"V8's fixed order of some types. Fillers and free space are not counted. A type "
		"without "
		"a name is one that no source tells.",
	.needs = NEEDS_V8,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
	.complete = complete,
};
