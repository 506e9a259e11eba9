/*
 * iterator - see the header. Source: src/objects/js-collection-iterator.h, js-array.tq,
 * js-iterator-helpers.tq, js-regexp-string-iterator.tq; the order of instance types,
 * instance-type.h.
 */
#include "jsheap/iterator.h"

#include "jsheap/context.h"
#include "jsheap/function.h"
#include "jsheap/map.h"
#include "jsheap/ordered.h"
#include "jsheap/props.h"

#define TYPES_MAX 4

static const struct {
	enum v8_type type;
	enum iterator_kind kind;
	const char *name, *helper, *count;
	bool function;
} iterators[] = {
	{T_JS_ARRAY_ITERATOR, ITERATOR_ARRAY, "Array Iterator", NULL, NULL, false},
	{T_JS_STRING_ITERATOR, ITERATOR_STRING, "String Iterator", NULL, NULL, false},
	{T_JS_REG_EXP_STRING_ITERATOR, ITERATOR_REGEXP_STRING, "RegExp String Iterator", NULL, NULL,
	 false},
	{T_JS_ITERATOR_MAP_HELPER, ITERATOR_HELPER, "Iterator Helper", "map", "counter", true},
	{T_JS_ITERATOR_FILTER_HELPER, ITERATOR_HELPER, "Iterator Helper", "filter", "counter",
	 true},
	{T_JS_ITERATOR_FLAT_MAP_HELPER, ITERATOR_HELPER, "Iterator Helper", "flatMap", "counter",
	 true},
	{T_JS_ITERATOR_TAKE_HELPER, ITERATOR_HELPER, "Iterator Helper", "take", "remaining", false},
	{T_JS_ITERATOR_DROP_HELPER, ITERATOR_HELPER, "Iterator Helper", "drop", "remaining", false},
	{T_JS_VALID_ITERATOR_WRAPPER, ITERATOR_WRAPPER, "Wrap for Iterator", NULL, NULL, false},
	{T_JS_ASYNC_FROM_SYNC_ITERATOR, ITERATOR_WRAPPER, "Async-from-Sync Iterator", NULL, NULL,
	 false},
};

/* The types of Map and Set iterators have no published numbers: their tables tell them. */
static enum iterator_kind collection_kind(const struct js_heap *h, jsval v, uint16_t type)
{
	const struct v8_layout *l = &h->layout;
	jsval table, index;

	if ((type_classes(&h->types, type) & CLASS_OBJECT) == 0 ||
	    type_is(&h->types, type, T_JS_MAP) || type_is(&h->types, type, T_JS_SET) ||
	    type_is(&h->types, type, T_JS_OBJECT) ||
	    js_field(h, v, v8_value(l, V8_JSCollection_table), &table) != RC_OK ||
	    js_field(h, v, v8_value(l, V8_JSCollectionIterator_index), &index) != RC_OK ||
	    !jsval_is_smi(index) || jsval_smi(index) < 0)
		return ITERATOR_NONE;
	if (js_is(h, table, T_ORDERED_HASH_MAP))
		return ITERATOR_MAP;
	return js_is(h, table, T_ORDERED_HASH_SET) ? ITERATOR_SET : ITERATOR_NONE;
}

enum iterator_kind js_iterator_kind(const struct js_heap *h, jsval v)
{
	uint16_t type;

	if (js_type_of(h, v, &type) != RC_OK)
		return ITERATOR_NONE;
	for (size_t i = 0; i < sizeof iterators / sizeof iterators[0]; i++)
		if (type_is(&h->types, type, iterators[i].type))
			return iterators[i].kind;
	return collection_kind(h, v, type);
}

/* The native context of the realm: that of `next` of the iterator's prototype. */
static enum rc context_of(const struct js_heap *h, jsval prototype, jsval *context)
{
	struct js_property next;
	struct js_function f;

	TRY(js_property_named(h, prototype, "next", &next));
	TRY(js_function_load(h, next.value, &f));
	*context = f.context;
	return js_is(h, f.context, T_NATIVE_CONTEXT) ? RC_OK : RC_BAD;
}

/* Adds a number to a small sorted set. */
static unsigned add_type(uint16_t *types, unsigned n, uint16_t type)
{
	unsigned at = 0;

	while (at < n && types[at] < type)
		at++;
	if ((at < n && types[at] == type) || n == TYPES_MAX)
		return n;
	for (unsigned i = n; i > at; i--)
		types[i] = types[i - 1];
	types[at] = type;
	return n + 1;
}

/*
 * What a Map or Set iterator gives is in its instance type. The native context has a map for each
 * of them, all with one prototype, and the types are in the order of the alphabet: KEY, KEY_VALUE,
 * VALUE.
 */
static const char *collection_over(const struct js_heap *h, jsval v, bool map)
{
	static const char *const of_maps[] = {"keys", "entries", "values"};
	uint16_t types[TYPES_MAX], type;
	unsigned n = 0, kinds = map ? 3 : 2;
	struct js_map mine, other;
	struct js_context c;
	jsval own, context, slot;

	if (js_map_of(h, v, &own) != RC_OK || js_map_load(h, own, &mine) != RC_OK ||
	    context_of(h, mine.prototype, &context) != RC_OK ||
	    js_context_load(h, context, &c) != RC_OK)
		return NULL;
	type = mine.type;
	for (int64_t i = 0; i < c.nslots; i++) {
		int64_t at = v8_value(&h->layout, V8_FixedArray_data) + 8 * i;
		if (js_field(h, context, at, &slot) == RC_OK && js_is_map(h, slot) &&
		    js_map_load(h, slot, &other) == RC_OK &&
		    jsval_eq(other.prototype, mine.prototype))
			n = add_type(types, n, other.type);
	}
	for (unsigned i = 0; n == kinds && i < n; i++)
		if (types[i] == type)
			return of_maps[i + (map ? 0 : 1)];
	return NULL;
}

