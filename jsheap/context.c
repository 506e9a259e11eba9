/*
 * context - see the header.
 */
#include "jsheap/context.h"

#include "base/vec.h"
#include "jsheap/function.h"
#include "jsheap/props.h"
#include "jsheap/string.h"

#include <string.h>

#define EXTENSION_SLOT 2
#define LENGTH_MASK    0x3fffffffu /* V8 7.9 keeps "has an extension" in the bit above */
#define EVALS_MAX      64          /* scripts made by eval in scripts made by eval ... */
#define MODULE_FIELDS  160

static const struct {
	const char *type, *kind;
} kinds[] = {
	{"FUNCTION_CONTEXT", "function"}, {"BLOCK_CONTEXT", "block"},
	{"CATCH_CONTEXT", "catch"},       {"WITH_CONTEXT", "with"},
	{"EVAL_CONTEXT", "eval"},         {"SCRIPT_CONTEXT", "script"},
	{"MODULE_CONTEXT", "module"},     {"NATIVE_CONTEXT", "native"},
	{"AWAIT_CONTEXT", "await"},       {"DEBUG_EVALUATE_CONTEXT", "debugger"},
};

static const char *kind_of(const struct js_heap *h, uint16_t type)
{
	const char *name = type_name(&h->types, type);

	for (size_t i = 0; name != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].type, name) == 0)
			return kinds[i].kind;
	return "context";
}

static enum rc slot(const struct js_heap *h, const struct js_context *c, uint32_t i, jsval *v)
{
	if (i >= c->nslots)
		return RC_BAD;
	return js_field(h, c->v, v8_value(&h->layout, V8_FixedArray_data) + 8 * (int64_t)i, v);
}

/* Where the variables start, and the extension: it has a slot of its own in all contexts of V8 until
 * 8.x, which also repeat the native context, later only where the ScopeInfo says so. */
static enum rc find_variables(const struct js_heap *h, struct js_context *c)
{
	const struct v8_layout *l = &h->layout;
	bool always = v8_value(l, V8_context_first) > EXTENSION_SLOT;
	bool with = strcmp(c->kind, "with") == 0, module = strcmp(c->kind, "module") == 0;

	c->first = (uint32_t)v8_value(l, V8_context_first);
	if (always || with || module || (c->has_scope && c->scope.has_extension)) {
		TRY(slot(h, c, EXTENSION_SLOT, &c->extension));
		c->first = c->first > EXTENSION_SLOT ? c->first : EXTENSION_SLOT + 1;
	}
	if (!jsval_is_pointer(c->extension) || js_is_hole(h, c->extension) ||
	    js_is_root(h, c->extension, R_undefined))
		c->extension = jsval_of(0);
	return c->has_scope && !with && c->first + c->scope.nlocals > c->nslots ? RC_BAD : RC_OK;
}

enum rc js_context_load(const struct js_heap *h, jsval v, struct js_context *c)
{
	const struct v8_layout *l = &h->layout;
	uint16_t type;
	jsval length;

	*c = (struct js_context){.v = v};
	if (!v8_has(l, V8_context_scope_info) || !v8_has(l, V8_context_previous) ||
	    !v8_has(l, V8_context_first))
		return RC_UNSUP;
	if ((js_classes(h, v) & CLASS_CONTEXT) == 0)
		return RC_BAD;
	TRY(js_type_of(h, v, &type));
	c->kind = kind_of(h, type);
	TRY(js_field(h, v, v8_value(l, V8_FixedArray_length), &length));
	if (!jsval_is_smi(length))
		return RC_BAD;
	c->nslots = (uint32_t)jsval_smi(length) & LENGTH_MASK;
	if (!js_fits(h, v, (uint64_t)v8_value(l, V8_FixedArray_data) + 8 * (uint64_t)c->nslots))
		return RC_BAD;
	TRY(slot(h, c, (uint32_t)v8_value(l, V8_context_scope_info), &c->scope_info));
	c->has_scope = js_scope_load(h, c->scope_info, &c->scope) == RC_OK;
	if (type_is(&h->types, type, T_NATIVE_CONTEXT))
		return RC_OK;
	TRY(slot(h, c, (uint32_t)v8_value(l, V8_context_previous), &c->previous));
	return find_variables(h, c);
}

