/*
 * elements - indexed properties: arrays of tagged words, of doubles, dictionaries, arguments
 * objects.
 *
 * Source: src/objects/elements-kind.h, elements.cc, arguments.tq.
 */
#include "base/vec.h"
#include "jsheap/props.h"

#include <string.h>

#define HOLE_DOUBLE             UINT64_C(0xfff7fffffff7ffff)
#define NUMBER_DICTIONARY_WORDS 3
#define ARRAY_LENGTH_MAX        4294967295.0

static enum rc array_count(const struct js_heap *h, jsval elements, uint64_t *n)
{
	jsval length;

	if (!jsval_is_pointer(elements) || js_page_at(h, elements.bits) == NULL)
		return RC_BAD;
	TRY(js_field(h, elements, v8_value(&h->layout, V8_FixedArray_length), &length));
	if (!jsval_is_smi(length) || jsval_smi(length) < 0)
		return RC_BAD;
	*n = (uint64_t)jsval_smi(length);
	return js_fits(h, elements, (uint64_t)v8_value(&h->layout, V8_FixedArray_data) + 8 * *n)
		       ? RC_OK
		       : RC_BAD;
}

enum rc js_array_length(const struct js_heap *h, jsval v, uint64_t *length)
{
	jsval n;
	double d;

	TRY(js_field(h, v, v8_value(&h->layout, V8_JSArray_length), &n));
	TRY(js_number(h, n, &d));
	if (!(d >= 0 && d <= ARRAY_LENGTH_MAX))
		return RC_BAD;
	*length = (uint64_t)d;
	return RC_OK;
}

/* How many words of the backing store count: up to the length of an array; else without trailing
 * holes. */
static enum rc used_count(const struct js_heap *h, jsval v, const struct js_map *m, jsval elements,
			  uint64_t *n)
{
	uint64_t length;

	TRY(array_count(h, elements, n));
	if (type_is(&h->types, m->type, T_JS_ARRAY)) {
		TRY(js_array_length(h, v, &length));
		*n = *n < length ? *n : length;
		return RC_OK;
	}
	while (*n != 0) {
		jsval last;

		TRY(js_field(h, elements,
			     v8_value(&h->layout, V8_FixedArray_data) + 8 * (int64_t)(*n - 1),
			     &last));
		bool hole = m->elements_kind == ELEMENTS_HOLEY_DOUBLE ? last.bits == HOLE_DOUBLE
								      : js_is_hole(h, last);
		if (!hole)
			break;
		--*n;
	}
	return RC_OK;
}

static void set_value(const struct js_heap *h, struct js_element *e, jsval v)
{
	e->value = v;
	e->tag = js_is_hole(h, v) ? ELEMENT_HOLE : ELEMENT_VALUE;
}

static enum rc array_elements(const struct js_heap *h, jsval v, const struct js_map *m,
			      jsval elements, js_element_fn *fn, void *ctx)
{
	bool doubles = m->elements_kind == ELEMENTS_PACKED_DOUBLE ||
		       m->elements_kind == ELEMENTS_HOLEY_DOUBLE;
	uint64_t n;

	TRY(used_count(h, v, m, elements, &n));
	/* An empty array of any kind has the empty fixed array. */
	for (uint64_t i = 0; i < n; i++) {
		struct js_element e = {.index = i};
		uint64_t word;

		TRY(js_word(h, elements, v8_value(&h->layout, V8_FixedArray_data) + 8 * (int64_t)i,
			    &word));
		if (!doubles) {
			set_value(h, &e, jsval_of(word));
		} else if (word == HOLE_DOUBLE) {
			e.tag = ELEMENT_HOLE;
		} else {
			e.tag = ELEMENT_DOUBLE;
			memcpy(&e.number, &word, sizeof e.number);
		}
		TRY(fn(ctx, &e));
	}
	return RC_OK;
}

static int by_index(const void *a, const void *b)
{
	const struct js_element *x = a, *y = b;

	return x->index < y->index ? -1 : x->index > y->index;
}

static enum rc dictionary_elements(const struct js_heap *h, jsval elements, js_element_fn *fn,
				   void *ctx)
{
	VEC(struct js_element) found = {0};
	struct js_table t;
	enum rc rc = js_table_load(h, elements, NUMBER_DICTIONARY_WORDS, &t);

	for (uint32_t i = 0; rc == RC_OK && i < t.capacity; i++) {
		struct js_element e = {0};
		jsval key, details;
		double index;

		rc = js_table_get(h, &t, i, 0, &key);
		if (rc != RC_OK || js_table_free_key(h, key) ||
		    js_number(h, key, &index) != RC_OK ||
		    !(index >= 0 && index <= ARRAY_LENGTH_MAX))
			continue;
		rc = js_table_get(h, &t, i, 1, &e.value);
		if (rc == RC_OK)
			rc = js_table_get(h, &t, i, 2, &details);
		if (rc != RC_OK)
			break;
		e.index = (uint64_t)index;
		if (((uint32_t)jsval_smi(details) &
		     (uint32_t)v8_value(&h->layout, V8_prop_kind_mask)) != 0)
			e.tag = ELEMENT_ACCESSOR;
		rc = vec_push(&found, e);
	}
	if (found.n > 1)
		qsort(found.at, found.n, sizeof *found.at, by_index);
	for (size_t i = 0; i < found.n && rc == RC_OK; i++)
		rc = fn(ctx, &found.at[i]);
	vec_free(&found);
	return rc;
}

/* SloppyArgumentsElements: {length, context, arguments, mapped entries}. An entry that is a Smi
 * names the slot of the context that holds the argument; the others are in the arguments store. */
