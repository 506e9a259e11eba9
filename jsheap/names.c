/*
 * names - the constructor name of an object.
 *
 * In this order, as JSReceiver::GetConstructorName does it (src/objects/js-objects.cc):
 *
 *  1. the map's constructor, when the instance was made by that constructor itself: for `class B extends
 *     A` the map of a B still names A, and maps of prototypes name Object;
 *  2. a string under Symbol.toStringTag, of the object or up its prototype chain;
 *  3. the first function called `constructor` on its prototypes, unless that is Object;
 *  4. the class name that goes with the instance type.
 */
#include "jsheap/names.h"

#include "jsheap/function.h"
#include "jsheap/props.h"
#include "jsheap/string.h"

#include <string.h>

#define PROTOTYPES_MAX 1000
#define TEMPLATE_FIELDS 160

/* FunctionTemplateInfo: the class name is its first string that is not empty. */
static const char *template_name(const struct js_heap *h, jsval info, struct arena *a)
{
	for (int64_t off = v8_value(&h->layout, V8_FunctionTemplateInfo_first); off < TEMPLATE_FIELDS; off += 8) {
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

static const char *name_of_constructor(const struct js_heap *h, jsval constructor, struct arena *a)
{
	struct js_function f;

	if (js_is(h, constructor, T_FUNCTION_TEMPLATE_INFO))
		return template_name(h, constructor, a);
	if (js_function_load(h, constructor, &f) != RC_OK)
		return NULL;
	const char *name = js_shared_name(h, f.shared, a);
	return name != NULL && name[0] != '\0' ? name : NULL;
}

/* Own data property `key`; bits 0 when there is none. */
static jsval own_value(const struct js_heap *h, jsval v, jsval key)
{
	struct js_property p;

	if (js_property_of_key(h, v, key, &p) != RC_OK || p.accessor)
		return jsval_of(0);
	return p.value;
}

static const char *name_of_prototypes(const struct js_heap *h, jsval v, struct arena *a)
{
	const char *constructor = NULL;
	jsval p = v;

	for (int i = 0; i < PROTOTYPES_MAX; i++) {
		jsval map, tag, c;
		struct js_map m;

		if (js_map_of(h, p, &map) != RC_OK || js_map_load(h, map, &m) != RC_OK ||
		    (m.classes & CLASS_OBJECT) == 0)
			break;
		tag = own_value(h, p, h->root[R_to_string_tag]);
		if (tag.bits != 0 && js_is_string(h, tag)) {
			const char *name = js_string_name(h, tag, a);
			if (name != NULL && name[0] != '\0')
				return name;
		}
		c = i != 0 && constructor == NULL ? own_value(h, p, h->root[R_constructor_string]) : jsval_of(0);
		if (c.bits != 0 && js_is_function(h, c)) {
			constructor = name_of_constructor(h, c, a);
			if (constructor != NULL && strcmp(constructor, "Object") == 0)
				constructor = NULL;
		}
		p = m.prototype;
	}
	return constructor;
}

const char *js_constructor_name(const struct js_heap *h, jsval v, struct arena *a)
{
	struct js_map m;
	jsval map, constructor;
	const char *own = NULL, *name;

	if (js_map_of(h, v, &map) != RC_OK || js_map_load(h, map, &m) != RC_OK ||
	    (m.classes & CLASS_RECEIVER) == 0)
		return NULL;
	if (js_map_constructor(h, &m, &constructor) == RC_OK)
		own = name_of_constructor(h, constructor, a);
	if (own != NULL && m.base_constructor && !m.is_prototype && strcmp(own, "Object") != 0)
		return own;
	name = name_of_prototypes(h, v, a);
	if (name != NULL)
		return name;
	if ((m.classes & CLASS_FUNCTION) != 0 || type_is(&h->types, m.type, T_JS_BOUND_FUNCTION))
		return "Function";
	if (type_is(&h->types, m.type, T_JS_PROXY))
		return "Proxy";
	return own;
}
