/*
 * v8layout - what is known of this build of V8, and what each fact rests on.
 */
#include "cmd/session.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/sizes.h"

struct args {
	bool all;
};

static const struct opt opts[] = {
	OPT_FLAG('a', "all", struct args, all, "every row that applies, not only the one that won"),
	OPT_END,
};

static const struct col cols[] = {
	{"field", COL_STR, COL_LEFT, NULL},
	{"offset", COL_INT, 0, "VALUE"},
	{"representation", COL_STR, COL_LEFT, "WIDTH"},
	{"row", COL_STR, COL_LEFT, "SOURCE"},
	{"reason", COL_STR, COL_LEFT, NULL},
	{"agrees", COL_BOOL, COL_JSON_ONLY, NULL},
	{"votes", COL_UINT, COL_JSON_ONLY, NULL},
	{"samples", COL_UINT, COL_JSON_ONLY, NULL},
	COL_END,
};
static const struct record record = {"layout", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::v8layout", "every field, where it is and why"},
	EXAMPLE_END,
};

static const char *source(struct run *r, const struct v8_row *row_)
{
	switch (row_->source) {
	case SOURCE_SYM:
		return arena_printf(r->arena, "v8dbg_%s%s", row_->symbol,
				    r->heap->layout.file != NULL ? " (layout file)" : "");
	case SOURCE_AFTER:
		return arena_printf(r->arena, "after %s", v8_field_name(row_->after));
	case SOURCE_FILE:
		return "layout file";
	case SOURCE_LIT:
	case SOURCE_NONE:
		break;
	}
	return "table";
}

static enum rc field_row(struct run *r, const struct v8_row *row_, int64_t value)
{
	const struct v8_layout *l = &r->heap->layout;

	return row(r->sink, &record, S(v8_field_name(row_->field)), I(value),
		   S(v8_width_name(row_->width)), S(source(r, row_)), S(row_->reason),
		   B(l->value[row_->field] == value), NUL, NUL);
}

/* The size rules that the heap itself decided on. */
static enum rc size_rows(struct run *r)
{
	const struct v8_size_rules *s = r->heap->sizes;

	for (size_t i = 0; i < s->nkinds; i++) {
		const struct size_kind *k = &s->kinds[i];

		if (k->nvariants < 2)
			continue;
		TRY(row(r->sink, &record, S(arena_printf(r->arena, "size of %s", k->name)),
			I((int64_t)k->chosen), S("size rule"),
			S(k->samples != 0 ? "proved by the heap" : "table"), S(size_rule_reason(k)),
			B(k->samples == 0 || k->votes[k->chosen] == k->samples),
			U(k->votes[k->chosen]), U(k->samples)));
	}
	return RC_OK;
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	const struct v8_layout *l = &r->heap->layout;

	for (size_t i = 0; i < v8_nrows; i++) {
		int64_t value;

		if (v8_row_value(l, &v8_rows[i], &value) != RC_OK)
			continue;
		if (a->all || l->row[v8_rows[i].field] == &v8_rows[i])
			TRY(field_row(r, &v8_rows[i], value));
	}
	for (int f = 0; f < V8_FIELD_COUNT; f++) {
		if (v8_has(l, (enum v8_field)f) && l->row[f]->source == SOURCE_FILE)
			TRY(field_row(r, l->row[f], l->value[f]));
		if (!v8_has(l, (enum v8_field)f))
			TRY(row(r->sink, &record, S(v8_field_name((enum v8_field)f)), NUL, NUL, NUL,
				S("not known for this build"), NUL, NUL, NUL));
	}
	return size_rows(r);
}

const struct command cmd_v8layout = {
	.name = "v8layout",
	.summary = "what is known of this V8, and what each fact rests on",
	.help = "Offsets, masks and tags come from the v8dbg_ symbols of the binary, else from a "
		"table with "
		"the V8 file that it rests on. Where the size rule of a kind of object changed "
		"between "
		"versions, the heap itself decides: `votes` of `samples` objects fit the chosen "
		"rule. Send "
		"this with every report of a wrong value.",
	.needs = NEEDS_V8,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
