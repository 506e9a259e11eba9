/*
 * function - see the header. Source: src/objects/shared-function-info.h, script.h.
 */
#include "jsheap/function.h"

#include "jsheap/scope.h"
#include "jsheap/string.h"

#define DEBUG_INFO_FIELDS         64
#define TOKEN_OFFSET_OUT_OF_RANGE UINT16_MAX
#define SHARED_DATA_BYTES         24 /* the data words stand in front of the name */
#define SOURCE_UNITS_MAX          (1u << 30)

bool js_is_function(const struct js_heap *h, jsval v)
{
	return (js_classes(h, v) & CLASS_FUNCTION) != 0;
}

/* The field is a Script, or a DebugInfo that keeps the Script among its fields. */
static enum rc load_script(const struct js_heap *h, jsval shared, jsval *script)
{
	jsval v;

	*script = jsval_of(0);
	TRY(js_field(h, shared, v8_value(&h->layout, V8_SharedFunctionInfo_script), &v));
	if (js_is(h, v, T_DEBUG_INFO)) {
		jsval holder = v;
		for (int64_t off = 8; off < DEBUG_INFO_FIELDS; off += 8)
			if (js_field(h, holder, off, &v) == RC_OK && js_is(h, v, T_SCRIPT))
				break;
	}
	if (js_is(h, v, T_SCRIPT))
		*script = v;
	return RC_OK;
}

static bool is_uncompiled(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA) ||
	       js_is(h, v, T_UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA_WITH_JOB) ||
	       js_is(h, v, T_UNCOMPILED_DATA_WITH_PREPARSE_DATA) ||
	       js_is(h, v, T_UNCOMPILED_DATA_WITH_PREPARSE_DATA_AND_JOB);
}

/* UncompiledData of a function that never ran; bits 0 when it has. */
static jsval uncompiled_data(const struct js_heap *h, jsval shared)
{
	for (int64_t off = 8; off <= SHARED_DATA_BYTES; off += 8) {
		jsval v;
		if (js_field(h, shared, off, &v) == RC_OK && is_uncompiled(h, v))
			return v;
	}
	return jsval_of(0);
}

static void load_range(const struct js_heap *h, struct js_function *f)
{
	jsval scope, data;
	struct js_scope s;
	uint32_t start, end;

	if (js_field(h, f->shared, v8_value(&h->layout, V8_SharedFunctionInfo_name_or_scope_info),
		     &scope) == RC_OK &&
	    js_scope_load(h, scope, &s) == RC_OK && s.has_range) {
		f->start = s.start;
		f->end = s.end;
		f->has_range = true;
	} else if ((data = uncompiled_data(h, f->shared)).bits != 0) {
		int64_t at = v8_value(&h->layout, V8_UncompiledData_start_position);
		if (js_word32(h, data, at, &start) == RC_OK &&
		    js_word32(h, data, at + 4, &end) == RC_OK) {
			f->start = (int32_t)start;
			f->end = (int32_t)end;
			f->has_range = true;
		}
	}
}

enum rc js_shared_load(const struct js_heap *h, jsval shared, struct js_function *f)
{
	uint16_t token;

	*f = (struct js_function){.shared = shared};
	if (!js_is(h, shared, T_SHARED_FUNCTION_INFO))
		return RC_BAD;
	TRY(load_script(h, shared, &f->script));
	load_range(h, f);
	if (f->has_range &&
	    mem_u16(h->mem,
		    jsval_addr(shared) +
			    (addr_t)v8_value(&h->layout, V8_SharedFunctionInfo_token_offset),
		    &token) == RC_OK &&
	    token != TOKEN_OFFSET_OUT_OF_RANGE && (int32_t)token <= f->start)
		f->start -= token;
	return RC_OK;
}

enum rc js_function_load(const struct js_heap *h, jsval v, struct js_function *f)
{
	jsval shared, context;

	if (!js_is_function(h, v))
		return RC_BAD;
	TRY(js_field(h, v, v8_value(&h->layout, V8_JSFunction_shared), &shared));
	TRY(js_field(h, v, v8_value(&h->layout, V8_JSFunction_context), &context));
	TRY(js_shared_load(h, shared, f));
	f->v = v;
	f->context = context;
	return RC_OK;
}

/* The name word is a string, a ScopeInfo that may hold one, or a Smi for "none". */
static const char *own_or_inferred(const struct js_heap *h, jsval shared, struct arena *a,
				   bool inferred)
{
	jsval name, data;
	struct js_scope s;

	if (js_field(h, shared, v8_value(&h->layout, V8_SharedFunctionInfo_name_or_scope_info),
		     &name) != RC_OK)
		return NULL;
	if (js_is_string(h, name)) {
		const char *text = js_string_name(h, name, a);
		if (text == NULL || text[0] != '\0' || !inferred)
			return text;
	} else if (js_scope_load(h, name, &s) == RC_OK) {
		if (js_is_string(h, s.function_name)) {
			const char *text = js_string_name(h, s.function_name, a);
			if (text != NULL && text[0] != '\0')
				return text;
		}
		if (inferred && js_is_string(h, s.inferred_name))
			return js_string_name(h, s.inferred_name, a);
	}
	if (inferred && (data = uncompiled_data(h, shared)).bits != 0) {
		jsval text;
		if (js_field(h, data, 8, &text) == RC_OK && js_is_string(h, text))
			return js_string_name(h, text, a);
	}
	return "";
}

const char *js_shared_name(const struct js_heap *h, jsval shared, struct arena *a)
{
	return own_or_inferred(h, shared, a, false);
}

const char *js_shared_debug_name(const struct js_heap *h, jsval shared, struct arena *a)
{
	return own_or_inferred(h, shared, a, true);
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

/* Counts line ends up to a position. V8 ends lines at \n, \r, \r\n, U+2028 and U+2029. */
struct line_count {
	int64_t at, position;
	uint32_t line;
	int64_t line_start;
	bool after_cr;
};

static bool count_lines(void *ctx, const void *units, size_t n, bool one_byte)
{
	struct line_count *c = ctx;
	const uint8_t *bytes = units;
	const uint16_t *wide = units;

	for (size_t i = 0; i < n && c->at < c->position; i++, c->at++) {
		uint32_t u = one_byte ? bytes[i] : wide[i];
		bool joined = u == '\n' && c->after_cr;

		c->after_cr = u == '\r';
		if (u != '\n' && u != '\r' && u != 0x2028 && u != 0x2029)
			continue;
		c->line += !joined;
		c->line_start = c->at + 1;
	}
	return c->at < c->position;
}

static int32_t script_offset(const struct js_heap *h, jsval script, enum v8_field field)
{
	jsval v;

	return js_field(h, script, v8_value(&h->layout, field), &v) == RC_OK && jsval_is_smi(v)
		       ? jsval_smi(v)
		       : 0;
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
	int64_t col = c.position - c.line_start + 1;
	if (c.line == 0)
		col += script_offset(h, script, V8_Script_column_offset);
	*line = c.line + 1 + (uint32_t)script_offset(h, script, V8_Script_line_offset);
	*column = (uint32_t)col;
	return RC_OK;
}
