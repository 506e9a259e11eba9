/*
 * test_jsheap_object - maps, properties, elements, names and paths, right ones and damaged ones.
 */
#include "jsheap/names.h"
#include "jsheap/path.h"
#include "jsheap/props.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/js_mock.h"

/* Properties and elements as text: "a=1 b=? 0:7 ". */
struct dump {
	const struct js_heap *h;
	struct str text;
};

static void dump_value(struct dump *d, jsval v)
{
	double n;

	if (js_number(d->h, v, &n) == RC_OK)
		str_printf(&d->text, "%g ", n);
	else
		str_puts(&d->text, js_is_hole(d->h, v) ? "hole " : "? ");
}

static enum rc dump_property(void *ctx, const struct js_property *p)
{
	struct dump *d = ctx;

	if (js_key_put(d->h, p->key, &d->text) != RC_OK)
		str_puts(&d->text, "?");
	if (p->accessor)
		str_puts(&d->text, "() ");
	else
		str_putc(&d->text, '=');
	if (!p->accessor)
		dump_value(d, p->value);
	return RC_OK;
}

static enum rc dump_element(void *ctx, const struct js_element *e)
{
	struct dump *d = ctx;

	str_printf(&d->text, "%llu:", (unsigned long long)e->index);
	if (e->tag == ELEMENT_DOUBLE)
		str_printf(&d->text, "%g ", e->number);
	else if (e->tag == ELEMENT_HOLE)
		str_puts(&d->text, "- ");
	else if (e->tag == ELEMENT_ACCESSOR)
		str_puts(&d->text, "() ");
	else
		dump_value(d, e->value);
	return RC_OK;
}

static void check_properties(struct mock *m, jsval v, enum rc rc, const char *text)
{
	struct dump d = {.h = &m->h};

	assert_int_equal(js_properties(&m->h, v, dump_property, &d), rc);
	if (text != NULL)
		assert_string_equal(str_text(&d.text), text);
	str_free(&d.text);
}

static void check_elements(struct mock *m, jsval v, enum rc rc, const char *text)
{
	struct dump d = {.h = &m->h};
	struct stopwatch w;

	stopwatch_start(&w);
	assert_int_equal(js_elements(&m->h, v, dump_element, &d), rc);
	if (text != NULL)
		assert_string_equal(str_text(&d.text), text);
	assert_true(stopwatch_good(&w));
	str_free(&d.text);
}

/* {a: 1, b: 2, c: 3} with two in-object fields and the third in the property array. */
static jsval three_properties(struct mock *m, jsval *map)
{
	static const char *const names[] = {"a", "b", "c"};

	*map = mock_map(m, M_JS_OBJECT, 5, 3);
	jsval d = mock_descriptors(m, *map, 3), v = mock_object(m, *map);
	for (unsigned i = 0; i < 3; i++)
		mock_describe(m, d, i, mock_string(m, names[i]), mock_field(i), smi(0));
	jsval outside = mock_array(m, "property_array_map", 3);
	mock_set(m, v, 8, outside.bits);
	mock_set(m, v, 24, smi(1));
	mock_set(m, v, 32, smi(2));
	mock_set(m, outside, 16, smi(3));
	return v;
}

static void fast_properties(void **state)
{
	struct mock *m = *state;
	struct js_property p;
	jsval map, v = three_properties(m, &map);
	struct js_map loaded;

	check_properties(m, v, RC_OK, "a=1 b=2 c=3 ");
	assert_int_equal(js_map_load(&m->h, map, &loaded), RC_OK);
	assert_int_equal(loaded.type, M_JS_OBJECT);
	assert_int_equal(loaded.size, 40);
	assert_int_equal(loaded.ninobject, 2);
	assert_int_equal(loaded.nproperties, 3);
	assert_false(loaded.dictionary);
	assert_int_equal(js_property_named(&m->h, v, "c", &p), RC_OK);
	assert_int_equal(jsval_smi(p.value), 3);
	assert_int_equal(js_property_named(&m->h, v, "d", &p), RC_DONE);
	assert_int_equal(js_property_named(&m->h, jsval_of(smi(1)), "a", &p), RC_BAD);
}

