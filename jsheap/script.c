/*
 * script - see the header. Source: src/objects/script.h, script.tq, and for the lists fixed-array.h.
 */
#include "jsheap/script.h"

#include "base/search.h"
#include "base/vec.h"
#include "jsheap/string.h"

#include <string.h>

#define SOURCE_UNITS_MAX (1u << 30)
#define LIST_MAX         (1u << 24)
#define LIST_HEADER      24 /* WeakArrayList: map, capacity, length */

static int32_t smi_field(const struct js_heap *h, jsval script, enum v8_field field,
			 int32_t otherwise)
{
	jsval v;

	return v8_has(&h->layout, field) &&
			       js_field(h, script, v8_value(&h->layout, field), &v) == RC_OK &&
			       jsval_is_smi(v)
		       ? jsval_smi(v)
		       : otherwise;
}

enum rc js_script_load(const struct js_heap *h, jsval v, struct js_script *s)
{
	struct js_string text;

	*s = (struct js_script){.v = v, .id = -1, .type = -1};
	if (!js_is(h, v, T_SCRIPT))
		return RC_BAD;
	TRY(js_field(h, v, v8_value(&h->layout, V8_Script_source), &s->source));
	TRY(js_field(h, v, v8_value(&h->layout, V8_Script_name), &s->name));
	if (js_string_load(h, s->source, &text) == RC_OK) {
		s->has_source = true;
		s->length = text.length;
	}
	s->id = smi_field(h, v, V8_Script_id, -1);
	s->type = smi_field(h, v, V8_Script_type, -1);
	s->line_offset = smi_field(h, v, V8_Script_line_offset, 0);
	s->column_offset = smi_field(h, v, V8_Script_column_offset, 0);
	if (v8_has(&h->layout, V8_Script_functions))
		TRY(js_field(h, v, v8_value(&h->layout, V8_Script_functions), &s->functions));
	return RC_OK;
}

