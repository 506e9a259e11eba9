/*
 * types - see the header. Three sources, in this order: v8dbg_type_* symbols, V8's fixed order where they
 * are silent (contexts are alphabetical; types_near.def), and the types of the root maps.
 */
#include "jsheap/types.h"

#include <ctype.h>
#include <string.h>

static const char *const wanted[T_COUNT] = {
#define TYPE(name) [T_##name] = #name,
#include "jsheap/types.def"
#undef TYPE
};

static const char *const context_names[] = {
	"AWAIT_CONTEXT",  "BLOCK_CONTEXT",    "CATCH_CONTEXT",  "DEBUG_EVALUATE_CONTEXT",
	"EVAL_CONTEXT",   "FUNCTION_CONTEXT", "MODULE_CONTEXT", "NATIVE_CONTEXT",
	"SCRIPT_CONTEXT", "WITH_CONTEXT",
};
#define NCONTEXTS (sizeof context_names / sizeof context_names[0])

/* Names that changed: the older one, the newer one. */
static const char *const renamed[][2] = {
	{"BIG_INT_BASE", "BIGINT"},
	{"GLOBAL_PROPERTY_CELL", "PROPERTY_CELL"},
	{"JS_FINALIZATION_GROUP", "JS_FINALIZATION_REGISTRY"},
	{"JS_REGEXP", "JS_REG_EXP"},
	{"JS_REGEXP_STRING_ITERATOR", "JS_REG_EXP_STRING_ITERATOR"},
	{"JS_VALUE", "JS_PRIMITIVE_WRAPPER"},
	{"MODULE", "SOURCE_TEXT_MODULE"},
};

static const struct near {
	const char *name, *known;
	int distance;
	struct v8_range range;
} nears[] = {
#define TYPE_NEAR(name, known, distance, range) {name, known, distance, range},
#include "jsheap/types_near.def"
#undef TYPE_NEAR
};

static void set_name(struct v8_types *types, int64_t number, const char *name)
{
	if (number < 0 || number >= TYPE_LIMIT)
		return;
	for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
		if (strcmp(name, renamed[i][0]) == 0)
			name = renamed[i][1];
	/* Some types have two names: DEPENDENT_CODE is WEAK_ARRAY_LIST. */
	for (int t = 0; t < T_COUNT; t++)
		if (types->number[t] == TYPE_UNKNOWN && strcmp(wanted[t], name) == 0)
			types->number[t] = (uint16_t)number;
	if (types->name[number] == NULL)
		types->name[number] = name;
}

/* "type_JSArray__JS_ARRAY_TYPE" -> "JS_ARRAY". */
static char *name_of_symbol(struct arena *a, const char *symbol)
{
	const char *name = strstr(symbol, "__");
	size_t len = name != NULL ? strlen(name + 2) : 0;

	if (len <= 5 || strcmp(name + 2 + len - 5, "_TYPE") != 0)
		return NULL;
	return arena_strndup(a, name + 2, len - 5);
}

static void name_contexts(struct v8_types *types, const struct v8_layout *l)
{
	int32_t first, last;

	if (!v8_constant(l, "FirstContextType", &first) ||
	    !v8_constant(l, "LastContextType", &last))
		return;
	if ((int64_t)last - first + 1 != (int64_t)NCONTEXTS)
		return;
	for (size_t i = 0; i < NCONTEXTS; i++)
		set_name(types, (int64_t)first + (int64_t)i, context_names[i]);
}

static int number_of(const struct v8_types *types, const char *name)
{
	int number = 0;

	while (number < TYPE_LIMIT &&
	       (types->name[number] == NULL || strcmp(types->name[number], name) != 0))
		number++;
	return number < TYPE_LIMIT ? number : -1;
}

static void name_by_neighbours(struct v8_types *types, const struct v8_layout *l)
{
	for (size_t i = 0; i < sizeof nears / sizeof nears[0]; i++) {
		int known =
			v8_range_holds(l, nears[i].range) ? number_of(types, nears[i].known) : -1;
		int number = known + nears[i].distance;

		if (known >= 0 && number >= 0 && number < TYPE_LIMIT &&
		    types->name[number] == NULL && number_of(types, nears[i].name) < 0)
			set_name(types, number, nears[i].name);
	}
}