static void constants_accessors_and_symbols(void **state)
{
	struct mock *m = *state;
	jsval map = mock_map(m, M_JS_OBJECT, 3, 3);
	jsval d = mock_descriptors(m, map, 3), v = mock_object(m, map);
	jsval symbol = mock_new(m, mock_root(m, "symbol_map"), 24);
	jsval pair = mock_new(m, mock_root(m, "accessor_pair_map"), 24);

	mock_set(m, symbol, 16, mock_string(m, "desc").bits);
	mock_describe(m, d, 0, mock_string(m, "k"), MOCK_IN_DESCRIPTOR | 7u << 3, smi(42));
	mock_describe(m, d, 1, mock_string(m, "g"), MOCK_IN_DESCRIPTOR | MOCK_ACCESSOR, pair.bits);
	mock_describe(m, d, 2, symbol, MOCK_IN_DESCRIPTOR, smi(1));
	check_properties(m, v, RC_OK, "k=42 g() Symbol(desc)=1 ");
	struct js_property p;
	assert_int_equal(js_property_of_key(&m->h, v, symbol, &p), RC_OK);
	assert_int_equal(js_property_named(&m->h, v, "k", &p), RC_OK);
	assert_int_equal(p.attributes, 7);
	assert_false(js_key_internal(&m->h, symbol));
	mock_set32(m, symbol, 12, 1); /* private: V8's own */
	assert_true(js_key_internal(&m->h, symbol));
	mock_set32(m, symbol, 12, 0x11); /* private name: #x of a class */
	assert_false(js_key_internal(&m->h, symbol));
	mock_set32(m, symbol, 12, 0x31); /* brand */
	assert_true(js_key_internal(&m->h, symbol));
}

/* A dictionary of `n` places with one {key, value, details} after the other. */
static jsval dictionary(struct mock *m, unsigned capacity)
{
	jsval t = mock_array(m, "name_dictionary_map", 5 + 3 * capacity);

	mock_set(m, t, 32, smi(capacity));
	for (unsigned i = 0; i < 3 * capacity; i++)
		mock_set(m, t, 56 + 8 * i, mock_root(m, "undefined_value").bits);
	return t;
}

static void put(struct mock *m, jsval t, unsigned i, jsval key, uint64_t value, uint32_t index)
{
	mock_set(m, t, 56 + 24 * i, key.bits);
	mock_set(m, t, 64 + 24 * i, value);
	mock_set(m, t, 72 + 24 * i, smi((int64_t)index << 8));
}

static jsval dictionary_object(struct mock *m, jsval table)
{
	jsval map = mock_map(m, M_JS_OBJECT, 3, 3), v = mock_object(m, map);

	mock_set32(m, map, 16, 1u << 21);
	mock_set(m, v, 8, table.bits);
	return v;
}

static void dictionary_properties(void **state)
{
	struct mock *m = *state;
	jsval t = dictionary(m, 4), v = dictionary_object(m, t);

	put(m, t, 3, mock_string(m, "first"), smi(1), 1);
	put(m, t, 0, mock_string(m, "third"), smi(3), 7);
	put(m, t, 1, mock_root(m, "the_hole_value"), smi(9), 5);
	put(m, t, 2, mock_string(m, "second"), smi(2), 6);
	check_properties(m, v, RC_OK, "first=1 second=2 third=3 ");
	mock_set(m, t, 64 + 24 * 2, 0);
	check_properties(m, v, RC_OK, "first=1 second=0 third=3 ");
}

static void global_properties(void **state)
{
	struct mock *m = *state;
	jsval t = mock_array(m, "name_dictionary_map", 5 + 3), map, v;

	map = mock_map(m, M_JS_GLOBAL_OBJECT, 5, 5);
	v = mock_object(m, map);
	mock_set32(m, map, 16, 1u << 21);
	mock_set(m, v, 8, t.bits);
	mock_set(m, t, 32, smi(3));
	for (unsigned i = 0; i < 2; i++) {
		jsval cell = mock_new(m, mock_root(m, "property_cell_map"), 40);
		mock_set(m, t, 56 + 8 * i, cell.bits);
		mock_set(m, cell, 8, mock_string(m, i == 0 ? "late" : "early").bits);
		mock_set(m, cell, 16, smi((int64_t)(9 - i) << 8));
		mock_set(m, cell, 24, smi(i));
	}
	mock_set(m, t, 72, mock_root(m, "undefined_value").bits);
	check_properties(m, v, RC_OK, "early=1 late=0 ");
}

