/*
 * props - named properties: descriptors with fields, dictionaries, and the global object's cells.
 *
 * Source: src/objects/js-objects.h, dictionary.h, property-details.h, hash-table.h.
 */
#include "jsheap/props.h"

#include "base/vec.h"
#include "jsheap/string.h"

#include <string.h>

#define TABLE_CAPACITY_MAX      (1u << 26)
#define NAME_DICTIONARY_WORDS   3
#define GLOBAL_DICTIONARY_WORDS 1
#define KEY_UNITS               4096
#define DICTIONARY_INDEX_MASK   0x7fffffu

bool js_is_hole(const struct js_heap *h, jsval v)
{
	const char *name;

	if (!jsval_is_pointer(v))
		return false;
	if (js_is_root(h, v, R_the_hole))
		return true;
	name = js_root_name(h, v);
	if (name == NULL)
		return false;
	size_t len = strlen(name);
	return (len > 10 && strcmp(name + len - 10, "hole_value") == 0) ||
	       (len > 5 && strcmp(name + len - 5, "_hole") == 0);
}

bool js_table_free_key(const struct js_heap *h, jsval key)
{
	return js_is_root(h, key, R_undefined) || js_is_hole(h, key);
}

/* All hash tables keep their capacity in the third element, and their entries at the end. */
enum rc js_table_load(const struct js_heap *h, jsval v, uint32_t entry_words, struct js_table *t)
{
	jsval length, capacity;

	*t = (struct js_table){.array = v, .entry_words = entry_words};
	if (!jsval_is_pointer(v) || js_page_at(h, v.bits) == NULL)
		return RC_BAD;
	TRY(js_field(h, v, v8_value(&h->layout, V8_FixedArray_length), &length));
	TRY(js_field(h, v, v8_value(&h->layout, V8_FixedArray_data) + 16, &capacity));
	if (!jsval_is_smi(length) || !jsval_is_smi(capacity))
		return RC_BAD;
	int64_t n = jsval_smi(length), cap = jsval_smi(capacity);
	if (cap < 0 || cap > TABLE_CAPACITY_MAX || cap * entry_words > n - 3 ||
	    !js_fits(h, v, (uint64_t)v8_value(&h->layout, V8_FixedArray_data) + 8 * (uint64_t)n))
		return RC_BAD;
	t->capacity = (uint32_t)cap;
	t->first = (uint32_t)(n - cap * entry_words);
	return RC_OK;
}

enum rc js_table_get(const struct js_heap *h, const struct js_table *t, uint32_t i, uint32_t w,
		     jsval *v)
{
	int64_t at = v8_value(&h->layout, V8_FixedArray_data) +
		     8 * ((int64_t)t->first + (int64_t)i * t->entry_words + w);

	return js_field(h, t->array, at, v);
}

static void set_details(const struct js_heap *h, jsval details, struct js_property *p)
{
	uint32_t d = (uint32_t)jsval_smi(details);

	p->accessor = (d & (uint32_t)v8_value(&h->layout, V8_prop_kind_mask)) != 0;
	p->attributes = (d & (uint32_t)v8_value(&h->layout, V8_prop_attributes_mask)) >>
			(uint32_t)v8_value(&h->layout, V8_prop_attributes_shift);
	p->index = d >> (uint32_t)v8_value(&h->layout, V8_dictionary_index_shift) &
		   DICTIONARY_INDEX_MASK;
}

typedef VEC(struct js_property) properties;

static int by_index(const void *a, const void *b)
{
	const struct js_property *x = a, *y = b;

	return x->index < y->index ? -1 : x->index > y->index;
}

static enum rc gather_dictionary(const struct js_heap *h, jsval table, properties *found)
{
	struct js_table t;

	TRY(js_table_load(h, table, NAME_DICTIONARY_WORDS, &t));
	for (uint32_t i = 0; i < t.capacity; i++) {
		struct js_property p = {0};
		jsval details;

		TRY(js_table_get(h, &t, i, 0, &p.key));
		if (!jsval_is_pointer(p.key) || js_table_free_key(h, p.key))
			continue;
		TRY(js_table_get(h, &t, i, 1, &p.value));
		TRY(js_table_get(h, &t, i, 2, &details));
		set_details(h, details, &p);
		TRY(vec_push(found, p));
	}
	return RC_OK;
}

static enum rc gather_global(const struct js_heap *h, jsval table, properties *found)
{
	struct js_table t;

	TRY(js_table_load(h, table, GLOBAL_DICTIONARY_WORDS, &t));
	for (uint32_t i = 0; i < t.capacity; i++) {
		struct js_property p = {0};
		jsval cell, details;

		TRY(js_table_get(h, &t, i, 0, &cell));
		if (!js_is(h, cell, T_PROPERTY_CELL))
			continue;
		TRY(js_field(h, cell, v8_value(&h->layout, V8_PropertyCell_name), &p.key));
		TRY(js_field(h, cell, v8_value(&h->layout, V8_PropertyCell_details), &details));
		TRY(js_field(h, cell, v8_value(&h->layout, V8_PropertyCell_value), &p.value));
		if (js_is_hole(h, p.value))
			continue;
		set_details(h, details, &p);
		TRY(vec_push(found, p));
	}
	return RC_OK;
}

static enum rc dictionary_properties(const struct js_heap *h, const struct js_map *m, jsval table,
				     js_property_fn *fn, void *ctx)
{
	properties found = {0};
	enum rc rc = type_is(&h->types, m->type, T_JS_GLOBAL_OBJECT)
			     ? gather_global(h, table, &found)
			     : gather_dictionary(h, table, &found);

	if (found.n > 1)
		qsort(found.at, found.n, sizeof *found.at, by_index);
	for (size_t i = 0; i < found.n; i++) {
		enum rc given = fn(ctx, &found.at[i]);
		if (given != RC_OK) {
			rc = given;
			break;
		}
	}
	vec_free(&found);
	return rc;
}