const char *js_script_type_name(int32_t type)
{
	static const char *const names[] = {"native", "extension", "normal", "wasm", "inspector"};

	return type >= 0 && (size_t)type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

const char *js_script_name(const struct js_heap *h, jsval script, struct arena *a)
{
	jsval name;

	if (script.bits == 0 ||
	    js_field(h, script, v8_value(&h->layout, V8_Script_name), &name) != RC_OK ||
	    !js_is_string(h, name))
		return NULL;
	return js_string_name(h, name, a);
}

jsval js_script_eval_from(const struct js_heap *h, jsval script)
{
	jsval v;

	if (v8_has(&h->layout, V8_Script_eval_from) && js_is(h, script, T_SCRIPT) &&
	    js_field(h, script, v8_value(&h->layout, V8_Script_eval_from), &v) == RC_OK &&
	    js_is(h, v, T_SHARED_FUNCTION_INFO))
		return v;
	return jsval_of(0);
}

/* V8 ends lines at \n, \r, \r\n, U+2028 and U+2029. True where a line starts behind this unit;
 * *joined: it is the second half of \r\n, whose line was counted at its first half. */
static bool ends_line(uint32_t unit, bool *after_cr, bool *joined)
{
	*joined = unit == '\n' && *after_cr;
	*after_cr = unit == '\r';
	return unit == '\n' || unit == '\r' || unit == 0x2028 || unit == 0x2029;
}

/* Counts the lines that start in front of a position or at it. */
struct line_count {
	int64_t at, position;
	uint32_t line;
	int64_t line_start;
	bool after_cr; /* ended a line, unless \n follows */
};

static void end_line(struct line_count *c)
{
	c->line++;
	c->line_start = c->at;
	c->after_cr = false;
}

static bool count_lines(void *ctx, const void *units, size_t n, bool one_byte)
{
	struct line_count *c = ctx;
	const uint8_t *bytes = units;
	const uint16_t *wide = units;

	for (size_t i = 0; i < n; i++) {
		uint32_t unit = one_byte ? bytes[i] : wide[i];
		bool joined, after_cr = c->after_cr;

		if (after_cr && unit != '\n')
			end_line(c);
		if (c->at == c->position)
			return false;
		c->at++;
		if (ends_line(unit, &after_cr, &joined) && unit != '\r')
			end_line(c);
		c->after_cr = after_cr;
	}
	return true;
}

static bool at_end(const struct js_heap *h, jsval source, int64_t at)
{
	struct js_string s;

	return js_string_load(h, source, &s) == RC_OK && (int64_t)s.length == at;
}

enum rc js_script_position(const struct js_heap *h, jsval script, int32_t position, uint32_t *line,
			   uint32_t *column)
{
	struct line_count c = {.position = position};
	jsval source;

	if (script.bits == 0 || position < 0)
		return RC_BAD;
	TRY(js_field(h, script, v8_value(&h->layout, V8_Script_source), &source));
	TRY(js_string_units(h, source, SOURCE_UNITS_MAX, count_lines, &c));
	if (c.at < c.position)
		return RC_BAD;
	if (c.after_cr && c.at == c.position && at_end(h, source, c.at))
		end_line(&c);
	int64_t col = c.position - c.line_start + 1;
	if (c.line == 0)
		col += smi_field(h, script, V8_Script_column_offset, 0);
	*line = c.line + 1 + (uint32_t)smi_field(h, script, V8_Script_line_offset, 0);
	*column = (uint32_t)col;
	return RC_OK;
}

/* Gathers the starts of all lines. */
struct line_starts {
	VEC(uint32_t) starts;
	uint32_t at;
	bool after_cr, failed;
};

static bool gather_lines(void *ctx, const void *units, size_t n, bool one_byte)
{
	struct line_starts *l = ctx;
	const uint8_t *bytes = units;
	const uint16_t *wide = units;

	for (size_t i = 0; i < n && !l->failed; i++) {
		bool joined;

		l->at++;
		if (!ends_line(one_byte ? bytes[i] : wide[i], &l->after_cr, &joined))
			continue;
		if (joined)
			l->starts.at[l->starts.n - 1] = l->at;
		else
			l->failed = vec_push(&l->starts, l->at) != RC_OK;
	}
	return !l->failed;
}

enum rc js_lines_load(const struct js_heap *h, const struct js_script *s, struct js_lines *l)
{
	struct line_starts g = {0};

	*l = (struct js_lines){.line_offset = s->line_offset, .column_offset = s->column_offset};
	if (!s->has_source)
		return RC_BAD;
	enum rc rc = js_string_units(h, s->source, SOURCE_UNITS_MAX, gather_lines, &g);
	if (g.failed)
		rc = RC_NOMEM;
	if (rc != RC_OK) {
		vec_free(&g.starts);
		return rc;
	}
	l->starts = g.starts.at;
	l->n = g.starts.n;
	l->length = g.at;
	return RC_OK;
}

void js_lines_free(struct js_lines *l)
{
	free(l->starts);
	*l = (struct js_lines){0};
}

enum rc js_lines_position(const struct js_lines *l, int32_t position, uint32_t *line,
			  uint32_t *column)
{
	if (position < 0 || (uint32_t)position > l->length)
		return RC_BAD;
	/* Lines that start at the position or in front of it. */
	size_t lo = first_not(l->n, k, l->starts[k] <= (uint32_t)position);
	*line = (uint32_t)lo + 1 + (uint32_t)l->line_offset;
	*column = (uint32_t)position - (lo != 0 ? l->starts[lo - 1] : 0) + 1 +
		  (lo == 0 ? (uint32_t)l->column_offset : 0);
	return RC_OK;
}

enum rc js_script_text(const struct js_heap *h, jsval script, uint32_t start, uint32_t end,
		       struct str *out)
{
	struct js_script s;

	TRY(js_script_load(h, script, &s));
	if (!s.has_source || start > end || end > s.length)
		return RC_BAD;
	return js_string_part(h, s.source, start, end, out);
}

enum rc js_script_functions(const struct js_heap *h, const struct js_script *s, js_value_fn *fn,
			    void *ctx)
{
	int64_t data = v8_value(&h->layout, V8_FixedArray_data);
	bool list = js_is(h, s->functions, T_WEAK_ARRAY_LIST);
	jsval length, entry;

	if (!list && !js_is(h, s->functions, T_WEAK_FIXED_ARRAY))
		return RC_OK; /* a script without functions, or WebAssembly's */
	TRY(js_field(h, s->functions, list ? data : v8_value(&h->layout, V8_FixedArray_length),
		     &length));
	data = list ? LIST_HEADER : data;
	if (!jsval_is_smi(length) || jsval_smi(length) < 0 ||
	    (uint32_t)jsval_smi(length) > LIST_MAX)
		return RC_BAD;
	for (int32_t i = 0; i < jsval_smi(length); i++) {
		TRY(js_field(h, s->functions, data + 8 * (int64_t)i, &entry));
		entry = jsval_object(jsval_addr(entry));
		if (js_is(h, entry, T_SHARED_FUNCTION_INFO))
			TRY(fn(ctx, entry));
	}
	return RC_OK;
}

enum rc js_scripts(const struct js_heap *h, size_t isolate, js_value_fn *fn, void *ctx)
{
	size_t root = 0;
	uint64_t list;
	jsval length, entry;

	while (root < h->nroots && strcmp(h->root_names[root], "script_list") != 0)
		root++;
	if (root == h->nroots || isolate >= h->nisolates)
		return RC_UNSUP;
	TRY(mem_u64(h->mem, h->isolates[isolate].roots + 8 * root, &list));
	if (!js_is(h, jsval_of(list), T_WEAK_ARRAY_LIST))
		return RC_UNSUP;
	TRY(js_field(h, jsval_of(list), v8_value(&h->layout, V8_FixedArray_data), &length));
	if (!jsval_is_smi(length) || jsval_smi(length) < 0 ||
	    (uint32_t)jsval_smi(length) > LIST_MAX)
		return RC_BAD;
	for (int32_t i = 0; i < jsval_smi(length); i++) {
		TRY(js_field(h, jsval_of(list), LIST_HEADER + 8 * (int64_t)i, &entry));
		entry = jsval_object(jsval_addr(entry));
		if (js_is(h, entry, T_SCRIPT))
			TRY(fn(ctx, entry));
	}
	return RC_OK;
}