struct sloppy {
	const struct js_heap *h;
	jsval elements, context;
	uint64_t mapped;
	uint64_t next; /* mapped argument that comes next */
	js_element_fn *fn;
	void *ctx;
};

/* The value of a mapped argument; false for the others. */
static bool mapped_argument(const struct sloppy *s, uint64_t i, jsval *v)
{
	jsval entry;

	return i < s->mapped && js_field(s->h, s->elements, 32 + 8 * (int64_t)i, &entry) == RC_OK &&
	       jsval_is_smi(entry) && jsval_smi(entry) >= 0 &&
	       js_field(s->h, s->context, 16 + 8 * (int64_t)jsval_smi(entry), v) == RC_OK;
}

/* The mapped arguments below an index that were not given yet. */
static enum rc give_mapped(struct sloppy *s, uint64_t below)
{
	for (; s->next < below && s->next < s->mapped; s->next++) {
		struct js_element e = {.index = s->next};
		jsval v;

		if (!mapped_argument(s, s->next, &v))
			continue;
		set_value(s->h, &e, v);
		TRY(s->fn(s->ctx, &e));
	}
	return RC_OK;
}

/* One that is in the store: a mapped one at the same place comes before it. */
static enum rc give_argument(void *ctx, const struct js_element *e)
{
	struct sloppy *s = ctx;
	jsval v;

	TRY(give_mapped(s, e->index + 1));
	if (e->tag == ELEMENT_HOLE || mapped_argument(s, e->index, &v))
		return RC_OK;
	return s->fn(s->ctx, e);
}

static enum rc store_elements(struct sloppy *s, jsval store)
{
	uint64_t stored;

	TRY(array_count(s->h, store, &stored));
	for (uint64_t i = 0; i < stored; i++) {
		struct js_element e = {.index = i};
		jsval v;

		TRY(js_field(s->h, store,
			     v8_value(&s->h->layout, V8_FixedArray_data) + 8 * (int64_t)i, &v));
		set_value(s->h, &e, v);
		TRY(give_argument(s, &e));
	}
	return RC_OK;
}

static enum rc sloppy_elements(const struct js_heap *h, jsval elements, bool dictionary,
			       js_element_fn *fn, void *ctx)
{
	struct sloppy s = {.h = h, .elements = elements, .fn = fn, .ctx = ctx};
	jsval store;

	TRY(array_count(h, elements, &s.mapped));
	TRY(js_field(h, elements, 16, &s.context));
	TRY(js_field(h, elements, 24, &store));
	/* Where it is a plain array, these two count as elements. */
	if (js_is(h, elements, T_FIXED_ARRAY))
		s.mapped -= s.mapped < 2 ? s.mapped : 2;
	TRY(dictionary ? dictionary_elements(h, store, give_argument, &s)
		       : store_elements(&s, store));
	return give_mapped(&s, s.mapped);
}

static enum rc load(const struct js_heap *h, jsval v, struct js_map *m, jsval *elements)
{
	jsval map;

	TRY(js_map_of(h, v, &map));
	TRY(js_map_load(h, map, m));
	if ((m->classes & CLASS_OBJECT) == 0)
		return RC_BAD;
	return js_field(h, v, v8_value(&h->layout, V8_JSObject_elements), elements);
}

enum rc js_elements(const struct js_heap *h, jsval v, js_element_fn *fn, void *ctx)
{
	unsigned dictionary = (unsigned)v8_value(&h->layout, V8_dictionary_elements_kind);
	struct js_map m;
	jsval elements;

	TRY(load(h, v, &m, &elements));
	if (m.elements_kind < dictionary ||
	    m.elements_kind == dictionary + ELEMENTS_FROM_DICTIONARY_FAST_STRING)
		return array_elements(h, v, &m, elements, fn, ctx);
	if (m.elements_kind == dictionary ||
	    m.elements_kind == dictionary + ELEMENTS_FROM_DICTIONARY_SLOW_STRING)
		return dictionary_elements(h, elements, fn, ctx);
	if (m.elements_kind <= dictionary + ELEMENTS_FROM_DICTIONARY_SLOW_SLOPPY)
		return sloppy_elements(h, elements,
				       m.elements_kind ==
					       dictionary + ELEMENTS_FROM_DICTIONARY_SLOW_SLOPPY,
				       fn, ctx);
	return RC_OK; /* typed arrays keep theirs elsewhere */
}

uint64_t js_element_count(const struct js_heap *h, jsval v, const struct js_map *m)
{
	unsigned dictionary = (unsigned)v8_value(&h->layout, V8_dictionary_elements_kind);
	jsval elements, used;
	uint64_t n = 0;

	if ((m->classes & CLASS_OBJECT) == 0)
		return 0;
	if (type_is(&h->types, m->type, T_JS_ARRAY))
		return js_array_length(h, v, &n) == RC_OK ? n : 0;
	if (js_field(h, v, v8_value(&h->layout, V8_JSObject_elements), &elements) != RC_OK ||
	    m->elements_kind > dictionary + ELEMENTS_FROM_DICTIONARY_SLOW_STRING)
		return 0;
	if (m->elements_kind == dictionary)
		return js_field(h, elements, v8_value(&h->layout, V8_FixedArray_data), &used) ==
					       RC_OK &&
				       jsval_is_smi(used) && jsval_smi(used) > 0
			       ? (uint64_t)jsval_smi(used)
			       : 0;
	return used_count(h, v, m, elements, &n) == RC_OK ? n : 0;
}
