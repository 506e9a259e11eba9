/*
 * symbols - look functions and variables up by name or pattern.
 */
#include "target/cmds/native.h"

#include <elf.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct args {
	const char *pattern;
	uint64_t limit;
};

static const struct opt opts[] = {
	ARG_STRING("name", struct args, pattern, true,
		   "a name, plain or mangled; * and ? stand for anything"),
	OPT_COUNT('n', "limit", struct args, limit, NOT_GIVEN, "stop after N symbols"),
	OPT_END,
};
static const struct col cols[] = {
	{"address", COL_ADDR, 0, NULL},
	{"size", COL_UINT, 0, NULL},
	{"kind", COL_STR, 0, NULL},
	{"name", COL_STR, 0, NULL},
	{"mangled", COL_STR, COL_JSON_ONLY, NULL},
	{"module", COL_STR, 0, NULL},
	COL_END,
};
static const struct record record = {"symbol", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};
static const struct example examples[] = {
	{"::symbols main", "where main is"},
	{"::symbols 'node::Start*'", "C++ names are matched as they are written in the source"},
	EXAMPLE_END,
};

struct search {
	struct run *r;
	const struct objfile *o;
	uint64_t left; /* rows until the limit */
	bool any, glob;
	uint64_t seen;
};

static const char *kind_name(uint8_t type)
{
	switch (type) {
	case STT_FUNC:
		return "function";
	case STT_GNU_IFUNC:
		return "ifunc";
	case STT_OBJECT:
		return "object";
	case STT_TLS:
		return "tls";
	default:
		return NULL;
	}
}

static enum rc put(struct search *q, const struct symbol *sym, const char *plain)
{
	if (q->left == 0)
		return RC_DONE;
	q->left--;
	q->any = true;
	return row(q->r->sink, &record, A(sym->addr), U(sym->size), S(kind_name(sym->type)),
		   S(plain != NULL ? plain : sym->name), S(plain != NULL ? sym->name : NULL),
		   S(base_name(q->o->path)));
}

/* A C++ name fits without its parameters too. */
static bool fits(const struct search *q, const char *name)
{
	const struct args *a = q->r->args;
	size_t len = strlen(a->pattern);

	if (q->glob)
		return fnmatch(a->pattern, name, 0) == 0;
	return strncmp(a->pattern, name, len) == 0 && (name[len] == '\0' || name[len] == '(');
}

static enum rc consider(void *ctx, const struct symbol *sym)
{
	struct search *q = ctx;
	char *plain = NULL;
	enum rc rc = RC_OK;

	if (q->seen++ % 1024 == 0 && run_interrupted(q->r))
		return RC_INTR;
	if (sym->name[0] == '_' && sym->name[1] == 'Z')
		plain = symbol_demangle(sym->name);
	if (fits(q, sym->name) || (plain != NULL && fits(q, plain)))
		rc = put(q, sym, plain);
	free(plain);
	return rc;
}

static enum rc search_all(struct search *q)
{
	for (size_t i = 0; i < q->r->target->nobjfiles; i++) {
		enum rc rc;

		q->o = &q->r->target->objfiles[i];
		rc = objfile_each_symbol(&q->r->target->objfiles[i], "", consider, q);
		if (rc != RC_OK && rc != RC_UNSUP && rc != RC_FAULT)
			return rc;
	}
	return RC_OK;
}

static enum rc symbols_run(struct run *r)
{
	const struct args *a = r->args;
	struct search q = {.r = r, .left = a->limit, .glob = strpbrk(a->pattern, "*?[") != NULL};
	struct objfile *o;
	struct symbol sym;

	if (!q.glob && target_symbol(r->target, a->pattern, &o, &sym) == RC_OK) {
		char *plain = symbol_demangle(sym.name);

		q.o = o;
		enum rc rc = put(&q, &sym, plain);
		free(plain);
		return rc;
	}
	TRY(search_all(&q));
	if (!q.any)
		return run_error(r, RC_BAD, 0, "no symbol \"%s\"", a->pattern);
	return RC_OK;
}

static const char *const aliases[] = {"nm", "info address", "info functions", "info variables",
				      NULL};
const struct command cmd_symbols = {
	.name = "symbols",
	.aliases = aliases,
	.summary = "look symbols up by name or pattern",
	.needs = NEEDS_TARGET,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = symbols_run,
};