/* Names of the locals, by index. Long lists are hash tables from name to index. */
static enum rc local_names(const struct js_heap *h, const struct js_scope *s, jsval *names)
{
	struct js_table t;

	if (s->table.bits == 0)
		return s->nlocals != 0 ? mem_read(h->mem, s->names, names, 8 * (size_t)s->nlocals)
				       : RC_OK;
	TRY(js_table_load(h, s->table, 2, &t));
	for (uint32_t i = 0; i < t.capacity; i++) {
		jsval key, index;

		TRY(js_table_get(h, &t, i, 0, &key));
		TRY(js_table_get(h, &t, i, 1, &index));
		if (js_is_string(h, key) && jsval_is_smi(index) && jsval_smi(index) >= 0 &&
		    (uint32_t)jsval_smi(index) < s->nlocals)
			names[jsval_smi(index)] = key;
	}
	return RC_OK;
}

/* A variable may live in a cell of its own, and there as a bare number. */
static enum rc open_cell(const struct js_heap *h, struct js_variable *v)
{
	const struct v8_layout *l = &h->layout;
	jsval cell = v->value;
	uint32_t state;
	uint64_t raw;

	if (!v8_has(l, V8_ContextCell_tagged) || !js_is(h, cell, T_CONTEXT_CELL))
		return RC_OK;
	TRY(js_word32(h, cell, v8_value(l, V8_ContextCell_state), &state));
	if (state < 2)
		return js_field(h, cell, v8_value(l, V8_ContextCell_tagged), &v->value);
	TRY(js_word(h, cell, v8_value(l, V8_ContextCell_raw), &raw));
	v->is_number = true;
	v->value = jsval_of(0);
	if (state == 2)
		v->number = (int32_t)(uint32_t)raw;
	else
		memcpy(&v->number, &raw, sizeof raw);
	return RC_OK;
}

static enum rc give_locals(const struct js_heap *h, const struct js_context *c, js_variable_fn *fn,
			   void *ctx)
{
	const struct js_scope *s = &c->scope;
	jsval *names = calloc(s->nlocals + 1, sizeof *names);
	enum rc rc = names != NULL ? local_names(h, s, names) : RC_NOMEM;

	for (uint32_t i = 0; i < s->nlocals && rc == RC_OK; i++) {
		struct js_variable v = {.name = names[i]};

		rc = slot(h, c, c->first + i, &v.value);
		if (rc == RC_OK)
			rc = open_cell(h, &v);
		if (rc == RC_OK)
			rc = fn(ctx, &v);
	}
	if (rc == RC_OK && s->function_in_context && c->first + s->nlocals < c->nslots) {
		struct js_variable v = {.name = s->function_name};

		rc = slot(h, c, c->first + s->nlocals, &v.value);
		if (rc == RC_OK)
			rc = fn(ctx, &v);
	}
	free(names);
	return rc;
}

/* True for a plain array whose elements all are cells. */
static bool holds_cells(const struct js_heap *h, jsval array)
{
	jsval length, cell;

	if (!js_is(h, array, T_FIXED_ARRAY) ||
	    js_field(h, array, v8_value(&h->layout, V8_FixedArray_length), &length) != RC_OK ||
	    !jsval_is_smi(length) || jsval_smi(length) < 0)
		return false;
	for (int32_t i = 0; i < jsval_smi(length); i++)
		if (js_field(h, array, v8_value(&h->layout, V8_FixedArray_data) + 8 * (int64_t)i,
			     &cell) != RC_OK ||
		    !js_is(h, cell, T_CELL))
			return false;
	return true;
}

/* A SourceTextModule has its exports and then its imports as two arrays of cells: the only two
 * neighbours that are so. */
static bool module_arrays(const struct js_heap *h, jsval module, jsval *exports, jsval *imports)
{
	for (int64_t off = 16; off < MODULE_FIELDS && js_fits(h, module, (uint64_t)off + 16);
	     off += 8)
		if (js_field(h, module, off, exports) == RC_OK &&
		    js_field(h, module, off + 8, imports) == RC_OK && holds_cells(h, *exports) &&
		    holds_cells(h, *imports))
			return true;
	return false;
}

