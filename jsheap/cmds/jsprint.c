/*
 * jsprint - print a JavaScript value.
 */
#include "cmd/session.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/inspect.h"
#include "jsheap/names.h"
#include "jsheap/path.h"

#include <string.h>

struct args {
	uint64_t depth, members, string;
	bool addresses;
	const char *path;
};

static const struct opt opts[] = {
	OPT_COUNT('d', "depth", struct args, depth, NOT_GIVEN,
		  "levels of nested objects to show (default: 2, in JSON 8)"),
	OPT_COUNT('n', "limit", struct args, members, NOT_GIVEN,
		  "members to show of each object (default: 100, in JSON all)"),
	OPT_COUNT('s', "string", struct args, string, NOT_GIVEN,
		  "characters to show of each string (default: 1000, in JSON all)"),
	OPT_FLAG('a', "addresses", struct args, addresses, "show the address of every object"),
	ARG_STRING("member", struct args, path, false,
		   "print this member: name, a.b[0].c, \"odd key\""),
	OPT_END,
};

static const struct col cols[] = {
	{"address", COL_JSVAL, COL_JSON_ONLY, NULL},       {"kind", COL_STR, COL_JSON_ONLY, NULL},
	{"constructor", COL_STR, COL_JSON_ONLY, NULL},     {"value", COL_JSON, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL}, COL_END,
};
static const struct record record = {"jsvalue", LAYOUT_LINES, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::findjsobjects -c Map -n 1 | ::jsprint", "one object of a type"},
	{"::findjsobjects -c Map -n 1 | ::jsprint -d 0 -a", "its own level only, with addresses"},
	EXAMPLE_END,
};

#define TEXT_DEPTH   2
#define JSON_DEPTH   8
#define TEXT_MEMBERS 100
#define TEXT_STRING  1000
#define TEXT_TOTAL   10000
#define JSON_TOTAL   1000000
#define ALL          (UINT64_C(1) << 40)

static uint64_t given(uint64_t v, uint64_t otherwise)
{
	return v != NOT_GIVEN ? v : otherwise;
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	bool json = sink_is_json(r->sink);
	struct inspect_options o = {
		.depth = (unsigned)given(a->depth, json ? JSON_DEPTH : TEXT_DEPTH),
		.members = given(a->members, json ? ALL : TEXT_MEMBERS),
		.string_units = given(a->string, json ? ALL : TEXT_STRING),
		.total = json ? JSON_TOTAL : TEXT_TOTAL,
		.addresses = a->addresses,
	};
	jsval v = js_input(r->heap, r->dot);
	struct str out = STR_INIT;
	struct why why;

	if (a->path != NULL && js_path(r->heap, v, a->path, &v, &why) != RC_OK)
		return run_error(r, why.rc, v.bits, "%s in \"%s\"", why.what, a->path);
	const char *kind = js_kind(r->heap, v);
	if (strcmp(kind, "invalid") == 0)
		return run_error(r, RC_BAD, v.bits,
				 "is neither a JavaScript value nor an object of the heap");
	enum rc rc = json ? js_inspect_json(r->heap, v, &o, &out)
			  : js_inspect_text(r->heap, v, &o, &out);
	if (rc == RC_OK)
		rc = row(r->sink, &record, U(v.bits), S(kind),
			 S(js_constructor_name(r->heap, v, r->arena)),
			 SN(json ? str_text(&out) : "null", json ? out.n : 4),
			 SN(json ? "" : str_text(&out), json ? 0 : out.n));
	str_free(&out);
	return rc;
}

static const char *const aliases[] = {"print", "p", NULL};

const struct command cmd_jsprint = {
	.name = "jsprint",
	.aliases = aliases,
	.summary = "print a JavaScript value",
	.help = "Prints the value at an address: objects with their own properties and elements, "
		"private "
		"fields and methods, arrays, strings, numbers, functions with the place of their "
		"definition, dates, collections, iterators, buffers, errors with their stack, "
		"promises "
		"with who waits for them, generators and async functions with the place where they "
		"stand, and so on; docs/values.md lists them. The address may have its tag bit or "
		"not. A "
		"member path prints a part of it.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.dot_required = true,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
