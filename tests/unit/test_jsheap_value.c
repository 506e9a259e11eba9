/*
 * test_jsheap_value - numbers, dates, big integers, collections, buffers, functions, and all of
 * them told by inspect, right ones and damaged ones.
 */
#include "jsheap/bytes.h"
#include "jsheap/function.h"
#include "jsheap/inspect.h"
#include "jsheap/props.h"
#include "jsheap/scope.h"
#include "jsheap/special.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/js_mock.h"

static const struct inspect_options generous = {
	.depth = 4, .members = 100, .string_units = 1000, .total = 1000};

static void check_inspect(struct mock *m, jsval v, const char *text, const char *json)
{
	struct str out = STR_INIT;
	struct stopwatch w;

	stopwatch_start(&w);
	assert_int_equal(js_inspect_text(&m->h, v, &generous, &out), RC_OK);
	assert_string_equal(str_text(&out), text);
	str_clear(&out);
	assert_int_equal(js_inspect_json(&m->h, v, &generous, &out), RC_OK);
	if (json != NULL)
		assert_string_equal(str_text(&out), json);
	assert_true(stopwatch_good(&w));
	str_free(&out);
}

/* Ends soon and says something, whatever it is. */
static void check_survives(struct mock *m, jsval v)
{
	struct str out = STR_INIT;
	struct stopwatch w;

	stopwatch_start(&w);
	assert_int_equal(js_inspect_text(&m->h, v, &generous, &out), RC_OK);
	assert_true(out.n > 0);
	assert_int_equal(js_inspect_json(&m->h, v, &generous, &out), RC_OK);
	assert_true(stopwatch_good(&w));
	str_free(&out);
}

static jsval object_of(struct mock *m, uint16_t type, unsigned words)
{
	return mock_object(m, mock_map(m, type, words, words));
}

static void primitives(void **state)
{
	struct mock *m = *state;

	check_inspect(m, jsval_of(smi(-7)), "-7", "-7");
	check_inspect(m, jsval_of(smi(INT32_MIN)), "-2147483648", "-2147483648");
	check_inspect(m, mock_number(m, 0.1), "0.1", "0.1");
	check_inspect(m, mock_number(m, NAN), "NaN", "{\"$kind\":\"number\",\"value\":\"NaN\"}");
	check_inspect(m, mock_number(m, -INFINITY), "-Infinity", NULL);
	check_inspect(m, mock_root(m, "undefined_value"), "undefined", "{\"$kind\":\"undefined\"}");
	check_inspect(m, mock_root(m, "null_value"), "null", "null");
	check_inspect(m, mock_root(m, "true_value"), "true", "true");
	check_inspect(m, mock_root(m, "the_hole_value"), "<hole>", "{\"$kind\":\"hole\"}");
	check_inspect(m, mock_root(m, "stale_hole"), "<hole>", NULL);
	check_inspect(m, mock_string(m, "a \"b\"\n\x01"), "\"a \\\"b\\\"\\n\\x01\"",
		      "\"a \\\"b\\\"\\n\\u0001\"");
	check_inspect(m, mock_root(m, "meta_map"), "<MAP>", NULL);
	const uint64_t senseless[] = {1, 3, 2, UINT64_MAX, MOCK_PAGE + 3, MOCK_PAGE + 0x101};
	for (size_t i = 0; i < sizeof senseless / sizeof senseless[0]; i++)
		check_survives(m, jsval_of(senseless[i]));
	double d;
	assert_int_equal(js_number(&m->h, jsval_of(2), &d), RC_BAD);
	assert_int_equal(js_number(&m->h, mock_string(m, "1"), &d), RC_BAD);
}

static jsval bigint(struct mock *m, uint32_t n, uint32_t sign, uint64_t digit)
{
	jsval v = mock_new(m, mock_root(m, "bigint_map"), 16 + 8 * (size_t)n);

	mock_set32(m, v, 8, n << 1 | sign);
	for (uint32_t i = 0; i < n; i++)
		mock_set(m, v, 16 + 8 * (size_t)i, digit);
	return v;
}

