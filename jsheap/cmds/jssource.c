/*
 * jssource - the source text of a function or a script.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"

#include <string.h>

struct args {
	bool numbers;
	uint64_t limit;
};

static const struct opt opts[] = {
	OPT_FLAG('n', "numbers", struct args, numbers,
		 "the number of its line in front of each line"),
	OPT_COUNT('l', "limit", struct args, limit, NOT_GIVEN, "at most N lines of text"),
	OPT_END,
};

static const struct col cols[] = {
	{"address", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"function", COL_STR, COL_JSON_ONLY, NULL},
	{"file", COL_STR, COL_JSON_ONLY, NULL},
	{"line", COL_UINT, COL_JSON_ONLY, NULL},
	{"column", COL_UINT, COL_JSON_ONLY, NULL},
	{"start", COL_UINT, COL_JSON_ONLY, NULL},
	{"end", COL_UINT, COL_JSON_ONLY, NULL},
	{"script", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"source", COL_STR, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL},
	COL_END,
};
static const struct record record = {"source", LAYOUT_LINES, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::jsscripts values.js | ::jssource -n -l 5", "the first lines of a script"},
	{"::jsscripts values.js | ::jsscripts -f | ::jssource -l 2", "functions of a script"},
	EXAMPLE_END,
};

/* What is to be shown. */
struct piece {
	jsval script;
	uint32_t start, end;
	struct place place;
};

static enum rc find_piece(struct run *r, jsval v, struct piece *p)
{
	const struct js_heap *h = r->heap;
	struct js_function f;
	struct js_script s;

	*p = (struct piece){0};
	v = unbound(h, v);
	if (js_script_load(h, v, &s) == RC_OK) {
		p->script = v;
		p->end = s.length;
		p->place.file = js_script_name(h, v, r->arena);
		return s.has_source ? RC_OK
				    : run_error(r, RC_BAD, v.bits, "the script has no source text");
	}
	if (js_function_load(h, v, &f) != RC_OK && js_shared_load(h, v, &f) != RC_OK)
		return run_error(r, RC_BAD, v.bits, "is neither a function nor a script");
	place_of_shared(r, f.shared, &p->place);
	if (js_function_text_range(h, &f, &p->start, &p->end) != RC_OK)
		return run_error(r, RC_BAD, v.bits,
				 "%s has no source text: it is native, or was removed",
				 p->place.function != NULL ? p->place.function : "the function");
	p->script = f.script;
	return RC_OK;
}

/* For people: from the start of the first line, where only blanks stand in front, so that the
 * indentation is kept; with line numbers, at most `limit` lines. */
static void put_lines(const struct args *a, const char *text, uint32_t line, struct str *out)
{
	uint64_t left = a->limit;

	while (left-- != 0) {
		size_t n = strcspn(text, "\n");

		if (a->numbers && line != 0)
			str_printf(out, "%6u  ", line++);
		str_write(out, text, n != 0 && text[n - 1] == '\r' ? n - 1 : n);
		if (text[n] == '\0' || (text[n + 1] == '\0'))
			return;
		text += n + 1;
		str_putc(out, '\n');
	}
	str_puts(out, "...");
}

static enum rc run(struct run *r)
{
	jsval v = js_input(r->heap, r->dot);
	struct str source = STR_INIT, text = STR_INIT;
	struct piece p;
	uint32_t line = 0, column = 0;

	TRY(find_piece(r, v, &p));
	enum rc rc = js_script_text(r->heap, p.script, p.start, p.end, &source);
	if (rc != RC_OK) {
		str_free(&source);
		return run_error(r, rc, p.script.bits, "the source text of %s cannot be read",
				 p.place.file != NULL ? p.place.file : "the script");
	}
	if (js_script_position(r->heap, p.script, (int32_t)p.start, &line, &column) != RC_OK)
		line = column = 0;
	if (sink_is_text(r->sink)) {
		struct place at = {p.place.function, p.place.file, line, column};
		str_puts(&text, "// ");
		if (p.start == 0 && p.place.function == NULL)
			str_puts(&text,
				 p.place.file != NULL ? p.place.file : "a script without a name");
		else
			place_put(&at, &text);
		str_putc(&text, '\n');
		put_lines(r->args, str_text(&source), line, &text);
	}
	rc = row(r->sink, &record, U(v.bits), S(p.place.function), S(p.place.file),
		 line != 0 ? U(line) : NUL, line != 0 ? U(column) : NUL, U(p.start), U(p.end),
		 U(p.script.bits), SN(str_text(&source), source.n), SN(str_text(&text), text.n));
	str_free(&source);
	str_free(&text);
	return rc;
}

const struct command cmd_jssource = {
	.name = "jssource",
	.summary = "the source text of a function or a script",
	.help = "The text from the function's first word to its end, exactly as it was compiled: "
		"what toString() would give, also of functions that never ran. Of a class the "
		"whole "
		"class. Given a script (::jsscripts), its whole text. `start` and `end` count "
		"UTF-16 "
		"units from the beginning of the script, as V8 does.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.dot_required = true,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
