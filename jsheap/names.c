/*
 * names - the constructor name of an object.
 *
 * In this order, as V8 does it (src/objects/js-objects.cc, GetConstructorHelper and class_name):
 *
 *  1. the map's constructor, when the instance was made by that constructor itself: for `class B
 * extends A` the map of a B still names A, and maps of prototypes name Object;
 *  2. going up from the object, the first of: a string under Symbol.toStringTag; a function under
 *     `constructor` (but not the object's own) that is not Object. Until V8 9 the whole chain was
 *     searched for Symbol.toStringTag first, then for `constructor`, and only the first of each counted;
 *  3. the class name that goes with the instance type.
 */
#include "jsheap/names.h"

#include "jsheap/function.h"
#include "jsheap/props.h"
#include "jsheap/string.h"

#include <string.h>

#define PROTOTYPES_MAX  1000
#define TEMPLATE_FIELDS 160

/* FunctionTemplateInfo: the class name is its first string that is not empty. */
static const char *template_name(const struct js_heap *h, jsval info, struct arena *a)
{
	for (int64_t off = v8_value(&h->layout, V8_FunctionTemplateInfo_first);
	     off < TEMPLATE_FIELDS; off += 8) {
		jsval v;
		if (js_field(h, info, off, &v) != RC_OK)
			break;
		if (js_is_map(h, v))
			break; /* the next object */
		if (js_is_string(h, v)) {
			const char *name = js_string_name(h, v, a);
			if (name != NULL && name[0] != '\0')
				return name;
		}
	}
	return NULL;
}

/* True when v has an own property `key`; *value has bits 0 where that is an accessor. */
static bool own(const struct js_heap *h, jsval v, jsval key, jsval *value)
{
	struct js_property p;

	if (js_property_of_key(h, v, key, &p) != RC_OK)
		return false;
	*value = p.accessor ? jsval_of(0) : p.value;
	return true;
}

static const char *name_of_constructor(const struct js_heap *h, jsval constructor, struct arena *a)
{
	struct js_function f;
	jsval given;

	if (js_is(h, constructor, T_FUNCTION_TEMPLATE_INFO))
		return template_name(h, constructor, a);
	if (js_function_load(h, constructor, &f) != RC_OK)
		return NULL;
	if (v8_has(&h->layout, V8_constructor_name_property) &&
	    own(h, constructor, js_root_near(h, constructor, R_name_string), &given) &&
	    given.bits != 0 && js_is_string(h, given))
		return js_string_name(h, given, a);
	const char *name = js_shared_debug_name(h, f.shared, a);
	return name != NULL && name[0] != '\0' ? name : NULL;
}

/* Names that say nothing: none, and Object. */
static const char *telling(const char *name)
{
	return name != NULL && name[0] != '\0' && strcmp(name, "Object") != 0 ? name : NULL;
}

static const char *tag_name(const struct js_heap *h, jsval tag, struct arena *a)
{
	return tag.bits != 0 && js_is_string(h, tag) ? js_string_name(h, tag, a) : NULL;
}

/* Goes up a chain of prototypes. Start with {.object = v}. */
struct chain {
	jsval object, before;
	size_t steps;
};

static bool chain_up(const struct js_heap *h, struct chain *c)
{
	jsval map;
	struct js_map m;

	if ((c->steps & (c->steps - 1)) == 0)
		c->before = c->object; /* a chain that is a circle comes back to it */
	if (js_map_of(h, c->object, &map) != RC_OK || js_map_load(h, map, &m) != RC_OK ||
	    c->steps++ == PROTOTYPES_MAX || jsval_eq(m.prototype, c->before))
		return false;
	c->object = m.prototype;
	return (js_classes(h, c->object) & CLASS_OBJECT) != 0;
}

static const char *name_of_prototypes(const struct js_heap *h, jsval v, struct arena *a)
{
	struct chain c = {.object = v};
	const char *name = NULL;

	if ((js_classes(h, v) & CLASS_OBJECT) == 0)
		return NULL;
	do {
		jsval found;

		if (own(h, c.object, js_root_near(h, c.object, R_to_string_tag), &found))
			name = tag_name(h, found, a);
		if (name == NULL && c.steps != 0 &&
		    own(h, c.object, js_root_near(h, c.object, R_constructor_string), &found) &&
		    js_is_function(h, found))
			name = telling(name_of_constructor(h, found, a));
	} while (name == NULL && chain_up(h, &c));
	return name;
}