static void big_integers(void **state)
{
	struct mock *m = *state;
	struct str out = STR_INIT;

	check_inspect(m, bigint(m, 0, 0, 0), "0n", "{\"$kind\":\"bigint\",\"value\":\"0\"}");
	check_inspect(m, bigint(m, 1, 1, 1000000000), "-1000000000n", NULL);
	check_inspect(m, bigint(m, 2, 0, UINT64_MAX), "340282366920938463463374607431768211455n",
		      NULL);
	assert_int_equal(js_bigint_put(&m->h, bigint(m, 2048, 0, UINT64_MAX), &out), RC_OK);
	assert_int_equal(out.n, 39457); /* 2^131072 - 1 */
	str_clear(&out);
	assert_int_equal(js_bigint_put(&m->h, bigint(m, 2049, 1, 0xab), &out), RC_OK);
	assert_memory_equal(out.s, "-0xab00000000000000ab", 20);
	str_clear(&out);
	jsval huge = bigint(m, 1, 0, 1);
	mock_set32(m, huge, 8, UINT32_MAX);
	assert_int_equal(js_bigint_put(&m->h, huge, &out), RC_BAD);
	check_survives(m, huge);
	mock_set32(m, huge, 8, 1u << 24);
	assert_int_equal(js_bigint_put(&m->h, huge, &out), RC_BAD);
	str_free(&out);
}

