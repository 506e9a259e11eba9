/*
 * walk - put out the values that a walker yields, one row each.
 */
#include "cmd/core.h"
#include "cmd/session.h"

#include <string.h>

struct walk_args {
	const char *walker, *variable;
};

struct walk {
	const struct walker *walker;
	void *state;
	const struct record *record;
};

static const struct opt opts[] = {
	ARG_STRING("walker", struct walk_args, walker, true, "what to walk; ::walkers lists them"),
	ARG_STRING("variable", struct walk_args, variable, false,
		   "a variable to set to each value, for the commands behind the pipe"),
	OPT_END,
};

static const struct col addr_cols[] = {{"address", COL_ADDR, 0, NULL}, COL_END};
static const struct col value_cols[] = {
	{"address", COL_JSVAL, 0, NULL},
	{"constructor", COL_STR, COL_LEFT, NULL},
	COL_END,
};
static const struct col thread_cols[] = {{"thread", COL_THREAD, 0, NULL}, COL_END};
static const struct record addr_record = {"address", LAYOUT_LINES, addr_cols};
const struct record walked_object_record = {"jsobject", LAYOUT_LINES, value_cols};
static const struct record thread_record = {"walked", LAYOUT_LINES, thread_cols};
static const struct record *const records[] = {&addr_record, &walked_object_record, &thread_record,
					       NULL};

static const struct example examples[] = {
	{"::walk thread", "the ids of all threads"},
	{"::walk thread | ::registers", "the registers of each of them"},
	EXAMPLE_END,
};

static enum rc walk_begin(struct run *r)
{
	const struct walk_args *a = r->args;
	struct walk *w = arena_alloc(r->arena, sizeof *w);
	struct why why = {RC_OK, 0, NULL};

	if (w == NULL)
		return RC_NOMEM;
	r->state = w;
	w->walker = session_walker(r->session, a->walker);
	if (w->walker == NULL)
		return run_error(r, RC_BAD, 0, "no walker \"%s\"; ::walkers lists them", a->walker);
	if (w->walker->needs != 0 && r->session->target == NULL)
		return run_error(r, RC_USAGE, 0, "no core is open: mdbish CORE opens one");
	if ((w->walker->needs & NEEDS_V8) != 0 && session_heap(r->session, &why) != RC_OK)
		return run_why(r, &why);
	r->target = r->session->target;
	r->heap = r->session->heap;
	w->state = arena_alloc(r->arena, w->walker->state_size);
	w->record = w->walker->out == KIND_THREAD ? &thread_record : &addr_record;
	if (w->walker->in != KIND_NONE)
		r->want = w->walker->in;
	return w->state != NULL ? RC_OK : RC_NOMEM;
}

static enum rc walk_values(struct run *r, const struct walk *w, struct run *inner)
{
	const struct walk_args *a = r->args;
	uint64_t value = 0;
	enum rc rc;

	while ((rc = w->walker->next(inner, &value)) == RC_OK) {
		if (a->variable != NULL && session_set(r->session, a->variable, value) != RC_OK)
			return run_error(r, RC_USAGE, 0, "\"%s\" cannot be a variable",
					 a->variable);
		rc = w->walker->emit != NULL ? w->walker->emit(inner, value)
					     : row(r->sink, w->record, U(value));
		if (rc != RC_OK)
			return rc;
		if (run_interrupted(r))
			return RC_INTR;
	}
	return rc == RC_DONE ? RC_OK : rc;
}

static enum rc walk_run(struct run *r)
{
	const struct walk *w = r->state;
	struct run inner = *r;
	enum rc rc;

	if (w->walker->in == KIND_NONE && r->has_dot)
		return run_error(r, RC_USAGE, 0, "the walk \"%s\" takes no address",
				 w->walker->name);
	if (w->walker->in != KIND_NONE && !r->has_dot)
		return run_error(r, RC_USAGE, 0, "the walk \"%s\" needs an address before it",
				 w->walker->name);
	memset(w->state, 0, w->walker->state_size);
	inner.state = w->state;
	inner.said = false;
	rc = w->walker->init(&inner);
	if (rc == RC_OK)
		rc = walk_values(r, w, &inner);
	else if (rc == RC_DONE)
		rc = RC_OK;
	if (w->walker->fini != NULL)
		w->walker->fini(&inner);
	r->said |= inner.said;
	return rc;
}

const struct command cmd_walk = {
	.name = "walk",
	.summary = "put out the values that a walker finds, one a line",
	.in = KIND_ANY,
	.args_size = sizeof(struct walk_args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.begin = walk_begin,
	.run = walk_run,
};