static enum rc give_module(const struct js_heap *h, const struct js_context *c, js_variable_fn *fn,
			   void *ctx)
{
	int64_t data = v8_value(&h->layout, V8_FixedArray_data);
	jsval exports, imports;

	if (c->scope.nmodule_variables == 0)
		return RC_OK;
	if (!js_is(h, c->extension, T_SOURCE_TEXT_MODULE) ||
	    !module_arrays(h, c->extension, &exports, &imports))
		return RC_BAD;
	for (uint32_t i = 0; i < c->scope.nmodule_variables; i++) {
		struct js_variable v = {0};
		uint64_t w[2];
		jsval cell;

		TRY(mem_read(h->mem, c->scope.module_variables + 24 * (addr_t)i, w, sizeof w));
		int64_t index = jsval_smi(jsval_of(w[1]));
		v.name = jsval_of(w[0]);
		if (index == 0)
			continue;
		TRY(js_field(h, index > 0 ? exports : imports,
			     data + 8 * ((index > 0 ? index : -index) - 1), &cell));
		if (!js_is(h, cell, T_CELL))
			return RC_BAD;
		TRY(js_field(h, cell, v8_value(&h->layout, V8_Cell_value), &v.value));
		TRY(fn(ctx, &v));
	}
	return RC_OK;
}

struct give {
	js_variable_fn *fn;
	void *ctx;
};

static enum rc give_property(void *ctx, const struct js_property *p)
{
	struct give *g = ctx;

	if (p->accessor)
		return RC_OK;
	return g->fn(g->ctx, &(struct js_variable){.name = p->key, .value = p->value});
}

enum rc js_context_variables(const struct js_heap *h, const struct js_context *c,
			     js_variable_fn *fn, void *ctx)
{
	struct give g = {fn, ctx};

	if (c->previous.bits == 0)
		return RC_OK; /* of the native context: V8's own objects, hundreds of them */
	if (c->has_scope && strcmp(c->kind, "with") != 0)
		TRY(give_locals(h, c, fn, ctx));
	if (strcmp(c->kind, "module") == 0)
		return give_module(h, c, fn, ctx);
	if ((js_classes(h, c->extension) & CLASS_OBJECT) != 0)
		return js_properties(h, c->extension, give_property, &g);
	return RC_OK;
}

/* The function with exactly this ScopeInfo, else the smallest around its range. */
struct find_function {
	const struct js_heap *h;
	const struct js_context *context;
	jsval exact, around;
	int64_t length; /* of the range of `around` */
};

static enum rc match_function(void *ctx, jsval shared)
{
	struct find_function *f = ctx;
	const struct js_scope *s = &f->context->scope;
	struct js_function fn;
	jsval scope;

	if (js_field(f->h, shared,
		     v8_value(&f->h->layout, V8_SharedFunctionInfo_name_or_scope_info),
		     &scope) == RC_OK &&
	    jsval_eq(scope, f->context->scope_info)) {
		f->exact = shared;
		return RC_DONE;
	}
	if (!f->context->has_scope || !s->has_range || js_shared_load(f->h, shared, &fn) != RC_OK ||
	    !fn.has_range || fn.start > s->start || fn.end < s->end)
		return RC_OK;
	int64_t length = (int64_t)fn.end - fn.start;
	if (f->around.bits == 0 || length < f->length) {
		f->around = shared;
		f->length = length;
	}
	return RC_OK;
}

jsval js_context_function(const struct js_heap *h, const struct js_context *c, jsval script,
			  jsval *holder)
{
	bool whole = strcmp(c->kind, "function") == 0 || strcmp(c->kind, "eval") == 0 ||
		     strcmp(c->kind, "script") == 0 || strcmp(c->kind, "module") == 0;

	for (int i = 0; i < EVALS_MAX && script.bits != 0; i++) {
		struct find_function f = {.h = h, .context = c};
		struct js_function caller;
		struct js_script s;

		*holder = script;
		if (js_script_load(h, script, &s) != RC_OK)
			break;
		enum rc rc = js_script_functions(h, &s, match_function, &f);
		if (rc != RC_OK && rc != RC_DONE)
			break;
		if (f.exact.bits != 0 || (f.around.bits != 0 && !whole))
			return f.exact.bits != 0 ? f.exact : f.around;
		if (js_shared_load(h, js_script_eval_from(h, script), &caller) != RC_OK)
			break;
		script = caller.script;
	}
	*holder = jsval_of(0);
	return jsval_of(0);
}