static enum rc fast_property(const struct js_heap *h, jsval v, const struct js_map *m, jsval table,
			     uint32_t i, struct js_property *p)
{
	struct js_descriptor d;

	TRY(js_map_descriptor(h, m, i, &d));
	*p = (struct js_property){
		.key = d.key,
		.value = d.value,
		.accessor = d.accessor,
		.index = i,
		.attributes =
			(d.details & (uint32_t)v8_value(&h->layout, V8_prop_attributes_mask)) >>
			(uint32_t)v8_value(&h->layout, V8_prop_attributes_shift),
	};
	if (!d.in_field)
		return RC_OK;
	TRY(js_field(h, d.in_object ? v : table, (int64_t)d.offset, &p->value));
	if (d.raw_double) {
		p->is_double = true;
		memcpy(&p->number, &p->value.bits, sizeof p->number);
		p->value = jsval_of(0);
	}
	return RC_OK;
}

enum rc js_properties(const struct js_heap *h, jsval v, js_property_fn *fn, void *ctx)
{
	struct js_map m;
	jsval map, table;

	TRY(js_map_of(h, v, &map));
	TRY(js_map_load(h, map, &m));
	if ((m.classes & CLASS_OBJECT) == 0)
		return (m.classes & CLASS_RECEIVER) != 0
			       ? RC_OK
			       : RC_BAD; /* proxies have none of their own */
	TRY(js_field(h, v, v8_value(&h->layout, V8_JSReceiver_properties), &table));
	if (m.dictionary)
		return dictionary_properties(h, &m, table, fn, ctx);
	for (uint32_t i = 0; i < m.nproperties; i++) {
		struct js_property p;
		TRY(fast_property(h, v, &m, table, i, &p));
		TRY(fn(ctx, &p));
	}
	return RC_OK;
}

struct search {
	const struct js_heap *h;
	const char *name;
	jsval key;
	struct js_property *found;
};

static enum rc match(void *ctx, const struct js_property *p)
{
	struct search *s = ctx;

	if (s->name != NULL ? !js_string_is(s->h, p->key, s->name) : !jsval_eq(p->key, s->key))
		return RC_OK;
	*s->found = *p;
	return RC_DONE;
}

static enum rc search(const struct js_heap *h, jsval v, struct search *s)
{
	enum rc rc = js_properties(h, v, match, s);

	return rc == RC_DONE ? RC_OK : rc == RC_OK ? RC_DONE : rc;
}

enum rc js_property_named(const struct js_heap *h, jsval v, const char *name, struct js_property *p)
{
	return search(h, v, &(struct search){.h = h, .name = name, .found = p});
}

enum rc js_property_of_key(const struct js_heap *h, jsval v, jsval key, struct js_property *p)
{
	return search(h, v, &(struct search){.h = h, .key = key, .found = p});
}

/* 0 for public symbols and for what is no symbol. */
static uint32_t privacy(const struct js_heap *h, jsval key)
{
	uint32_t flags;

	if (!js_is(h, key, T_SYMBOL) ||
	    js_word32(h, key, v8_value(&h->layout, V8_Symbol_flags), &flags) != RC_OK)
		return 0;
	return flags & (uint32_t)v8_value(&h->layout, V8_symbol_privacy_mask);
}

static bool is_private_name(const struct js_heap *h, jsval key)
{
	return privacy(h, key) == (uint32_t)v8_value(&h->layout, V8_symbol_privacy_name);
}

bool js_key_internal(const struct js_heap *h, jsval key)
{
	return privacy(h, key) != 0 && !is_private_name(h, key);
}

bool js_key_brand(const struct js_heap *h, jsval key)
{
	return privacy(h, key) == (uint32_t)v8_value(&h->layout, V8_symbol_privacy_mask);
}

enum rc js_key_put(const struct js_heap *h, jsval key, struct str *out)
{
	jsval description;

	if (!js_is(h, key, T_SYMBOL)) {
		enum rc rc = js_string_put(h, key, KEY_UNITS, out);
		return rc == RC_LIMIT ? RC_OK : rc;
	}
	TRY(js_field(h, key, v8_value(&h->layout, V8_Symbol_description), &description));
	if (is_private_name(h, key))
		return js_string_put(h, description, KEY_UNITS, out);
	str_puts(out, "Symbol(");
	if (js_is_string(h, description)) {
		enum rc rc = js_string_put(h, description, KEY_UNITS, out);
		if (rc != RC_OK && rc != RC_LIMIT)
			return rc;
	} else if (js_key_internal(h, key) && js_root_name(h, key) != NULL) {
		str_puts(out, js_root_name(h, key));
	}
	str_putc(out, ')');
	return RC_OK;
}

enum rc js_number(const struct js_heap *h, jsval v, double *d)
{
	uint64_t bits;

	if (jsval_is_smi(v)) {
		if ((v.bits & UINT32_MAX) != 0)
			return RC_BAD;
		*d = jsval_smi(v);
		return RC_OK;
	}
	/* Doubles of fields had a type of their own once, of the same layout. */
	if (!js_is(h, v, T_HEAP_NUMBER) && !js_is(h, v, T_MUTABLE_HEAP_NUMBER))
		return RC_BAD;
	TRY(js_word(h, v, v8_value(&h->layout, V8_HeapNumber_value), &bits));
	memcpy(d, &bits, sizeof *d);
	return RC_OK;
}
