/*
 * jsscripts - the scripts of the process, and the functions of one.
 */
#include "base/vec.h"
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"

struct args {
	bool functions;
	uint64_t isolate;
	const char *text;
};

static const struct opt opts[] = {
	OPT_FLAG('f', "functions", struct args, functions, "the functions of each script instead"),
	OPT_COUNT('i', "isolate", struct args, isolate, NOT_GIVEN,
		  "only scripts of the N-th isolate"),
	ARG_STRING("text", struct args, text, false, "only scripts whose name has this text in it"),
	OPT_END,
};

static const struct col cols[] = {
	{"address", COL_JSVAL, 0, NULL},
	{"id", COL_INT, 0, NULL},
	{"kind", COL_STR, COL_LEFT, "TYPE"},
	{"length", COL_UINT, 0, "UNITS"},
	{"functions", COL_UINT, 0, NULL},
	{"isolate", COL_UINT, COL_JSON_ONLY, NULL},
	{"line_offset", COL_INT, COL_JSON_ONLY, NULL},
	{"column_offset", COL_INT, COL_JSON_ONLY, NULL},
	{"eval_from", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"name", COL_STR, COL_LEFT, NULL},
	COL_END,
};
static const struct record script_record = {"script", LAYOUT_TABLE, cols};

static const struct col function_cols[] = {
	{"address", COL_JSVAL, 0, NULL},
	{"line", COL_UINT, 0, NULL},
	{"column", COL_UINT, 0, NULL},
	{"length", COL_UINT, 0, "UNITS"},
	{"compiled", COL_BOOL, COL_JSON_ONLY, NULL},
	{"start", COL_UINT, COL_JSON_ONLY, NULL},
	{"end", COL_UINT, COL_JSON_ONLY, NULL},
	{"script", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"file", COL_STR, COL_JSON_ONLY, NULL},
	{"function", COL_STR, COL_LEFT, NULL},
	COL_END,
};
static const struct record function_record = {"scriptfunction", LAYOUT_TABLE, function_cols};
static const struct record *const records[] = {&script_record, &function_record, NULL};

static const struct example examples[] = {
	{"::jsscripts", "every script, Node's own among them"},
	{"::jsscripts values.js", "those whose name has this in it"},
	{"::jsscripts values.js | ::jsscripts -f", "the functions of one, by line"},
	EXAMPLE_END,
};

struct pass {
	struct run *r;
	size_t isolate;
	bool known_isolate;
};

static enum rc count_function(void *ctx, jsval shared)
{
	(void)shared;
	++*(uint64_t *)ctx;
	return RC_OK;
}

static enum rc script_row(struct pass *p, const struct js_script *s, const char *name)
{
	const struct js_heap *h = p->r->heap;
	jsval from = js_script_eval_from(h, s->v);
	uint64_t n = 0;
	enum rc rc = js_script_functions(h, s, count_function, &n);

	if (rc != RC_OK)
		run_warning(p->r, rc, s->v.bits,
			    "the list of the script's functions cannot be read");
	return row(p->r->sink, &script_record, U(s->v.bits), s->id >= 0 ? I(s->id) : NUL,
		   S(js_script_type_name(s->type)), s->has_source ? U(s->length) : NUL,
		   rc == RC_OK ? U(n) : NUL, p->known_isolate ? U(p->isolate) : NUL,
		   I(s->line_offset), I(s->column_offset), from.bits != 0 ? U(from.bits) : NUL,
		   S(name));
}

/* A function to list. */
struct entry {
	jsval shared;
	int32_t start, end; /* -1: not known */
};

typedef VEC(struct entry) entries;

struct gather {
	const struct js_heap *heap;
	entries found;
};

static enum rc gather_function(void *ctx, jsval shared)
{
	struct gather *g = ctx;
	struct js_function f;
	struct entry e = {shared, -1, -1};

	if (js_shared_load(g->heap, shared, &f) == RC_OK && f.has_range) {
		e.start = f.start;
		e.end = f.end;
	}
	return vec_push(&g->found, e);
}