/* Tables whose numbers do not fit the memory that they are in. */
static void hostile_tables(void **state)
{
	struct mock *m = *state;
	const int64_t lengths[] = {0, -1, INT32_MIN, 3, INT32_MAX};
	const int64_t capacities[] = {5, -1, INT32_MIN, INT32_MAX, 1 << 26, 1 << 24};
	struct stopwatch w;

	stopwatch_start(&w);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		for (size_t k = 0; k < sizeof capacities / sizeof capacities[0]; k++) {
			jsval t = dictionary(m, 4), v = dictionary_object(m, t);

			mock_set(m, t, 8, smi(lengths[i]));
			mock_set(m, t, 32, smi(capacities[k]));
			check_properties(m, v, RC_BAD, "");
		}
	jsval t = dictionary(m, 4), v = dictionary_object(m, t);
	mock_set(m, t, 32, MOCK_PAGE + 1); /* no Smi */
	check_properties(m, v, RC_BAD, "");
	mock_set(m, v, 8, smi(3));
	check_properties(m, v, RC_BAD, "");
	mock_set(m, v, 8, MOCK_PAGE + V8_PAGE_BYTES - 7); /* its length is off the page */
	check_properties(m, v, RC_FAULT, "");
	assert_true(stopwatch_good(&w));
}

static void hostile_maps(void **state)
{
	struct mock *m = *state;
	struct js_map loaded;
	jsval map, v = three_properties(m, &map), d, constructor;

	mock_set32(m, map, 16, 1020u << 10); /* more than the array has */
	check_properties(m, v, RC_BAD, "");
	mock_set32(m, map, 16, 3u << 10);
	mock_set(m, map, 40, smi(4));
	check_properties(m, v, RC_BAD, "");
	/* A count that reaches beyond the page. */
	d = jsval_object(MOCK_PAGE + V8_PAGE_BYTES - 48);
	mock_set(m, map, 40, d.bits);
	mock_set32(m, map, 16, 900u << 10);
	mock_set32(m, d, 8, UINT32_MAX);
	assert_int_not_equal(js_properties(&m->h, v, dump_property, &(struct dump){&m->h, {0}}),
			     RC_OK);
	/* In-object properties that start behind the object's end. */
	v = three_properties(m, &map);
	mock_at(m, map)[9] = 200;
	assert_int_equal(js_map_load(&m->h, map, &loaded), RC_OK);
	assert_int_equal(loaded.ninobject, 0);
	/* A map made from itself. */
	mock_set(m, map, 32, map.bits);
	assert_int_equal(js_map_load(&m->h, map, &loaded), RC_OK);
	assert_int_equal(js_map_constructor(&m->h, &loaded, &constructor), RC_LIMIT);
	mock_set(m, map, 0, map.bits); /* its own map, but no meta map */
	assert_int_equal(js_map_load(&m->h, map, &loaded), RC_BAD);
	mock_set(m, map, 0, 0);
	check_properties(m, v, RC_BAD, "");
	assert_int_equal(js_map_load(&m->h, jsval_of(smi(3)), &loaded), RC_BAD);
	assert_int_equal(js_map_load(&m->h, jsval_of(UINT64_MAX - 2), &loaded), RC_BAD);
}

static jsval array(struct mock *m, unsigned kind, const char *store_map, size_t n, uint64_t length)
{
	jsval map = mock_map(m, M_JS_ARRAY, 4, 4), v, store;

	mock_kind(m, map, kind);
	v = mock_object(m, map);
	store = mock_array(m, store_map, n);
	mock_set(m, v, 16, store.bits);
	mock_set(m, v, 24, length);
	return v;
}

static jsval store_of(const struct mock *m, jsval v)
{
	jsval store;

	memcpy(&store.bits, mock_at(m, v) + 16, 8);
	return store;
}