static void dates(void **state)
{
	struct mock *m = *state;
	jsval v = object_of(m, M_JS_DATE, 12);
	static const struct {
		double ms;
		const char *text;
	} cases[] = {
		{1234567890123.0, "2009-02-13T23:31:30.123Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{0, "1970-01-01T00:00:00.000Z"},
		{8.64e15, "+275760-09-13T00:00:00.000Z"},
		{-8.64e15, "-271821-04-20T00:00:00.000Z"},
		{-62167219200000.0, "0000-01-01T00:00:00.000Z"},
		{8.64e15 + 1, "Invalid Date"},
		{NAN, "Invalid Date"},
		{INFINITY, "Invalid Date"},
		{-1e300, "Invalid Date"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint64_t bits;

		memcpy(&bits, &cases[i].ms, 8);
		mock_set(m, v, 24, bits);
		check_inspect(m, v, cases[i].text, NULL);
	}
	mock_set(m, v, 24, mock_number(m, 86400000).bits); /* as it was before 12.9 */
	check_inspect(m, v, "1970-01-02T00:00:00.000Z", NULL);
}

/* An ordered table of 2 buckets with `n` entries of 3 words (Map) or 2 (Set), `deleted` of them. */
static jsval collection(struct mock *m, uint16_t type, unsigned n, unsigned deleted)
{
	unsigned words = type == M_JS_MAP ? 3 : 2;
	jsval t = mock_array(m, "fixed_array_map", 3 + 2 + (size_t)words * 8);
	jsval v = object_of(m, type, 4);

	mock_set(m, v, 24, t.bits);
	mock_set(m, t, 16, smi(n - deleted));
	mock_set(m, t, 24, smi(deleted));
	mock_set(m, t, 32, smi(2));
	for (unsigned i = 0; i < n; i++) {
		mock_set(m, t, 56 + 8 * (size_t)words * i,
			 i < deleted ? mock_root(m, "the_hole_value").bits : smi(i));
		mock_set(m, t, 64 + 8 * (size_t)words * i, smi(10 * i));
	}
	return v;
}

static void collections(void **state)
{
	struct mock *m = *state;
	uint64_t n;
	jsval v = collection(m, M_JS_MAP, 4, 2), t;

	assert_int_equal(js_collection_size(&m->h, v, &n), RC_OK);
	assert_int_equal(n, 2);
	check_inspect(m, v, "Map(2) { 2 => 20, 3 => 30 }",
		      "{\"$kind\":\"map\",\"$constructor\":\"Map\",\"entries\":[[2,20],[3,30]]}");
	check_inspect(m, collection(m, M_JS_SET, 3, 1), "Set(2) { 1, 2 }",
		      "{\"$kind\":\"set\",\"$constructor\":\"Set\",\"values\":[1,2]}");
	check_inspect(m, collection(m, M_JS_SET, 0, 0), "Set(0) {}", NULL);
	memcpy(&t.bits, mock_at(m, v) + 24, 8);
	static const struct {
		unsigned at;
		int64_t value;
	} wrong[] = {{8, -1},  {8, 3},          {16, -1},      {16, INT32_MAX}, {24, INT32_MAX},
		     {24, -5}, {32, INT32_MIN}, {32, 1 << 26}, {32, INT32_MAX}};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		uint64_t was;

		memcpy(&was, mock_at(m, t) + wrong[i].at, 8);
		mock_set(m, t, wrong[i].at, smi(wrong[i].value));
		assert_int_equal(js_collection_size(&m->h, v, &n), RC_BAD);
		check_survives(m, v);
		mock_set(m, t, 8, smi(INT32_MAX)); /* nor with room for all of them */
		check_survives(m, v);
		mock_set(m, t, 8, smi(3 + 2 + 24));
		mock_set(m, t, wrong[i].at, was);
	}
	mock_set(m, v, 24, v.bits);
	check_survives(m, v);
	mock_set(m, v, 24, 0);
	check_survives(m, v);
}

static void containers_that_contain_themselves(void **state)
{
	struct mock *m = *state;
	jsval v = collection(m, M_JS_MAP, 2, 0), t, array = object_of(m, M_JS_ARRAY, 4), store;

	memcpy(&t.bits, mock_at(m, v) + 24, 8);
	mock_set(m, t, 56, v.bits);
	mock_set(m, t, 64, v.bits);
	check_inspect(m, v, "Map(2) { [Circular] => [Circular], 1 => 10 }", NULL);
	store = mock_array(m, "fixed_array_map", 3);
	mock_set(m, array, 16, store.bits);
	mock_set(m, array, 24, smi(3));
	for (int i = 0; i < 3; i++)
		mock_set(m, store, 16 + 8 * (size_t)i, array.bits);
	check_inspect(m, array, "[[Circular], [Circular], [Circular]]", NULL);
	/* Each level holds the next one many times: bounded in all. */
	jsval level = jsval_of(smi(1));
	for (int i = 0; i < 12; i++) {
		jsval outer = object_of(m, M_JS_ARRAY, 4),
		      many = mock_array(m, "fixed_array_map", 50);

		for (int k = 0; k < 50; k++)
			mock_set(m, many, 16 + 8 * (size_t)k, level.bits);
		mock_set(m, outer, 16, many.bits);
		mock_set(m, outer, 24, smi(50));
		level = outer;
	}
	check_survives(m, level);
}

static void arrays_with_holes(void **state)
{
	struct mock *m = *state;
	jsval v = object_of(m, M_JS_ARRAY, 4), store = mock_array(m, "fixed_array_map", 3);

	mock_set(m, v, 16, store.bits);
	mock_set(m, v, 24, smi(3));
	mock_set(m, store, 24, mock_root(m, "the_hole_value").bits);
	check_inspect(m, v, "[0, <hole>, 0]", "[0,{\"$kind\":\"hole\"},0]");
	mock_set(m, v, 24, mock_number(m, 4294967295.0).bits);
	check_inspect(m, v, "[0, <hole>, 0, <4294967292 holes>]", NULL);
	/* A dictionary that names an index twice. */
	jsval t = mock_array(m, "name_dictionary_map", 3 + 6);
	mock_at(m, jsval_of(*(uint64_t *)(void *)mock_at(m, v)))[15] = M_DICTIONARY_ELEMENTS << 2;
	mock_set(m, v, 16, t.bits);
	mock_set(m, v, 24, smi(10));
	mock_set(m, t, 32, smi(2));
	for (size_t i = 0; i < 2; i++) {
		mock_set(m, t, 40 + 24 * i, smi(9));
		mock_set(m, t, 48 + 24 * i, smi(1));
		mock_set(m, t, 56 + 24 * i, 0);
	}
	check_inspect(m, v, "[<9 holes>, 1, 1]", NULL);
}

static void buffers(void **state)
{
	struct mock *m = *state;
	jsval v = object_of(m, M_JS_ARRAY_BUFFER, 10), text = mock_string(m, "bytes");

	mock_set(m, v, 32, 5);
	mock_set(m, v, 48, jsval_addr(text) + 16);
	check_inspect(m, v, "ArrayBuffer(5) <62 79 74 65 73>", NULL);
	mock_set(m, v, 32, UINT64_MAX);
	check_survives(m, v);
	mock_set(m, v, 48, UINT64_MAX - 10);
	check_survives(m, v);
	mock_set(m, v, 48, 0);
	check_survives(m, v);
	jsval typed = object_of(m, M_JS_TYPED_ARRAY, 10);
	mock_set(m, typed, 40, 3);
	mock_set(m, typed, 48, 16 - 1);
	mock_set(m, typed, 56, text.bits);
	struct js_bytes b;
	assert_int_equal(js_bytes_of(&m->h, typed, &b), RC_OK);
	assert_int_equal(b.addr, jsval_addr(text) + 16);
	jsval view = object_of(m, M_JS_DATA_VIEW, 10);
	assert_int_equal(js_bytes_of(&m->h, view, &b), RC_BAD);
	check_survives(m, view);
	mock_set(m, view, 24, v.bits);
	mock_set(m, view, 32, UINT64_MAX);
	mock_set(m, view, 40, UINT64_MAX);
	mock_set(m, v, 48, jsval_addr(text));
	check_survives(m, view);
}

static void wrappers(void **state)
{
	struct mock *m = *state;
	jsval v = object_of(m, M_JS_PRIMITIVE_WRAPPER, 4), p = object_of(m, M_JS_PROMISE, 5);
	jsval regexp = object_of(m, M_JS_REG_EXP, 6), proxy = object_of(m, M_JS_PROXY, 4);

	mock_set(m, v, 24, mock_string(m, "inside").bits);
	check_inspect(m, v, "String { [[value]]: \"inside\" }", NULL);
	mock_set(m, p, 24, smi(9));
	mock_set(m, p, 32, smi(1));
	check_inspect(m, p, "{ [[state]]: \"fulfilled\", [[result]]: 9 }", NULL);
	mock_set(m, p, 32, smi(3));
	check_survives(m, p);
	mock_set(m, regexp, 32, mock_string(m, "a+").bits);
	mock_set(m, regexp, 40, smi(3));
	check_inspect(m, regexp, "/a+/gi", NULL);
	mock_set(m, regexp, 32, smi(3));
	check_survives(m, regexp);
	mock_set(m, proxy, 16, proxy.bits);
	mock_set(m, proxy, 24, proxy.bits);
	check_survives(m, proxy);
	jsval ref = object_of(m, M_JS_WEAK_REF, 4);
	mock_set(m, ref, 24, ref.bits);
	check_survives(m, ref);
}

/* A function with a script of three lines, its name in a ScopeInfo of V8 13's layout. */
static void functions(void **state)
{
	struct mock *m = *state;
	jsval f = object_of(m, M_JS_FUNCTION, 7), scope, script;
	jsval shared = mock_new(m, mock_root(m, "shared_function_info_map"), 56);
	struct js_function loaded;
	uint32_t line, column;

	mock_set(m, f, 24, shared.bits);
	scope = mock_new(m, mock_root(m, "scope_info_map"), 64);
	mock_set(m, scope, 8, 1u << 12 | 2); /* a function variable, function scope */
	mock_set(m, scope, 32, smi(11));
	mock_set(m, scope, 40, smi(20));
	mock_set(m, scope, 48, mock_string(m, "named").bits);
	script = mock_new(m, mock_root(m, "script_map"), 128);
	mock_set(m, script, 8, mock_string(m, "one\ntwo\r\n  function named() {}").bits);
	mock_set(m, script, 16, mock_string(m, "file.js").bits);
	mock_set(m, shared, 16, scope.bits);
	mock_set(m, shared, 24, script.bits);
	assert_int_equal(js_function_load(&m->h, f, &loaded), RC_OK);
	assert_true(loaded.has_range);
	assert_int_equal(loaded.start, 11);
	check_inspect(m, f, "[Function: named] at file.js:3:3", NULL);
	assert_int_equal(js_script_position(&m->h, script, 100, &line, &column), RC_BAD);
	assert_int_equal(js_script_position(&m->h, script, -1, &line, &column), RC_BAD);
	assert_int_equal(js_script_position(&m->h, jsval_of(0), 1, &line, &column), RC_BAD);
	mock_set(m, scope, 32, smi(INT32_MAX));
	check_inspect(m, f, "[Function: named] at file.js", NULL);
	mock_set(m, scope, 24, smi(-1)); /* variables without number */
	check_survives(m, f);
	mock_set(m, scope, 24, smi(1 << 20));
	check_survives(m, f);
	mock_set(m, shared, 16, shared.bits);
	check_survives(m, f);
	mock_set(m, f, 24, f.bits);
	check_survives(m, f);
	assert_int_equal(js_function_load(&m->h, f, &loaded), RC_BAD);
	assert_int_equal(js_function_load(&m->h, shared, &loaded), RC_BAD);
}

/* Every word of every object in turn becomes something else: nothing dies, nothing hangs. */
static void any_word(void **state)
{
	struct mock *m = *state;
	const uint64_t words[] = {0,          smi(-1),           smi(INT32_MAX), 1,
				  UINT64_MAX, MOCK_PAGE + 0x101, MOCK_RO + 0x101};
	const jsval objects[] = {
		collection(m, M_JS_MAP, 3, 1),        collection(m, M_JS_SET, 3, 1),
		object_of(m, M_JS_ARRAY, 4),          object_of(m, M_JS_ARRAY_BUFFER, 10),
		object_of(m, M_JS_DATE, 12),          object_of(m, M_JS_PROXY, 4),
		object_of(m, M_JS_FUNCTION, 7),       object_of(m, M_JS_REG_EXP, 6),
		object_of(m, M_JS_TYPED_ARRAY, 10),   bigint(m, 3, 1, 77),
		object_of(m, M_JS_WEAK_MAP, 4),       object_of(m, M_JS_GLOBAL_OBJECT, 5),
		object_of(m, M_JS_BOUND_FUNCTION, 5), object_of(m, M_JS_ERROR, 5),
	};
	struct str out = STR_INIT;
	size_t used = m->used;

	for (size_t at = MOCK_HEADER; at < used; at += 8)
		for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
			uint64_t was;

			memcpy(&was, m->page + at, 8);
			memcpy(m->page + at, &words[k], 8);
			for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
				str_clear(&out);
				assert_int_equal(
					js_inspect_json(&m->h, objects[i], &generous, &out), RC_OK);
			}
			memcpy(m->page + at, &was, 8);
		}
	str_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(primitives, setup, teardown),
		cmocka_unit_test_setup_teardown(big_integers, setup, teardown),
		cmocka_unit_test_setup_teardown(dates, setup, teardown),
		cmocka_unit_test_setup_teardown(collections, setup, teardown),
		cmocka_unit_test_setup_teardown(containers_that_contain_themselves, setup,
						teardown),
		cmocka_unit_test_setup_teardown(arrays_with_holes, setup, teardown),
		cmocka_unit_test_setup_teardown(buffers, setup, teardown),
		cmocka_unit_test_setup_teardown(wrappers, setup, teardown),
		cmocka_unit_test_setup_teardown(functions, setup, teardown),
		cmocka_unit_test_setup_teardown(any_word, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
