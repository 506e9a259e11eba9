/*
 * module - see the header. JSModuleNamespace -> Module -> exports, an ObjectHashTable from name to
 * the Cell of the variable. Source: src/objects/module.h and .tq.
 */
#include "jsheap/module.h"

#include "jsheap/props.h"

#define ENTRY_WORDS 2

/* The module stands first among the fields of its own; other things of the embedder's may come
 * before. */
static bool find_module(const struct js_heap *h, jsval v, jsval *module)
{
	int64_t at = v8_value(&h->layout, V8_JSObject_elements) + 8;

	for (int tries = 0; tries < 2; tries++, at += 8)
		if (js_field(h, v, at, module) == RC_OK &&
		    (js_is(h, *module, T_SOURCE_TEXT_MODULE) ||
		     js_is(h, *module, T_SYNTHETIC_MODULE)))
			return true;
	return false;
}

/* Newer versions do not publish the instance type: special receivers, which come before ordinary
 * objects, with a module. */
bool js_is_namespace(const struct js_heap *h, jsval v)
{
	uint16_t type;
	jsval module;

	if (js_type_of(h, v, &type) != RC_OK || (type_classes(&h->types, type) & CLASS_OBJECT) == 0)
		return false;
	return (type_is(&h->types, type, T_JS_MODULE_NAMESPACE) ||
		type < h->types.number[T_JS_OBJECT]) &&
	       find_module(h, v, &module);
}

enum rc js_module_export(const struct js_heap *h, jsval v, jsval name, jsval *value)
{
	const struct v8_layout *l = &h->layout;
	struct js_table t;
	jsval module, exports, key, cell;

	if (!js_is_namespace(h, v) || !find_module(h, v, &module))
		return RC_DONE;
	TRY(js_field(h, module, v8_value(l, V8_Module_exports), &exports));
	TRY(js_table_load(h, exports, ENTRY_WORDS, &t));
	for (uint32_t i = 0; i < t.capacity; i++) {
		TRY(js_table_get(h, &t, i, 0, &key));
		if (!jsval_eq(key, name))
			continue;
		TRY(js_table_get(h, &t, i, 1, &cell));
		if (!js_is(h, cell, T_CELL))
			return RC_BAD;
		return js_field(h, cell, v8_value(l, V8_Cell_value), value);
	}
	return RC_DONE;
}