static void array_elements(void **state)
{
	struct mock *m = *state;
	jsval v = array(m, M_HOLEY, "fixed_array_map", 4, smi(3));
	uint64_t n;

	mock_set(m, store_of(m, v), 16, smi(7));
	mock_set(m, store_of(m, v), 24, mock_root(m, "the_hole_value").bits);
	mock_set(m, store_of(m, v), 32, smi(-1));
	mock_set(m, store_of(m, v), 40, mock_root(m, "the_hole_value").bits);
	check_elements(m, v, RC_OK, "0:7 1:- 2:-1 ");
	assert_int_equal(js_array_length(&m->h, v, &n), RC_OK);
	assert_int_equal(n, 3);
	mock_set(m, v, 24, mock_number(m, 4294967295.0).bits);
	assert_int_equal(js_array_length(&m->h, v, &n), RC_OK);
	assert_int_equal(n, UINT32_MAX);
	check_elements(m, v, RC_OK, "0:7 1:- 2:-1 3:- ");
	for (size_t i = 0; i < 4; i++) {
		const double bad[] = {-1, 4294967296.0, 0.0 / 0.0, 1e300};
		mock_set(m, v, 24, mock_number(m, bad[i]).bits);
		assert_int_equal(js_array_length(&m->h, v, &n), RC_BAD);
		check_elements(m, v, RC_BAD, "");
	}
	mock_set(m, v, 24, smi(-5));
	check_elements(m, v, RC_BAD, "");
}

static void double_elements(void **state)
{
	struct mock *m = *state;
	jsval v = array(m, M_HOLEY_DOUBLE, "fixed_double_array_map", 3, smi(3));
	double d = 0.5;

	memcpy(mock_at(m, store_of(m, v)) + 16, &d, 8);
	mock_set(m, store_of(m, v), 24, UINT64_C(0xfff7fffffff7ffff));
	check_elements(m, v, RC_OK, "0:0.5 1:- 2:0 ");
}

static void dictionary_elements(void **state)
{
	struct mock *m = *state;
	jsval v = array(m, M_DICTIONARY_ELEMENTS, "fixed_array_map", 1, smi(3)), t;

	t = dictionary(m, 4);
	mock_set(m, v, 16, t.bits);
	put(m, t, 0, mock_number(m, 4294967294.0), smi(2), 0);
	put(m, t, 2, jsval_of(smi(10)), smi(1), 0);
	put(m, t, 3, jsval_of(smi(10)), smi(1), 0);
	put(m, t, 1, mock_number(m, -3), smi(1), 0);
	check_elements(m, v, RC_OK, "10:1 10:1 4294967294:2 ");
}

static void sloppy_arguments(void **state)
{
	struct mock *m = *state;
	jsval map = mock_map(m, M_JS_OBJECT, 5, 5), v = mock_object(m, map);
	jsval mapped = mock_array(m, "fixed_array_map", 5), store, context;

	mock_kind(m, map, M_FAST_SLOPPY);
	store = mock_array(m, "fixed_array_map", 3);
	context = mock_array(m, "function_context_map", 4);
	mock_set(m, v, 16, mapped.bits);
	mock_set(m, mapped, 8, smi(4)); /* a plain array: context and store count */
	mock_set(m, mapped, 16, context.bits);
	mock_set(m, mapped, 24, store.bits);
	mock_set(m, mapped, 32, smi(3));
	mock_set(m, mapped, 40, mock_root(m, "the_hole_value").bits);
	mock_set(m, context, 40, smi(77));
	mock_set(m, store, 24, smi(5));
	mock_set(m, store, 32, smi(6));
	check_elements(m, v, RC_OK, "0:77 1:5 2:6 ");
	mock_set(m, mapped, 32, smi(INT32_MAX)); /* a slot far behind the context */
	check_elements(m, v, RC_OK, "0:0 1:5 2:6 ");
	mock_set(m, mapped, 16, smi(0)); /* no context */
	check_elements(m, v, RC_OK, "0:0 1:5 2:6 ");
	mock_set(m, mapped, 8, smi(INT32_MAX));
	check_elements(m, v, RC_BAD, "");
	mock_set(m, mapped, 8, smi(4));
	mock_set(m, store, 8, smi(INT32_MAX));
	check_elements(m, v, RC_BAD, "");
	mock_set(m, mapped, 24, mapped.bits); /* its own store */
	check_elements(m, v, RC_OK, NULL);
}

