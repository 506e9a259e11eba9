/*
 * head, count, grep, map - what stands behind a pipe and works on rows of any command.
 */
#include "cmd/core.h"
#include "cmd/session.h"
#include "cmd/sink.h"

struct head_args {
	uint64_t limit, positional;
};

static const struct opt head_opts[] = {
	OPT_COUNT('n', "limit", struct head_args, limit, 10, "how many"),
	ARG_COUNT("n", struct head_args, positional, NOT_GIVEN, false, "the same"),
	OPT_END,
};
static const struct example head_examples[] = {
	{"::threads | ::head -n 3", "the first three threads"},
	EXAMPLE_END,
};

static enum rc count_begin(struct run *r)
{
	r->state = arena_alloc(r->arena, sizeof(uint64_t));
	return r->state != NULL ? RC_OK : RC_NOMEM;
}

static enum rc head_row(struct run *r, const struct record *rec, const struct cell *cells)
{
	const struct head_args *a = r->args;
	uint64_t limit = a->positional != NOT_GIVEN ? a->positional : a->limit;
	uint64_t *seen = r->state;

	if (*seen >= limit)
		return RC_DONE;
	++*seen;
	TRY(sink_row(r->sink, rec, cells, record_width(rec)));
	return *seen < limit ? RC_OK : RC_DONE;
}

const struct command cmd_head = {
	.name = "head",
	.summary = "only the first rows of what comes through the pipe",
	.args_size = sizeof(struct head_args),
	.opts = head_opts,
	.examples = head_examples,
	.begin = count_begin,
	.row = head_row,
};

static const struct col count_cols[] = {{"count", COL_UINT, 0, NULL}, COL_END};
static const struct record count_record = {"count", LAYOUT_LINES, count_cols};
static const struct record *const count_records[] = {&count_record, NULL};
static const struct example count_examples[] = {
	{"::mappings | ::count", "how many mappings there are"},
	EXAMPLE_END,
};

static enum rc count_row(struct run *r, const struct record *rec, const struct cell *cells)
{
	(void)rec;
	(void)cells;
	++*(uint64_t *)r->state;
	return RC_OK;
}

static enum rc count_end(struct run *r)
{
	const uint64_t *n = r->state;

	return n != NULL ? row(r->sink, &count_record, U(*n)) : RC_OK;
}

const struct command cmd_count = {
	.name = "count",
	.summary = "how many rows come through the pipe",
	.records = count_records,
	.examples = count_examples,
	.begin = count_begin,
	.row = count_row,
	.end = count_end,
};

struct expr_args {
	const char *expr;
};

static const struct opt expr_opts[] = {
	ARG_STRING("expr", struct expr_args, expr, true,
		   "an expression in which . is the value of the row; quote it when it has blanks"),
	OPT_END,
};
static const struct example grep_examples[] = {
	{"::walk thread | ::grep '(.!=1)'", "all threads but the one with the id 1"},
	EXAMPLE_END,
};
static const struct example map_examples[] = {
	{"::mappings | ::map '.+8' | ::head -n 2", "the addresses 8 bytes into the first mappings"},
	EXAMPLE_END,
};

/* The expression with dot set to the value of the row. RC_DONE when the row has none. */
static enum rc evaluate(struct run *r, const struct record *rec, const struct cell *cells,
			uint64_t *value)
{
	const struct expr_args *a = r->args;
	const char *message = NULL;
	struct arena arena = ARENA_INIT;
	int i = record_column(rec, KIND_ANY);

	if (i < 0 || cells[i].tag != CELL_U64)
		return RC_DONE;
	r->session->dot = cells[i].u;
	enum rc rc = session_eval(r->session, a->expr, 16, value, &arena, &message);
	if (rc != RC_OK)
		run_error(r, rc, 0, "%s", message);
	arena_free(&arena);
	return rc;
}

static enum rc grep_row(struct run *r, const struct record *rec, const struct cell *cells)
{
	uint64_t value = 0;
	enum rc rc = evaluate(r, rec, cells, &value);

	if (rc == RC_OK && value != 0)
		return sink_row(r->sink, rec, cells, record_width(rec));
	return rc == RC_DONE ? RC_OK : rc;
}

const struct command cmd_grep = {
	.name = "grep",
	.summary = "only the rows for which an expression is not 0",
	.args_size = sizeof(struct expr_args),
	.opts = expr_opts,
	.examples = grep_examples,
	.row = grep_row,
};

static const struct col map_cols[] = {{"address", COL_ADDR, 0, NULL}, COL_END};
static const struct record map_record = {"address", LAYOUT_LINES, map_cols};
static const struct record *const map_records[] = {&map_record, NULL};

static enum rc map_row(struct run *r, const struct record *rec, const struct cell *cells)
{
	uint64_t value = 0;
	enum rc rc = evaluate(r, rec, cells, &value);

	if (rc == RC_OK)
		return row(r->sink, &map_record, A(value));
	return rc == RC_DONE ? RC_OK : rc;
}

const struct command cmd_map = {
	.name = "map",
	.summary = "an expression computed from each row's value",
	.args_size = sizeof(struct expr_args),
	.opts = expr_opts,
	.records = map_records,
	.examples = map_examples,
	.row = map_row,
};
