/*
 * v8pages - the pages of the heap, walked from end to end.
 */
#include "cmd/session.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/walk.h"

static const struct col cols[] = {
	{"address", COL_ADDR, 0, NULL},
	{"space", COL_STR, COL_LEFT, NULL},
	{"isolate", COL_UINT, 0, NULL},
	{"start", COL_ADDR, 0, NULL},
	{"stop", COL_ADDR, 0, NULL},
	{"size", COL_SIZE, 0, NULL},
	{"objects", COL_UINT, 0, NULL},
	{"bytes", COL_SIZE, 0, NULL},
	{"filler", COL_SIZE, COL_JSON_ONLY, NULL},
	{"forwarded", COL_SIZE, COL_JSON_ONLY, NULL},
	{"dead", COL_SIZE, COL_JSON_ONLY, NULL},
	{"missteps", COL_UINT, 0, NULL},
	{"gap", COL_SIZE, COL_JSON_ONLY, NULL},
	{"first_misstep", COL_ADDR, COL_JSON_ONLY, NULL},
	{"unreadable", COL_SIZE, COL_JSON_ONLY, NULL},
	{"flags", COL_ADDR, COL_JSON_ONLY, NULL},
	{"stale", COL_BOOL, 0, NULL},
	COL_END,
};
static const struct record record = {"page", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::v8pages", "every page, its space and how many objects it holds"},
	EXAMPLE_END,
};

static enum rc page_row(struct run *r, const struct js_page *p, const struct js_walk_stats *st)
{
	bool shared = p->isolate == UINT32_MAX;

	return row(r->sink, &record, A(p->base), S(p->space), shared ? NUL : U(p->isolate),
		   A(p->start), A(p->stop), U(p->size), U(st->objects), U(st->bytes),
		   U(st->filler_bytes), U(st->forwarded_bytes), U(st->dead_bytes), U(st->missteps),
		   U(st->gap_bytes), st->missteps != 0 ? A(st->first_misstep) : NUL,
		   U(st->unreadable_bytes), U(p->flags), B(p->dead));
}

static enum rc run(struct run *r)
{
	struct js_walk w;
	enum rc rc = js_walk_init(&w, r->heap);

	for (size_t i = 0; i < r->heap->npages && rc == RC_OK; i++) {
		w.stats = (struct js_walk_stats){0};
		rc = js_walk_page(&w, &r->heap->pages[i], NULL, NULL);
		if (rc == RC_OK)
			rc = page_row(r, &r->heap->pages[i], &w.stats);
		if (rc == RC_OK && run_interrupted(r))
			rc = RC_INTR;
	}
	js_walk_free(&w);
	return rc;
}

const struct command cmd_v8pages = {
	.name = "v8pages",
	.summary = "the pages of V8's heap, each walked from end to end",
	.help = "A page whose objects do not lead exactly to its end has missteps; what was passed "
		"over there is its gap. Stale pages hold only copies that a collection left "
		"behind, "
		"and are not read. In JSON, \"forwarded\" are the bytes of objects that a "
		"collection "
		"had moved elsewhere, and \"dead\" those of garbage whose maps were gone already "
		"while "
		"the page waited for its sweeper.",
	.needs = NEEDS_V8,
	.records = records,
	.examples = examples,
	.run = run,
};
