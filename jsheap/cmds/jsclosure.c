/*
 * jsclosure - the variables that a function sees, scope by scope.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/context.h"
#include "jsheap/inspect.h"
#include "jsheap/props.h"
#include "jsheap/string.h"

#include <string.h>

#define CHAIN_MAX    1000
#define LINE_BYTES   100
#define LINE_MEMBERS 5
#define DEEP_STRING  1000
#define DEEP_MEMBERS 100
#define TEXT_TOTAL   10000
#define JSON_DEPTH   3
#define JSON_TOTAL   100000
#define ALL          (UINT64_C(1) << 40)

struct args {
	uint64_t depth, levels;
};

static const struct opt opts[] = {
	OPT_COUNT('d', "depth", struct args, depth, NOT_GIVEN,
		  "levels of nested objects to show of each value (default: one line of each, in "
		  "JSON 3)"),
	OPT_COUNT('l', "levels", struct args, levels, NOT_GIVEN, "only the N innermost scopes"),
	OPT_END,
};

static const struct col scope_cols[] = {
	{"address", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"closure", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"index", COL_UINT, COL_JSON_ONLY, NULL},
	{"kind", COL_STR, COL_JSON_ONLY, NULL},
	{"function", COL_STR, COL_JSON_ONLY, NULL},
	{"file", COL_STR, COL_JSON_ONLY, NULL},
	{"line", COL_UINT, COL_JSON_ONLY, NULL},
	{"column", COL_UINT, COL_JSON_ONLY, NULL},
	{"scope_info", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"slots", COL_UINT, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL},
	COL_END,
};
static const struct record scope_record = {"scope", LAYOUT_LINES, scope_cols};

static const struct col variable_cols[] = {
	{"address", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"index", COL_UINT, COL_JSON_ONLY, NULL},
	{"name", COL_STR, COL_JSON_ONLY, NULL},
	{"kind", COL_STR, COL_JSON_ONLY, NULL},
	{"value", COL_JSON, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL},
	COL_END,
};
static const struct record variable_record = {"variable", LAYOUT_LINES, variable_cols};
static const struct record *const records[] = {&scope_record, &variable_record, NULL};

static const struct example examples[] = {
	{"::findjsobjects -c Function -n 1 | ::jsclosure", "the variables that a function sees"},
	EXAMPLE_END,
};

struct pass {
	struct run *r;
	uint64_t index; /* of the scope */
	jsval closure;
};

/* One line of it: `...` where the rest is. */
static void put_line(const char *text, struct str *out)
{
	size_t start = out->n;

	for (; *text != '\0' && out->n - start < LINE_BYTES; text++) {
		if (*text != '\n') {
			str_putc(out, *text);
			continue;
		}
		str_putc(out, ' ');
		text += strspn(text + 1, " ");
	}
	while (*text != '\0' && out->n != 0 && (*text & 0xc0) == 0x80) /* whole characters only */
		str_putc(out, *text++);
	if (*text != '\0')
		str_puts(out, " ...");
}

static void put_text(struct run *r, const struct js_variable *v, struct str *out)
{
	const struct args *a = r->args;
	bool deep = a->depth != NOT_GIVEN;
	struct inspect_options o = {
		.depth = deep ? (unsigned)a->depth : 0,
		.members = deep ? DEEP_MEMBERS : LINE_MEMBERS,
		.string_units = deep ? DEEP_STRING : LINE_BYTES,
		.total = TEXT_TOTAL,
	};
	struct str text = STR_INIT;

	if (v->is_number)
		str_put_double(out, v->number);
	else if (strcmp(js_kind(r->heap, v->value), "internal") == 0)
		brief_put(r, v->value, out);
	else if (js_inspect_text(r->heap, v->value, &o, &text) != RC_OK)
		str_puts(out, "(cannot be read)");
	else if (deep)
		str_write(out, str_text(&text), text.n);
	else
		put_line(str_text(&text), out);
	str_free(&text);
}

static void put_json(struct run *r, const struct js_variable *v, struct str *out)
{
	const struct args *a = r->args;
	struct inspect_options o = {
		.depth = a->depth != NOT_GIVEN ? (unsigned)a->depth : JSON_DEPTH,
		.members = ALL,
		.string_units = ALL,
		.total = JSON_TOTAL,
	};

	if (v->is_number)
		json_double(&(struct json){.out = out}, v->number);
	else if (js_inspect_json(r->heap, v->value, &o, out) != RC_OK)
		str_puts(out, "null");
}

