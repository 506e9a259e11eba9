/*
 * isolates - the V8 isolates of the process: the main one, and one for each worker thread.
 */
#include "cmd/session.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/gc.h"
#include "jsheap/worker.h"

#include <stdlib.h>
#include <string.h>

static const struct col cols[] = {
	{"isolate", COL_UINT, 0, NULL},    {"address", COL_ADDR, 0, NULL},
	{"thread", COL_THREAD, 0, NULL},   {"worker", COL_UINT, 0, NULL},
	{"heap", COL_ADDR, 0, NULL},       {"pages", COL_UINT, 0, NULL},
	{"size", COL_SIZE, 0, NULL},       {"gc", COL_STR, COL_LEFT, NULL},
	{"name", COL_STR, COL_LEFT, NULL}, COL_END,
};
static const struct record record = {"isolate", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::isolates", "all isolates"},
	EXAMPLE_END,
};

static enum rc isolate_row(struct run *r, size_t i)
{
	const struct js_heap *h = r->heap;
	const struct js_isolate *iso = &h->isolates[i];
	uint64_t pages = 0, size = 0;
	struct js_worker w = {0};
	enum rc found = js_worker_find(h, (uint32_t)i, r->arena, &w);

	if (found == RC_NOMEM)
		return found;
	for (size_t p = 0; p < h->npages; p++)
		if (h->pages[p].isolate == i) {
			pages++;
			size += h->pages[p].size;
		}
	return row(r->sink, &record, U(i), A(iso->addr),
		   iso->thread != 0 ? U((uint64_t)iso->thread) : NUL,
		   found == RC_OK ? U(w.id) : NUL, A(iso->heap), U(pages), U(size),
		   S(gc_state_name(iso->gc)),
		   S(found != RC_OK   ? NULL
		     : w.name != NULL ? w.name
		     : w.main         ? "main thread"
				      : NULL));
}

static enum rc run(struct run *r)
{
	for (size_t i = 0; i < r->heap->nisolates; i++)
		TRY(isolate_row(r, i));
	return RC_OK;
}

const struct command cmd_isolates = {
	.name = "isolates",
	.summary = "the V8 isolates of the process",
	.help = "An isolate is one JavaScript heap: the main thread has one, and so has every "
		"worker thread. The thread is the one that was inside the isolate; null when none "
		"was. \"gc\" says what its garbage collector was doing: none, scavenge, "
		"mark-compact, ...; in the middle of a collection, moved objects count once, and "
		"garbage as far as it was not collected yet. `worker` is the threadId that Node "
		"gave "
		"the thread: 0 is the main one. ::isolate selects one of them.",
	.needs = NEEDS_V8,
	.records = records,
	.examples = examples,
	.run = run,
};

struct select_args {
	const char *which;
};

static const struct opt select_opts[] = {
	ARG_STRING("number", struct select_args, which, false,
		   "of the isolate, as ::isolates lists them; `all` for all again"),
	OPT_END,
};

static const struct example select_examples[] = {
	{"::isolate 0", "commands are about the main isolate from now on"},
	{"::isolate all", "about all of them, as at first"},
	EXAMPLE_END,
};

static enum rc select_run(struct run *r)
{
	const struct select_args *a = r->args;
	const struct js_heap *h = r->heap;
	struct session *s = r->session;
	char *end;

	if (a->which != NULL && strcmp(a->which, "all") == 0) {
		s->isolate = 0;
	} else if (a->which != NULL) {
		uint64_t n = strtoull(a->which, &end, 10);
		if (end == a->which || *end != '\0' || n >= h->nisolates)
			return run_error(r, RC_USAGE, 0,
					 "there is no isolate %s: the process has %zu", a->which,
					 h->nisolates);
		s->isolate = n + 1;
		if (h->isolates[n].thread != 0) {
			s->thread = h->isolates[n].thread;
			s->frame = 0;
		}
	}
	for (size_t i = 0; i < h->nisolates; i++)
		if (s->isolate == 0 || s->isolate == i + 1)
			TRY(isolate_row(r, i));
	return RC_OK;
}

static const char *select_complete(const struct session *s, size_t n)
{
	static const char *const words[] = {"all", "0", "1", "2", "3", "4",
					    "5",   "6", "7", "8", "9"};
	size_t isolates = s->heap != NULL ? s->heap->nisolates : 0;

	return n <= isolates && n < sizeof words / sizeof words[0] ? words[n] : NULL;
}

const struct command cmd_isolate = {
	.name = "isolate",
	.summary = "select the isolate that commands are about",
	.help = "Commands with an option -i (::findjsobjects, ::jsscripts, ::v8types, ::v8roots, "
		"::v8spaces) are about that isolate then, unless -i names another. The thread that "
		"was "
		"inside of it is selected as well. Without a number it says which is selected.",
	.needs = NEEDS_V8,
	.args_size = sizeof(struct select_args),
	.opts = select_opts,
	.records = records,
	.examples = select_examples,
	.run = select_run,
	.complete = select_complete,
};
