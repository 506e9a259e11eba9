/*
 * v8selftest - each fact of the layout, held against the heap at hand.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/selftest.h"

struct args {
	bool brief;
};

static const struct opt opts[] = {
	OPT_FLAG('b', "brief", struct args, brief, "only what is wrong, and the sums"),
	OPT_END,
};

static const struct col cols[] = {
	{"verdict", COL_STR, COL_LEFT, NULL},
	{"field", COL_STR, COL_LEFT, NULL},
	{"value", COL_INT, 0, NULL},
	{"checked", COL_UINT, 0, NULL},
	{"failed", COL_UINT, 0, NULL},
	{"example", COL_ADDR, COL_JSON_ONLY, NULL},
	{"source", COL_STR, COL_JSON_ONLY, NULL},
	{"how", COL_STR, COL_LEFT, "BECAUSE"},
	COL_END,
};
static const struct record fact_record = {"fact", LAYOUT_TABLE, cols};

static const struct col sum_cols[] = {
	{"proved", COL_UINT, 0, NULL},    {"symbol", COL_UINT, 0, NULL},
	{"table", COL_UINT, 0, NULL},     {"unknown", COL_UINT, 0, NULL},
	{"disproved", COL_UINT, 0, NULL}, {"objects", COL_UINT, 0, NULL},
	{"missteps", COL_UINT, 0, NULL},  COL_END,
};
static const struct record sum_record = {"selftest", LAYOUT_FIELDS, sum_cols};
static const struct record *const records[] = {&fact_record, &sum_record, NULL};

static const struct example examples[] = {
	{"::v8selftest -b", "is the layout right?"},
	{"::v8selftest", "fact by fact, and why"},
	EXAMPLE_END,
};

static enum rc tick(void *ctx, size_t done, size_t total)
{
	struct run *r = ctx;

	run_progress(r, "reading heap pages", done, total);
	return run_interrupted(r) ? RC_INTR : RC_OK;
}

static enum rc fact_row(struct run *r, const struct selftest *t, enum v8_field f, enum verdict v)
{
	const struct v8_layout *l = &r->heap->layout;
	const struct proof *p = &t->proofs[f];
	bool seen = p->good + p->bad != 0;
	const char *how = p->how;

	if (v == VERDICT_UNKNOWN)
		how = "not known for this build";
	else if (!seen)
		how = arena_printf(r->arena, "%s%s", p->how != NULL ? "no object shows it; " : "",
				   l->row[f]->source == SOURCE_SYM
					   ? arena_printf(r->arena, "v8dbg_%s", l->row[f]->symbol)
					   : l->row[f]->reason);
	return row(r->sink, &fact_record, S(js_verdict_name(v)), S(v8_field_name(f)),
		   v8_has(l, f) ? I(l->value[f]) : NUL, U(p->good + p->bad), U(p->bad),
		   p->first_bad != 0 ? A(p->first_bad) : NUL,
		   v8_has(l, f) ? S(v8_source_name(l->row[f]->source)) : NUL, S(how));
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	struct selftest *t = arena_alloc(r->arena, sizeof *t);
	uint64_t counts[VERDICT_DISPROVED + 1] = {0};

	if (t == NULL)
		return RC_NOMEM;
	TRY(js_selftest(r->heap, tick, r, t));
	for (int f = 0; f < V8_FIELD_COUNT; f++) {
		enum verdict v = js_verdict(r->heap, t, (enum v8_field)f);

		counts[v]++;
		if (!a->brief || v == VERDICT_DISPROVED)
			TRY(fact_row(r, t, (enum v8_field)f, v));
	}
	TRY(row(r->sink, &sum_record, U(counts[VERDICT_PROVED]), U(counts[VERDICT_SYMBOL]),
		U(counts[VERDICT_TABLE]), U(counts[VERDICT_UNKNOWN]), U(counts[VERDICT_DISPROVED]),
		U(t->stats.objects), U(t->stats.missteps)));
	if (counts[VERDICT_DISPROVED] != 0)
		return run_error(
			r, RC_BAD, 0,
			"%llu facts of the layout do not hold for this heap: see docs/new-v8.md",
			(unsigned long long)counts[VERDICT_DISPROVED]);
	return RC_OK;
}

const struct command cmd_v8selftest = {
	.name = "v8selftest",
	.summary = "hold each fact of the layout against the heap: proved, from a symbol, from a "
		   "table",
	.help = "Walks all pages and stacks and asks up to 5,000 objects for each fact of "
		"::v8layout: "
		"references must lead to objects of the right type, numbers must fit together. "
		"`proved` "
		"was seen to be right here; `symbol` and `table` are facts that nothing in this "
		"heap "
		"shows, and where they come from; `unknown` is not told for this build. DISPROVED "
		"is "
		"wrong: the exit status is 1 then, and values that rest on the fact cannot be "
		"trusted. "
		"One object in fifty may contradict a fact: a process may die while it makes an "
		"object.",
	.needs = NEEDS_V8,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