static enum rc variable_row(void *ctx, const struct js_variable *v)
{
	struct pass *p = ctx;
	struct run *r = p->r;
	struct str value = STR_INIT, text = STR_INIT;
	const char *name = key_text(r, v->name);
	bool json = sink_is_json(r->sink);

	if (json) {
		put_json(r, v, &value);
	} else {
		str_printf(&text, "  %s = ", name != NULL ? name : "?");
		put_text(r, v, &text);
	}
	enum rc rc =
		row(r->sink, &variable_record, v->is_number ? NUL : U(v->value.bits), U(p->index),
		    S(name), S(v->is_number ? "number" : js_kind(r->heap, v->value)),
		    json ? SN(str_text(&value), value.n) : NUL, SN(str_text(&text), text.n));
	str_free(&value);
	str_free(&text);
	return rc;
}

static enum rc scope_row(struct pass *p, const struct js_context *c, jsval script)
{
	struct run *r = p->r;
	struct place at = {0};
	struct str text = STR_INIT;
	jsval holder = jsval_of(0), shared = jsval_of(0);

	if (c->previous.bits != 0)
		shared = js_context_function(r->heap, c, script, &holder);
	if (shared.bits != 0)
		place_of_shared(r, shared, &at);
	/* A block or a clause starts at a place of its own. */
	if (c->has_scope && c->scope.has_range && holder.bits != 0 &&
	    strcmp(c->kind, "function") != 0 &&
	    js_script_position(r->heap, holder, c->scope.start, &at.line, &at.column) != RC_OK)
		at.line = at.column = 0;
	str_printf(&text, "0x%llx %s", (unsigned long long)c->v.bits, c->kind);
	if (shared.bits != 0) {
		str_puts(&text, strcmp(c->kind, "function") == 0 ? " " : " in ");
		place_put(&at, &text);
	} else if (c->previous.bits == 0) {
		str_puts(&text, ": global variables");
	}
	enum rc rc = row(r->sink, &scope_record, U(c->v.bits), U(p->closure.bits), U(p->index),
			 S(c->kind), S(at.function), S(at.file), at.line != 0 ? U(at.line) : NUL,
			 at.line != 0 ? U(at.column) : NUL, U(c->scope_info.bits), U(c->nslots),
			 SN(str_text(&text), text.n));
	str_free(&text);
	return rc;
}

static enum rc one_scope(struct pass *p, const struct js_context *c, jsval script)
{
	TRY(scope_row(p, c, script));
	enum rc rc = js_context_variables(p->r->heap, c, variable_row, p);
	if (rc == RC_OK || rc == RC_DONE || rc == RC_INTR || rc == RC_OS)
		return rc;
	run_warning(p->r, rc, c->v.bits, "not all variables of the scope can be read");
	return RC_OK;
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	struct pass p = {.r = r, .closure = unbound(r->heap, js_input(r->heap, r->dot))};
	struct js_function f = {0};
	struct js_context c;
	jsval v = p.closure;

	if (js_function_load(r->heap, v, &f) == RC_OK)
		v = f.context;
	else if ((js_classes(r->heap, v) & CLASS_CONTEXT) == 0)
		return run_error(r, RC_BAD, r->dot, "is neither a function nor a context");
	for (; v.bits != 0 && p.index < a->levels; p.index++) {
		if (p.index == CHAIN_MAX)
			return run_error(r, RC_LIMIT, v.bits, "the chain of scopes has no end");
		enum rc rc = js_context_load(r->heap, v, &c);
		if (rc != RC_OK)
			return run_error(r, rc, v.bits, "the scope cannot be read");
		TRY(one_scope(&p, &c, f.script));
		v = c.previous;
	}
	return RC_OK;
}

const struct command cmd_jsclosure = {
	.name = "jsclosure",
	.summary = "the variables that a function sees, scope by scope",
	.help = "Every scope around the function, the innermost first: its kind (function, block, "
		"catch, "
		"with, eval, module, script, native), whose scope it is and where it starts, and "
		"the "
		"variables in it with their values. V8 keeps only variables that some inner "
		"function "
		"uses (or may use, by `eval` or `with`); others live on the stack alone. Given a "
		"context "
		"instead of a function it starts there.\n\n"
		"Variables of a module include its imports and exports. The last scope, native, is "
		"the "
		"global one.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.dot_required = true,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