static const char *name_by_tag_first(const struct js_heap *h, jsval v, struct arena *a)
{
	struct chain c = {.object = v};
	const char *name = NULL;
	jsval found;
	bool there = false;

	if ((js_classes(h, v) & CLASS_OBJECT) == 0)
		return NULL;
	do
		there = own(h, c.object, js_root_near(h, c.object, R_to_string_tag), &found);
	while (!there && chain_up(h, &c));
	if (there)
		name = tag_name(h, found, a);
	c = (struct chain){.object = v};
	while (name == NULL && chain_up(h, &c))
		if (own(h, c.object, js_root_near(h, c.object, R_constructor_string), &found))
			return js_is_function(h, found) ? telling(name_of_constructor(h, found, a))
							: NULL;
	return name;
}

static const struct {
	enum v8_type type;
	const char *name;
} class_names[] = {
	{T_JS_BOUND_FUNCTION, "Function"},
	{T_JS_WRAPPED_FUNCTION, "Function"},
	{T_JS_ARGUMENTS_OBJECT, "Arguments"},
	{T_JS_ARRAY, "Array"},
	{T_JS_ARRAY_BUFFER, "ArrayBuffer"},
	{T_JS_ARRAY_ITERATOR, "ArrayIterator"},
	{T_JS_DATE, "Date"},
	{T_JS_ERROR, "Error"},
	{T_JS_GENERATOR_OBJECT, "Generator"},
	{T_JS_ASYNC_FUNCTION_OBJECT, "Generator"},
	{T_JS_ASYNC_GENERATOR_OBJECT, "Generator"},
	{T_JS_MAP, "Map"},
	{T_JS_REG_EXP, "RegExp"},
	{T_JS_SET, "Set"},
	{T_JS_WEAK_MAP, "WeakMap"},
	{T_JS_WEAK_SET, "WeakSet"},
	{T_JS_GLOBAL_PROXY, "global"},
};

static const char *wrapper_name(const struct js_heap *h, jsval v)
{
	jsval value;
	double number;

	if (js_field(h, v, v8_value(&h->layout, V8_JSPrimitiveWrapper_value), &value) != RC_OK)
		return "Object";
	if (js_is_root(h, value, R_true) || js_is_root(h, value, R_false))
		return "Boolean";
	if (js_is_string(h, value))
		return "String";
	if (js_number(h, value, &number) == RC_OK)
		return "Number";
	return js_is(h, value, T_BIGINT)   ? "BigInt"
	       : js_is(h, value, T_SYMBOL) ? "Symbol"
					   : "Object";
}

static const char *class_name(const struct js_heap *h, jsval v, const struct js_map *m)
{
	if ((m->classes & CLASS_FUNCTION) != 0)
		return "Function";
	if (type_is(&h->types, m->type, T_JS_PROXY))
		return "Proxy"; /* V8 says Object or Function, to hide it from the program */
	if (type_is(&h->types, m->type, T_JS_PRIMITIVE_WRAPPER))
		return wrapper_name(h, v);
	for (size_t i = 0; i < sizeof class_names / sizeof class_names[0]; i++)
		if (type_is(&h->types, m->type, class_names[i].type))
			return class_names[i].name;
	return "Object";
}

const char *js_constructor_name(const struct js_heap *h, jsval v, struct arena *a)
{
	struct js_map m;
	jsval map, constructor;
	const char *name = NULL;

	if (js_map_of(h, v, &map) != RC_OK || js_map_load(h, map, &m) != RC_OK ||
	    (m.classes & CLASS_RECEIVER) == 0)
		return NULL;
	if (m.base_constructor && !m.is_prototype && !type_is(&h->types, m.type, T_JS_PROXY) &&
	    js_map_constructor(h, &m, &constructor) == RC_OK)
		name = telling(name_of_constructor(h, constructor, a));
	if (name == NULL)
		name = v8_has(&h->layout, V8_tag_before_constructor) ? name_by_tag_first(h, v, a)
								     : name_of_prototypes(h, v, a);
	return name != NULL ? name : class_name(h, v, &m);
}
