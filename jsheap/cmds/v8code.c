/*
 * v8code - Code objects: machine code, its kind and its function.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/code.h"

#include <inttypes.h>
#include <string.h>

#define BUILTIN_PREFIX "Builtins_"

struct args {
	bool all;
	const char *kind;
};

static const struct opt opts[] = {
	OPT_FLAG('a', "all", struct args, all, "builtins and bytecode handlers, too"),
	OPT_STRING('k', "kind", struct args, kind,
		   "only this kind: builtin, baseline, turbofan ..."),
	OPT_END,
};

static const struct col cols[] = {
	{"address", COL_JSVAL, 0, NULL},
	{"kind", COL_STR, COL_LEFT, NULL},
	{"size", COL_SIZE, 0, NULL},
	{"start", COL_ADDR, 0, NULL},
	{"end", COL_ADDR, COL_JSON_ONLY, NULL},
	{"offset", COL_UINT, COL_JSON_ONLY, NULL},
	{"builtin", COL_UINT, COL_JSON_ONLY, NULL},
	{"function_address", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"function", COL_STR, COL_JSON_ONLY, NULL},
	{"file", COL_STR, COL_JSON_ONLY, NULL},
	{"line", COL_UINT, COL_JSON_ONLY, NULL},
	{"column", COL_UINT, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, "OF"},
	COL_END,
};
static const struct record record = {"code", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::v8code", "what was compiled to machine code"},
	{"::v8code -k turbofan", "what was optimized"},
	EXAMPLE_END,
};

static enum rc tick(void *ctx, size_t done, size_t total)
{
	struct run *r = ctx;

	run_progress(r, "reading heap pages", done, total);
	return run_interrupted(r) ? RC_INTR : RC_OK;
}

/* The builtin whose code starts at an address, by the symbol of the binary. */
static const char *builtin_name(struct run *r, addr_t start)
{
	struct objfile *o;
	struct symbol sym;
	uint64_t offset;

	if (target_symbol_at(r->target, start, &o, &sym, &offset) != RC_OK ||
	    strncmp(sym.name, BUILTIN_PREFIX, strlen(BUILTIN_PREFIX)) != 0)
		return NULL;
	return sym.name + strlen(BUILTIN_PREFIX);
}

static const char *name_of(struct run *r, const struct js_code *c)
{
	const struct v8_layout *l = &r->heap->layout;
	const char *name = builtin_name(r, c->start);

	if (name == NULL && c->builtin >= 0 && (uint64_t)c->builtin < l->nbuiltins)
		name = l->builtin_names[c->builtin];
	return name;
}

static enum rc code_row(struct run *r, const struct js_code *c, addr_t pc)
{
	struct place p = {0};
	struct str text = STR_INIT;
	bool inside = pc >= c->start && pc - c->start < c->size;

	if (c->shared.bits != 0)
		place_of_shared(r, c->shared, &p);
	else
		p.function = name_of(r, c);
	if (c->shared.bits != 0 || p.function != NULL)
		place_put(&p, &text);
	if (inside)
		str_printf(&text, "+0x%" PRIx64, pc - c->start);
	enum rc rc = row(r->sink, &record, U(c->v.bits), S(js_code_kind(r->heap, c)), U(c->size),
			 A(c->start), A(c->start + c->size), inside ? U(pc - c->start) : NUL,
			 c->builtin >= 0 ? U((uint64_t)c->builtin) : NUL,
			 c->shared.bits != 0 ? U(c->shared.bits) : NUL, S(p.function), S(p.file),
			 p.line != 0 ? U(p.line) : NUL, p.line != 0 ? U(p.column) : NUL,
			 SN(str_text(&text), text.n));
	str_free(&text);
	return rc;
}

/* The code objects of a function, the one that is or holds an address. */
static enum rc of_address(struct run *r, const struct js_codes *cs)
{
	jsval v = js_input(r->heap, r->dot);
	const struct js_code *c = js_codes_of(cs, v);
	struct js_function f;
	bool any = false;

	if (c == NULL)
		c = js_codes_at(cs, r->dot);
	if (c != NULL)
		return code_row(r, c, r->dot);
	if (js_function_load(r->heap, v, &f) != RC_OK && js_shared_load(r->heap, v, &f) != RC_OK) {
		const char *name = builtin_name(r, r->dot);
		if (name != NULL)
			return run_error(
				r, RC_BAD, r->dot,
				"is in the builtin %s, which has no Code object of that range",
				name);
		return run_error(r, RC_BAD, r->dot, "is in no code that V8 made, and no function");
	}
	for (size_t i = 0; i < cs->n; i++)
		if (jsval_eq(cs->codes[i].shared, f.shared)) {
			any = true;
			TRY(code_row(r, &cs->codes[i], 0));
		}
	return any ? RC_OK
		   : run_error(r, RC_BAD, r->dot,
			       "has no machine code of its own: it is interpreted");
}

static bool wanted(const struct args *a, const char *kind)
{
	if (a->kind != NULL)
		return strcmp(a->kind, kind) == 0;
	return a->all || (strcmp(kind, "builtin") != 0 && strcmp(kind, "bytecode handler") != 0);
}

static enum rc run(struct run *r)
{
	struct js_codes cs;
	enum rc rc = v8_layout_builtin_names(&r->heap->layout, &r->heap->arena);

	if (rc == RC_OK)
		rc = js_codes_load(r->heap, tick, r, &cs);
	if (rc != RC_OK)
		return rc == RC_UNSUP
			       ? run_error(r, rc, 0, "this V8 does not tell its Code objects")
			       : rc;
	if (r->has_dot)
		rc = of_address(r, &cs);
	for (size_t i = 0; !r->has_dot && i < cs.n && rc == RC_OK; i++)
		if (wanted(r->args, js_code_kind(r->heap, &cs.codes[i])))
			rc = code_row(r, &cs.codes[i], 0);
	js_codes_free(&cs);
	return rc;
}

static const char *complete(const struct session *s, size_t n)
{
	static const char *const kinds[] = {"builtin",  "bytecode handler", "baseline", "maglev",
					    "turbofan", "optimized",        "stub",     "code"};

	(void)s;
	return n < sizeof kinds / sizeof kinds[0] ? kinds[n] : NULL;
}

const struct command cmd_v8code = {
	.name = "v8code",
	.summary = "machine code that V8 made or brought along: kind, size, function",
	.help = "Lists the code that was compiled: baseline (Sparkplug), maglev and turbofan code "
		"with the "
		"function that it is of, stubs, code of regular expressions. With -a builtins and "
		"bytecode handlers, too. Given a program counter it tells the code that holds it; "
		"given "
		"a function, the code that was compiled for it; given a Code object, that one. "
		"Versions "
		"that do not number kinds of code say `optimized` for what some function runs, and "
		"`code` for the rest.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
	.complete = complete,
};
