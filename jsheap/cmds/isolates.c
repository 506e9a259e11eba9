/*
 * isolates - the V8 isolates of the process: the main one, and one for each worker thread.
 */
#include "cmd/session.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/gc.h"

static const struct col cols[] = {
	{"isolate", COL_UINT, 0, NULL},  {"address", COL_ADDR, 0, NULL},
	{"thread", COL_THREAD, 0, NULL}, {"heap", COL_ADDR, 0, NULL},
	{"pages", COL_UINT, 0, NULL},    {"size", COL_SIZE, 0, NULL},
	{"gc", COL_STR, COL_LEFT, NULL}, COL_END,
};
static const struct record record = {"isolate", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::isolates", "all isolates"},
	EXAMPLE_END,
};

static enum rc run(struct run *r)
{
	const struct js_heap *h = r->heap;

	for (size_t i = 0; i < h->nisolates; i++) {
		uint64_t pages = 0, size = 0;

		for (size_t p = 0; p < h->npages; p++)
			if (h->pages[p].isolate == i) {
				pages++;
				size += h->pages[p].size;
			}
		TRY(row(r->sink, &record, U(i), A(h->isolates[i].addr),
			h->isolates[i].thread != 0 ? U((uint64_t)h->isolates[i].thread) : NUL,
			A(h->isolates[i].heap), U(pages), U(size),
			S(gc_state_name(h->isolates[i].gc))));
	}
	return RC_OK;
}

const struct command cmd_isolates = {
	.name = "isolates",
	.summary = "the V8 isolates of the process",
	.help = "An isolate is one JavaScript heap: the main thread has one, and so has every "
		"worker thread. The thread is the one that was inside the isolate; null when none "
		"was. \"gc\" says what its garbage collector was doing: none, scavenge, "
		"mark-compact, ...; in the middle of a collection, moved objects count once, and "
		"garbage as far as it was not collected yet.",
	.needs = NEEDS_V8,
	.records = records,
	.examples = examples,
	.run = run,
};