enum rc v8_types_resolve(struct arena *a, const struct v8_layout *l, struct v8_types *types,
			 struct why *why)
{
	int32_t number;

	memset(types, 0, sizeof *types);
	for (int t = 0; t < T_COUNT; t++)
		types->number[t] = TYPE_UNKNOWN;
	for (size_t i = 0; i < l->nconstants; i++) {
		if (strncmp(l->constants[i].name, "type_", 5) != 0)
			continue;
		char *name = name_of_symbol(a, l->constants[i].name + 5);
		if (name != NULL)
			set_name(types, l->constants[i].value, name);
	}
	name_contexts(types, l);
	if (v8_constant(l, "APIObjectType", &number))
		set_name(types, number, "JS_API_OBJECT");
	if (v8_constant(l, "SpecialAPIObjectType", &number))
		set_name(types, number, "JS_SPECIAL_API_OBJECT");
	name_by_neighbours(types, l);
	if (types->number[T_MAP] == TYPE_UNKNOWN)
		return why_set(why, RC_UNSUP, 0, "the v8dbg_type_ symbols are missing");
	return RC_OK;
}

void v8_types_learn(struct v8_types *types, struct arena *a, const char *root_name, uint16_t number)
{
	size_t len;

	if (number >= TYPE_LIMIT || types->name[number] != NULL)
		return;
	if (strcmp(root_name, "one_pointer_filler_map") == 0)
		root_name = "filler_map"; /* the type is shared by fillers of all sizes */
	len = strlen(root_name);
	char *name = arena_strndup(a, root_name, len > 4 ? len - 4 : len); /* without "_map" */
	if (name == NULL)
		return;
	for (char *p = name; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	set_name(types, number, name);
}

static void add_class(struct v8_types *types, int64_t first, int64_t last, uint8_t classes)
{
	for (int64_t i = first > 0 ? first : 0; i <= last && i < TYPE_LIMIT; i++)
		types->classes[i] |= classes;
}

/* The range of JSFunction types: published from V8 12 on, before that counted from the first one.
 */
static void function_range(const struct v8_types *types, const struct v8_layout *l, int32_t *first,
			   int32_t *last)
{
	if (v8_constant(l, "FirstJSFunctionType", first) &&
	    v8_constant(l, "LastJSFunctionType", last))
		return;
	*first = types->number[T_JS_FUNCTION];
	*last = *first + (int32_t)v8_value(l, V8_JSFunction_subtypes);
}

enum rc v8_types_finish(struct v8_types *types, const struct v8_layout *l, struct why *why)
{
	static const enum v8_type needed[] = {
		T_MAP,         T_JS_OBJECT, T_JS_FUNCTION,          T_JS_PROXY,  T_ODDBALL,
		T_HEAP_NUMBER, T_SYMBOL,    T_SHARED_FUNCTION_INFO, T_SCOPE_INFO};
	int32_t first, last;

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (types->number[needed[i]] == TYPE_UNKNOWN)
			return why_set(why, RC_UNSUP, 0,
				       "this V8 does not tell its basic instance types");
	add_class(types, 0, v8_value(l, V8_FirstNonstringType) - 1, CLASS_STRING);
	/* Receivers come last of all; proxies are the first of them without elements. */
	add_class(types, types->number[T_JS_PROXY], TYPE_LIMIT - 1, CLASS_RECEIVER | CLASS_OBJECT);
	types->classes[types->number[T_JS_PROXY]] &= (uint8_t)~CLASS_OBJECT;
	function_range(types, l, &first, &last);
	add_class(types, first, last, CLASS_FUNCTION);
	if (v8_constant(l, "FirstContextType", &first) && v8_constant(l, "LastContextType", &last))
		add_class(types, first, last, CLASS_CONTEXT);
	if (types->number[T_ALLOCATION_SITE] != TYPE_UNKNOWN)
		add_class(types, types->number[T_ALLOCATION_SITE], types->number[T_ALLOCATION_SITE],
			  CLASS_SITE);
	if (types->number[T_FILLER] != TYPE_UNKNOWN)
		add_class(types, types->number[T_FILLER], types->number[T_FILLER], CLASS_SKIP);
	if (types->number[T_FREE_SPACE] != TYPE_UNKNOWN)
		add_class(types, types->number[T_FREE_SPACE], types->number[T_FREE_SPACE],
			  CLASS_SKIP);
	return RC_OK;
}