static enum rc index_of(const struct js_heap *h, jsval v, enum v8_field field, double *index)
{
	jsval word;

	TRY(js_field(h, v, v8_value(&h->layout, field), &word));
	return js_number(h, word, index);
}

static enum rc count_entry(void *ctx, jsval key, jsval value)
{
	(void)ctx;
	(void)key;
	(void)value;
	return RC_DONE;
}

static enum rc load_collection(const struct js_heap *h, jsval v, struct js_iterator *it)
{
	bool map = it->kind == ITERATOR_MAP;
	uint32_t index;
	enum rc rc;

	it->type = map ? "Map Iterator" : "Set Iterator";
	it->over = collection_over(h, v, map);
	TRY(js_field(h, v, v8_value(&h->layout, V8_JSCollection_table), &it->target));
	TRY(index_of(h, v, V8_JSCollectionIterator_index, &it->index));
	index = (uint32_t)it->index;
	TRY(js_ordered_current(h, &it->target, &index));
	it->index = index;
	rc = js_iterator_rest(h, it, count_entry, NULL);
	it->done = rc == RC_OK;
	return rc == RC_DONE ? RC_OK : rc;
}

static enum rc load_array(const struct js_heap *h, jsval v, struct js_iterator *it)
{
	static const char *const kinds[] = {"keys", "values", "entries"};
	const struct v8_layout *l = &h->layout;
	uint64_t length;
	jsval kind;

	TRY(js_field(h, v, v8_value(l, V8_JSArrayIterator_object), &it->target));
	TRY(js_field(h, v, v8_value(l, V8_JSArrayIterator_kind), &kind));
	TRY(index_of(h, v, V8_JSArrayIterator_index, &it->index));
	if (jsval_is_smi(kind) && jsval_smi(kind) >= 0 && jsval_smi(kind) < 3)
		it->over = kinds[jsval_smi(kind)];
	/* At its end V8 lets go of the array, or sets the index beyond every length. */
	it->done =
		js_is_root(h, it->target, R_undefined) ||
		(js_is(h, it->target, T_JS_ARRAY) &&
		 js_array_length(h, it->target, &length) == RC_OK && it->index >= (double)length);
	return RC_OK;
}

static enum rc load_string(const struct js_heap *h, jsval v, struct js_iterator *it)
{
	TRY(js_field(h, v, v8_value(&h->layout, V8_JSStringIterator_string), &it->target));
	return index_of(h, v, V8_JSStringIterator_index, &it->index);
}

static enum rc load_regexp_string(const struct js_heap *h, jsval v, struct js_iterator *it)
{
	const struct v8_layout *l = &h->layout;
	jsval flags;

	TRY(js_field(h, v, v8_value(l, V8_JSRegExpStringIterator_regexp), &it->regexp));
	TRY(js_field(h, v, v8_value(l, V8_JSRegExpStringIterator_string), &it->target));
	TRY(js_field(h, v, v8_value(l, V8_JSRegExpStringIterator_flags), &flags));
	it->done = (jsval_smi(flags) & 1) != 0;
	return RC_OK;
}

static enum rc load_helper(const struct js_heap *h, jsval v, bool function, struct js_iterator *it)
{
	int64_t at = v8_value(&h->layout, V8_JSIteratorHelper_first);

	TRY(js_field(h, v, at, &it->target));
	if (jsval_is_smi(it->target)) { /* a state */
		at += 8;
		TRY(js_field(h, v, at, &it->target));
	}
	int64_t own = at + 16; /* behind the iterator and its next method */
	if (function) {
		TRY(js_field(h, v, own, &it->function));
		own += 8;
	}
	if (it->count != NULL)
		TRY(js_field(h, v, own, &it->number));
	return RC_OK;
}

enum rc js_iterator_load(const struct js_heap *h, jsval v, struct js_iterator *it)
{
	bool function = false;

	*it = (struct js_iterator){.kind = js_iterator_kind(h, v), .index = -1};
	for (size_t i = 0; i < sizeof iterators / sizeof iterators[0]; i++)
		if (js_is(h, v, iterators[i].type)) {
			it->type = iterators[i].name;
			it->helper = iterators[i].helper;
			it->count = iterators[i].count;
			function = iterators[i].function;
		}
	switch (it->kind) {
	case ITERATOR_NONE:
		return RC_BAD;
	case ITERATOR_MAP:
	case ITERATOR_SET:
		return load_collection(h, v, it);
	case ITERATOR_ARRAY:
		return load_array(h, v, it);
	case ITERATOR_STRING:
		return load_string(h, v, it);
	case ITERATOR_REGEXP_STRING:
		return load_regexp_string(h, v, it);
	case ITERATOR_HELPER:
	case ITERATOR_WRAPPER:
		return load_helper(h, v, function, it);
	}
	return RC_BAD;
}

enum rc js_iterator_rest(const struct js_heap *h, const struct js_iterator *it, js_entry_fn *fn,
			 void *ctx)
{
	struct js_ordered t;

	TRY(js_ordered_load(h, it->target, it->kind == ITERATOR_MAP, &t));
	return js_ordered_entries(h, &t, (uint32_t)it->index, fn, ctx);
}