static void hostile_elements(void **state)
{
	struct mock *m = *state;
	const uint64_t lengths[] = {smi(-1), smi(INT32_MIN), smi(INT32_MAX), smi(40000),
				    MOCK_PAGE + 1};
	const unsigned kinds[] = {M_PACKED, M_DOUBLE, M_DICTIONARY_ELEMENTS, M_FAST_SLOPPY,
				  M_FAST_SLOPPY + 2};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
			jsval v = array(m, kinds[k], "fixed_array_map", 4, smi(INT32_MAX));
			struct js_map map;
			struct stopwatch w;

			mock_set(m, store_of(m, v), 8, lengths[i]);
			check_elements(m, v, RC_BAD, "");
			jsval map_word;
			assert_int_equal(js_map_of(&m->h, v, &map_word), RC_OK);
			assert_int_equal(js_map_load(&m->h, map_word, &map), RC_OK);
			stopwatch_start(&w);
			assert_in_range(js_element_count(&m->h, v, &map), 0, INT32_MAX);
			mock_at(m, map_word)[12] = M_JS_OBJECT & 0xff; /* counts backwards */
			assert_int_equal(js_map_load(&m->h, map_word, &map), RC_OK);
			assert_int_equal(js_element_count(&m->h, v, &map), 0);
			assert_true(stopwatch_good(&w));
		}
	jsval v = array(m, M_PACKED, "fixed_array_map", 4, smi(4));
	mock_set(m, v, 16, smi(1));
	check_elements(m, v, RC_BAD, "");
	mock_set(m, v, 16, v.bits); /* itself: its elements word is no Smi */
	check_elements(m, v, RC_BAD, NULL);
}

/* A function whose name is told by its SharedFunctionInfo. */
static jsval function(struct mock *m, const char *name)
{
	jsval map = mock_map(m, M_JS_FUNCTION, 7, 7), f = mock_object(m, map);
	jsval shared = mock_new(m, mock_root(m, "shared_function_info_map"), 56);

	mock_set(m, f, 24, shared.bits);
	mock_set(m, shared, 16, mock_string(m, name).bits);
	return f;
}

static void check_name(struct mock *m, jsval v, const char *name)
{
	struct arena a = ARENA_INIT;
	struct stopwatch w;

	stopwatch_start(&w);
	const char *got = js_constructor_name(&m->h, v, &a);
	assert_true(stopwatch_good(&w));
	if (name == NULL)
		assert_null(got);
	else
		assert_string_equal(got, name);
	arena_free(&a);
}

static void constructor_names(void **state)
{
	struct mock *m = *state;
	jsval map, v = three_properties(m, &map), cat = function(m, "Cat");

	check_name(m, v, "Object");
	mock_set(m, map, 32, cat.bits);
	check_name(m, v, "Object"); /* of a subclass, perhaps */
	mock_at(m, map)[15] |= 1;
	check_name(m, v, "Cat");
	/* The prototype's `constructor`. */
	jsval proto_map = mock_map(m, M_JS_OBJECT, 3, 3), proto = mock_object(m, proto_map);
	jsval d = mock_descriptors(m, proto_map, 1);
	mock_describe(m, d, 0, mock_root(m, "constructor_string"), MOCK_IN_DESCRIPTOR,
		      function(m, "Dog").bits);
	mock_at(m, map)[15] &= 0xfe;
	mock_set(m, map, 24, proto.bits);
	check_name(m, v, "Dog");
	mock_describe(m, d, 0, mock_root(m, "to_string_tag_symbol"), MOCK_IN_DESCRIPTOR,
		      mock_string(m, "Tagged").bits);
	check_name(m, v, "Tagged");
	check_name(m, cat, "Function");
	check_name(m, mock_string(m, "text"), NULL);
	check_name(m, jsval_of(smi(2)), NULL);
	check_name(m, array(m, M_PACKED, "fixed_array_map", 1, smi(1)), "Array");
}

struct counting {
	const struct mock *m;
	uint64_t reads;
};

