/*
 * function - see the header. Source: src/objects/shared-function-info.h, script.h.
 */
#include "jsheap/function.h"

#include "jsheap/props.h"
#include "jsheap/scope.h"
#include "jsheap/string.h"

#define DEBUG_INFO_FIELDS         64
#define TOKEN_OFFSET_OUT_OF_RANGE UINT16_MAX
#define SHARED_DATA_BYTES         24 /* the data words stand in front of the name */

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

bool js_shared_compiled(const struct js_heap *h, jsval shared)
{
	return uncompiled_data(h, shared).bits == 0;
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

/* A class keeps where its text is under a private symbol of its constructor. */
static bool class_range(const struct js_heap *h, jsval function, jsval *start, jsval *end)
{
	struct js_property p;

	return function.bits != 0 && h->root[R_class_positions].bits != 0 &&
	       js_property_of_key(h, function, js_root_near(h, function, R_class_positions), &p) ==
		       RC_OK &&
	       !p.accessor && jsval_is_pointer(p.value) &&
	       js_field(h, p.value, 8, start) == RC_OK && js_field(h, p.value, 16, end) == RC_OK &&
	       jsval_is_smi(*start) && jsval_is_smi(*end);
}

enum rc js_function_text_range(const struct js_heap *h, const struct js_function *f,
			       uint32_t *start, uint32_t *end)
{
	int32_t from = f->start, to = f->end;
	jsval a, b;

	if (f->script.bits == 0)
		return RC_BAD;
	if (class_range(h, f->v, &a, &b)) {
		from = jsval_smi(a);
		to = jsval_smi(b);
	} else if (!f->has_range) {
		return RC_BAD;
	}
	if (from < 0 || to < from)
		return RC_BAD;
	*start = (uint32_t)from;
	*end = (uint32_t)to;
	return RC_OK;
}
