/*
 * v8spaces - how full the spaces of the heap are.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/usage.h"

struct args {
	uint64_t isolate;
};

static const struct opt opts[] = {
	OPT_COUNT('i', "isolate", struct args, isolate, NOT_GIVEN,
		  "only spaces of the N-th isolate"),
	OPT_END,
};

static const struct col cols[] = {
	{"isolate", COL_UINT, 0, NULL},
	{"space", COL_STR, COL_LEFT, NULL},
	{"pages", COL_UINT, 0, NULL},
	{"committed", COL_SIZE, 0, NULL},
	{"used", COL_SIZE, 0, NULL},
	{"available", COL_SIZE, 0, NULL},
	{"reserved", COL_SIZE, COL_JSON_ONLY, NULL},
	{"walked", COL_SIZE, 0, "OBJECTS' BYTES"},
	{"objects", COL_UINT, 0, NULL},
	{"counted", COL_BOOL, COL_JSON_ONLY, NULL},
	{"class", COL_STR, COL_JSON_ONLY, NULL},
	COL_END,
};
static const struct record record = {"v8space", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::v8spaces", "every space of every isolate"},
	EXAMPLE_END,
};

static enum rc tick(void *ctx, size_t done, size_t total)
{
	struct run *r = ctx;

	run_progress(r, "reading heap pages", done, total);
	return run_interrupted(r) ? RC_INTR : RC_OK;
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	struct js_spaces all;
	uint64_t isolate;

	TRY(isolate_wanted(r, a->isolate, &isolate));
	TRY(js_spaces_load(r->heap, tick, r, &all));
	enum rc rc = RC_OK;
	for (size_t i = 0; i < all.n && rc == RC_OK; i++) {
		const struct js_space *s = &all.spaces[i];
		bool shared = s->isolate == UINT32_MAX;

		if (isolate != NOT_GIVEN && (shared || s->isolate != isolate))
			continue;
		rc = row(r->sink, &record, shared ? NUL : U(s->isolate), S(s->name), U(s->pages),
			 U(s->committed), U(s->used), U(s->available), U(s->reserved), U(s->walked),
			 U(s->objects), B(s->counted), S(s->class));
	}
	js_spaces_free(&all);
	return rc;
}

const struct command cmd_v8spaces = {
	.name = "v8spaces",
	.summary = "how full the spaces of the heap are, as v8.getHeapSpaceStatistics() counts",
	.help = "`committed` is what V8 has reserved for the space, `used` what its objects take "
		"by V8's "
		"own counters, `available` what is free in its pages. Areas that are reserved for "
		"allocation are available here; V8 may count them as used (`reserved`, in JSON). "
		"The bytes and the number of "
		"objects "
		"beside them come from walking the pages: they include garbage that was not swept "
		"yet, "
		"which V8 does not count. Where V8 keeps no counter (`counted` false), `used` is "
		"what "
		"the walk found.",
	.needs = NEEDS_V8,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
