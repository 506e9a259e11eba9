/*
 * kind - what sort of thing a value is, in one word.
 */
#include "jsheap/function.h"
#include "jsheap/inspect.h"
#include "jsheap/iterator.h"
#include "jsheap/module.h"
#include "jsheap/props.h"

#include <string.h>

static const struct {
	enum v8_type type;
	const char *kind;
} kinds[] = {
	{T_HEAP_NUMBER, "number"},
	{T_MUTABLE_HEAP_NUMBER, "number"},
	{T_SYMBOL, "symbol"},
	{T_BIGINT, "bigint"},
	{T_JS_ARRAY, "array"},
	{T_JS_DATE, "date"},
	{T_JS_REG_EXP, "regexp"},
	{T_JS_MAP, "map"},
	{T_JS_SET, "set"},
	{T_JS_WEAK_MAP, "weakmap"},
	{T_JS_WEAK_SET, "weakset"},
	{T_JS_WEAK_REF, "weakref"},
	{T_JS_PROMISE, "promise"},
	{T_JS_PROXY, "proxy"},
	{T_JS_ERROR, "error"},
	{T_JS_BOUND_FUNCTION, "function"},
	{T_JS_WRAPPED_FUNCTION, "function"},
	{T_JS_TYPED_ARRAY, "buffer"},
	{T_JS_ARRAY_BUFFER, "buffer"},
	{T_JS_DATA_VIEW, "buffer"},
	{T_JS_RAB_GSAB_DATA_VIEW, "buffer"},
	{T_JS_PRIMITIVE_WRAPPER, "wrapper"},
	{T_JS_ARGUMENTS_OBJECT, "arguments"},
	{T_JS_FINALIZATION_REGISTRY, "finalizationregistry"},
	{T_JS_DETACHED_TYPED_ARRAY, "buffer"},
	{T_JS_GENERATOR_OBJECT, "generator"},
	{T_JS_ASYNC_FUNCTION_OBJECT, "generator"},
	{T_JS_ASYNC_GENERATOR_OBJECT, "generator"},
};

/* Types that say no more than which part of the language they belong to. */
static const struct {
	const char *prefix, *kind;
} families[] = {
	{"JS_TEMPORAL_", "temporal"},
	{"WASM_", "wasm"},
	{"JS_COLLATOR", "intl"},
	{"JS_DATE_TIME_FORMAT", "intl"},
	{"JS_DISPLAY_NAMES", "intl"},
	{"JS_DURATION_FORMAT", "intl"},
	{"JS_LIST_FORMAT", "intl"},
	{"JS_LOCALE", "intl"},
	{"JS_NUMBER_FORMAT", "intl"},
	{"JS_PLURAL_RULES", "intl"},
	{"JS_RELATIVE_TIME_FORMAT", "intl"},
	{"JS_SEGMENT", "intl"},
	{"JS_V8_BREAK_ITERATOR", "intl"},
};

static const char *family_of(const struct js_heap *h, int number)
{
	const char *name =
		number >= 0 && number < TYPE_LIMIT ? type_name(&h->types, (uint16_t)number) : NULL;

	for (size_t i = 0; name != NULL && i < sizeof families / sizeof families[0]; i++)
		if (strncmp(name, families[i].prefix, strlen(families[i].prefix)) == 0)
			return families[i].kind;
	return NULL;
}

static const char *kind_of_object(const struct js_heap *h, jsval v, uint16_t type)
{
	const char *before, *after;

	if (type_is(&h->types, type, T_JS_OBJECT))
		return "object";
	if (js_iterator_kind(h, v) != ITERATOR_NONE)
		return "iterator";
	if (js_is_namespace(h, v))
		return "namespace";
	if (type_name(&h->types, type) != NULL)
		return family_of(h, type) != NULL ? family_of(h, type) : "object";
	/* A number that is not published belongs to the family around it. */
	before = family_of(h, type - 1);
	after = family_of(h, type + 1);
	return before != NULL && after != NULL && strcmp(before, after) == 0 ? before : "object";
}

static const char *kind_of_oddball(const struct js_heap *h, jsval v)
{
	if (js_is_root(h, v, R_undefined))
		return "undefined";
	if (js_is_root(h, v, R_null))
		return "null";
	if (js_is_root(h, v, R_true) || js_is_root(h, v, R_false))
		return "boolean";
	return js_is_hole(h, v) ? "hole" : NULL;
}

const char *js_kind(const struct js_heap *h, jsval v)
{
	uint16_t type;

	if (jsval_is_smi(v))
		return "number";
	if (jsval_is_weak(v))
		return "weak";
	const char *odd = kind_of_oddball(h, v);
	if (odd != NULL)
		return odd;
	if (js_type_of(h, v, &type) != RC_OK)
		return "invalid";
	unsigned classes = type_classes(&h->types, type);
	if ((classes & CLASS_STRING) != 0)
		return "string";
	if ((classes & CLASS_FUNCTION) != 0)
		return "function";
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (type_is(&h->types, type, kinds[i].type))
			return kinds[i].kind;
	return (classes & CLASS_RECEIVER) != 0 ? kind_of_object(h, v, type) : "internal";
}