static int by_start(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end != y->end
		       ? (x->end > y->end ? -1 : 1)
		       : (x->shared.bits > y->shared.bits) - (x->shared.bits < y->shared.bits);
}

static enum rc function_row(struct run *r, const struct js_script *s, const struct js_lines *lines,
			    const struct entry *e, const char *file)
{
	uint32_t line = 0, column = 0;
	bool known = e->start >= 0;
	const char *name = js_shared_debug_name(r->heap, e->shared, r->arena);

	if (!known || js_lines_position(lines, e->start, &line, &column) != RC_OK)
		line = 0;
	if (name != NULL && name[0] == '\0')
		name = NULL;
	return row(r->sink, &function_record, U(e->shared.bits), line != 0 ? U(line) : NUL,
		   line != 0 ? U(column) : NUL,
		   known ? U((uint32_t)e->end - (uint32_t)e->start) : NUL,
		   B(js_shared_compiled(r->heap, e->shared)), known ? U((uint32_t)e->start) : NUL,
		   known ? U((uint32_t)e->end) : NUL, U(s->v.bits), S(file), S(name));
}

static enum rc list_functions(struct pass *p, const struct js_script *s, const char *name)
{
	struct run *r = p->r;
	struct gather g = {.heap = r->heap};
	struct js_lines lines;

	if (js_lines_load(r->heap, s, &lines) != RC_OK)
		lines = (struct js_lines){0};
	enum rc rc = js_script_functions(r->heap, s, gather_function, &g);
	if (rc == RC_OK && g.found.n != 0)
		qsort(g.found.at, g.found.n, sizeof *g.found.at, by_start);
	sink_heading(r->sink, "%s", name != NULL ? name : "a script without a name");
	for (size_t i = 0; i < g.found.n && rc == RC_OK; i++) {
		rc = function_row(r, s, &lines, &g.found.at[i], name);
		if (rc == RC_OK && i % 256 == 255 && run_interrupted(r))
			rc = RC_INTR;
	}
	vec_free(&g.found);
	js_lines_free(&lines);
	return rc;
}

static enum rc one_script(void *ctx, jsval v)
{
	struct pass *p = ctx;
	const struct args *a = p->r->args;
	struct js_script s;

	TRY(js_script_load(p->r->heap, v, &s));
	const char *name = js_script_name(p->r->heap, v, p->r->arena);
	if (!has_text(name, a->text))
		return RC_OK;
	return a->functions ? list_functions(p, &s, name) : script_row(p, &s, name);
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	struct pass p = {.r = r};
	uint64_t isolate;

	TRY(isolate_wanted(r, a->isolate, &isolate));
	if (r->has_dot) {
		jsval v = js_input(r->heap, r->dot);
		struct js_function f;

		if (js_function_load(r->heap, v, &f) == RC_OK ||
		    js_shared_load(r->heap, v, &f) == RC_OK)
			v = f.script;
		if (!js_is(r->heap, v, T_SCRIPT))
			return run_error(r, RC_BAD, r->dot, "is no script, nor a function of one");
		const struct js_page *page = js_page_at(r->heap, v.bits);
		p.known_isolate = page != NULL && page->isolate != UINT32_MAX;
		p.isolate = p.known_isolate ? page->isolate : 0;
		return one_script(&p, v);
	}
	for (size_t i = 0; i < r->heap->nisolates; i++) {
		if (isolate != NOT_GIVEN && isolate != i)
			continue;
		p.isolate = i;
		p.known_isolate = true;
		TRY(js_scripts(r->heap, i, one_script, &p));
	}
	return RC_OK;
}

const struct command cmd_jsscripts = {
	.name = "jsscripts",
	.summary = "the scripts that were compiled: id, name or URL, source, functions",
	.help = "Every script of every isolate: its number (as the debugger and CPU profiles use "
		"it), "
		"its type, the length of its source in UTF-16 units, how many functions V8 keeps "
		"of "
		"it, and its name. Functions inside of functions that never ran do not exist "
		"yet.\n\n"
		"With -f it lists these functions with the place where each starts. Given a script "
		"or a "
		"function, it is about that script alone. A row's address can be given to "
		"::jssource.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