static enum rc read_counting(void *ctx, addr_t addr, void *buf, size_t len)
{
	struct counting *c = ctx;

	c->reads++;
	memcpy(buf, mock_at(c->m, jsval_of(addr)) + addr % 4, len);
	return RC_OK;
}

#define KEYS       4000
#define READS_MOST (100 * KEYS) /* a few passes over the keys, not a thousand */

/* A prototype with many properties that is its own, and a circle of two. */
static void circular_prototypes(void **state)
{
	struct mock *m = *state;
	jsval t = dictionary(m, KEYS), v = dictionary_object(m, t), map, other;
	struct counting c = {.m = m};
	struct segment counted = {.start = MOCK_PAGE,
				  .end = MOCK_PAGE + V8_PAGE_BYTES,
				  .read = read_counting,
				  .ctx = &c,
				  .rank = RANK_CORE};

	for (unsigned i = 0; i < KEYS; i++)
		put(m, t, i, mock_root(m, "empty_string"), smi(i), i);
	assert_int_equal(mem_add(&m->t->mem, &counted), RC_OK);
	assert_int_equal(mem_seal(&m->t->mem), RC_OK);
	assert_int_equal(js_map_of(&m->h, v, &map), RC_OK);
	mock_set(m, map, 24, v.bits);
	check_name(m, v, "Object");
	other = dictionary_object(m, t);
	mock_set(m, map, 24, other.bits);
	assert_int_equal(js_map_of(&m->h, other, &map), RC_OK);
	mock_set(m, map, 24, v.bits);
	check_name(m, v, "Object");
	check_name(m, other, "Object");
	assert_in_range(c.reads, KEYS, READS_MOST);
}

static void paths(void **state)
{
	struct mock *m = *state;
	jsval map, v = three_properties(m, &map), inner, a, found;
	struct why why;

	inner = three_properties(m, &map);
	a = array(m, M_PACKED, "fixed_array_map", 2, smi(2));
	mock_set(m, v, 24, inner.bits);
	mock_set(m, inner, 32, a.bits);
	mock_set(m, store_of(m, a), 24, smi(99));
	assert_int_equal(js_path(&m->h, v, "a.b[1]", &found, &why), RC_OK);
	assert_int_equal(jsval_smi(found), 99);
	assert_int_equal(js_path(&m->h, v, "a[\"b\"].1", &found, &why), RC_OK);
	assert_int_equal(jsval_smi(found), 99);
	assert_int_equal(js_path(&m->h, v, "", &found, &why), RC_OK);
	assert_true(jsval_eq(found, v));
	assert_int_equal(js_path(&m->h, v, "a.z", &found, &why), RC_DONE);
	assert_true(jsval_eq(found, inner));
	assert_int_equal(js_path(&m->h, v, "a.b[2]", &found, &why), RC_DONE);
	static const char *const senseless[] = {"a..b", "a[",    "a[x]", "a[1",
						"a['b", "[\"\\", "a.",   "a[1x]"};
	for (size_t i = 0; i < sizeof senseless / sizeof senseless[0]; i++)
		assert_int_equal(js_path(&m->h, v, senseless[i], &found, &why), RC_USAGE);
	char *name = calloc(1, 3000);
	assert_non_null(name);
	memset(name, 'x', 2999);
	assert_int_equal(js_path(&m->h, v, name, &found, &why), RC_USAGE);
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fast_properties, setup, teardown),
		cmocka_unit_test_setup_teardown(constants_accessors_and_symbols, setup, teardown),
		cmocka_unit_test_setup_teardown(dictionary_properties, setup, teardown),
		cmocka_unit_test_setup_teardown(global_properties, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(array_elements, setup, teardown),
		cmocka_unit_test_setup_teardown(double_elements, setup, teardown),
		cmocka_unit_test_setup_teardown(dictionary_elements, setup, teardown),
		cmocka_unit_test_setup_teardown(sloppy_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_elements, setup, teardown),
		cmocka_unit_test_setup_teardown(constructor_names, setup, teardown),
		cmocka_unit_test_setup_teardown(circular_prototypes, setup, teardown),
		cmocka_unit_test_setup_teardown(paths, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
