/*
 * v8roots - the roots of an isolate by name.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"

struct args {
	const char *name;
	uint64_t isolate;
};

static const struct opt opts[] = {
	OPT_STRING('n', "name", struct args, name, "only roots whose name has this text in it"),
	OPT_COUNT('i', "isolate", struct args, isolate, NOT_GIVEN, "of the N-th isolate"),
	OPT_END,
};

static const struct col cols[] = {
	{"index", COL_UINT, 0, NULL},
	{"address", COL_ADDR, COL_JSON_ONLY, NULL},
	{"name", COL_STR, COL_LEFT, NULL},
	{"value", COL_JSVAL, 0, NULL},
	{"kind", COL_STR, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_LEFT, "IS"},
	COL_END,
};
static const struct record record = {"root", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::v8roots -n script_list", "the list of all scripts"},
	{"::v8roots -n undefined | ::jsprint", "a root's value"},
	EXAMPLE_END,
};

static enum rc run(struct run *r)
{
	const struct js_heap *h = r->heap;
	const struct args *a = r->args;
	uint64_t isolate;

	TRY(isolate_wanted(r, a->isolate, &isolate));
	isolate = isolate == NOT_GIVEN ? 0 : isolate;
	for (size_t i = 0; i < h->nroots; i++) {
		addr_t at = h->isolates[isolate].roots + 8 * i;
		uint64_t bits;
		uint16_t type;

		if (!has_text(h->root_names[i], a->name))
			continue;
		if (mem_u64(h->mem, at, &bits) != RC_OK) {
			run_warning(r, RC_NOTSAVED, at, "the rest of the roots cannot be read");
			break;
		}
		jsval v = jsval_of(bits);
		bool object = js_type_of(h, v, &type) == RC_OK;
		TRY(row(r->sink, &record, U(i), A(at), S(h->root_names[i]), U(bits),
			S(object            ? type_text(r, type)
			  : jsval_is_smi(v) ? "smi"
					    : NULL),
			S(brief(r, v))));
	}
	return RC_OK;
}

static const char *complete(const struct session *s, size_t n)
{
	return s->heap != NULL && n < s->heap->nroots ? s->heap->root_names[n] : NULL;
}

const struct command cmd_v8roots = {
	.name = "v8roots",
	.summary = "the roots of an isolate: V8's basic objects by name",
	.help = "The roots table holds the objects that V8 itself always needs: undefined and "
		"null, the "
		"maps of its own types, well-known strings and symbols, lists such as all scripts. "
		"All "
		"isolates share most of them; lists are an isolate's own.",
	.needs = NEEDS_V8,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
	.complete = complete,
};
