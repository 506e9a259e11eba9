/*
 * test_jsheap_string - strings of every representation, and strings that V8 would not make.
 */
#include "jsheap/string.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/unit/js_mock.h"

#define ALL UINT64_C(1000000000)

static void check(const struct mock *m, jsval s, uint64_t limit, enum rc rc, const char *text)
{
	struct str out = STR_INIT;

	assert_int_equal(js_string_put(&m->h, s, limit, &out), rc);
	assert_string_equal(str_text(&out), text);
	str_free(&out);
}

/* Whatever comes out: it ends soon, with this rc. */
static void check_hostile(const struct mock *m, jsval s, enum rc rc)
{
	struct str out = STR_INIT;
	struct arena a = ARENA_INIT;
	struct stopwatch w;

	stopwatch_start(&w);
	assert_int_equal(js_string_put(&m->h, s, ALL, &out), rc);
	assert_null(js_string_name(&m->h, s, &a));
	assert_false(js_string_is(&m->h, s, "text"));
	assert_true(stopwatch_good(&w));
	str_free(&out);
	arena_free(&a);
}

static jsval cons(struct mock *m, jsval a, jsval b, uint32_t length)
{
	return mock_string_of(m, "cons_one_byte_string_map", length, a.bits, b.bits);
}

static void sequential(void **state)
{
	struct mock *m = *state;
	jsval s = mock_string(m, "plain text");

	check(m, s, ALL, RC_OK, "plain text");
	check(m, s, 5, RC_LIMIT, "plain");
	check(m, s, 10, RC_OK, "plain text");
	check(m, s, 0, RC_LIMIT, "");
	check(m, mock_root(m, "empty_string"), 0, RC_OK, "");
	check(m, mock_string(m, "caf\xe9 \xff"), ALL, RC_OK, "caf\u00e9 \u00ff");
	assert_true(js_string_is(&m->h, s, "plain text"));
	assert_false(js_string_is(&m->h, s, "plain tex"));
	assert_false(js_string_is(&m->h, s, "plain texts"));
	assert_false(js_string_is(&m->h, s, ""));
	assert_true(js_string_is(&m->h, mock_root(m, "empty_string"), ""));
}

static void two_byte_and_surrogates(void **state)
{
	struct mock *m = *state;
	const uint16_t pair[] = {'a', 0xd83d, 0xde00, 'b'};
	const uint16_t lone_high[] = {0xd83d, 'x'}, lone_low[] = {0xde00, 0xd83d};
	const uint16_t nul[] = {0, 0x20ac};

	check(m, mock_wide(m, pair, 4), ALL, RC_OK, "a\U0001F600b");
	check(m, mock_wide(m, pair, 4), 2, RC_LIMIT, "a\xed\xa0\xbd");
	check(m, mock_wide(m, lone_high, 2), ALL, RC_OK, "\xed\xa0\xbdx");
	check(m, mock_wide(m, lone_low, 2), ALL, RC_OK, "\xed\xb8\x80\xed\xa0\xbd");
	struct str out = STR_INIT;
	assert_int_equal(js_string_put(&m->h, mock_wide(m, nul, 2), ALL, &out), RC_OK);
	assert_int_equal(out.n, 4);
	assert_memory_equal(out.s, "\0\xe2\x82\xac", 4);
	str_free(&out);
	assert_false(js_string_is(&m->h, mock_wide(m, nul, 2), ""));
}

static void cons_pieces(void **state)
{
	struct mock *m = *state;
	const uint16_t high[] = {'<', 0xd83d}, low[] = {0xde00, '>'};
	jsval pair = mock_string_of(m, "cons_two_byte_string_map", 4, mock_wide(m, high, 2).bits,
				    mock_wide(m, low, 2).bits);
	jsval left = cons(m, mock_string(m, "one "), mock_string(m, "two "), 8);
	jsval all = cons(m, left, mock_string(m, "three"), 13);

	check(m, all, ALL, RC_OK, "one two three");
	check(m, all, 6, RC_LIMIT, "one tw");
	check(m, pair, ALL, RC_OK, "<\U0001F600>");
	assert_true(js_string_is(&m->h, all, "one two three"));
	/* What flattening leaves behind. */
	check(m, cons(m, mock_string(m, "flat"), mock_root(m, "empty_string"), 4), ALL, RC_OK,
	      "flat");
}

/* 6,000 additions on the left, then as many on the right; and a doubling 30 levels high. */
static void deep_cons(void **state)
{
	struct mock *m = *state;
	jsval s = mock_string(m, "ab"), one = mock_string(m, "x");
	struct stopwatch w;

	stopwatch_start(&w);
	for (uint32_t i = 0; i < 3000; i++)
		s = cons(m, s, one, 3 + i);
	for (uint32_t i = 0; i < 3000; i++)
		s = cons(m, one, s, 3003 + i);
	struct str out = STR_INIT;
	assert_int_equal(js_string_put(&m->h, s, ALL, &out), RC_OK);
	assert_int_equal(out.n, 6002);
	assert_memory_equal(out.s + 2999, "xabx", 4);
	str_free(&out);
	jsval twice = mock_string(m, "0123456789");
	for (uint32_t i = 1; i <= 26; i++)
		twice = cons(m, twice, twice, 10u << i);
	check(m, twice, 12, RC_LIMIT, "012345678901");
	assert_true(stopwatch_good(&w));
}

static void sliced_and_thin(void **state)
{
	struct mock *m = *state;
	jsval parent = mock_string(m, "the parent of a slice");
	jsval slice = mock_string_of(m, "sliced_string_map", 6, parent.bits, smi(4));
	jsval thin = mock_string_of(m, "thin_string_map", 21, parent.bits, 0);
	jsval of_thin = mock_string_of(m, "sliced_string_map", 5, thin.bits, smi(16));

	check(m, slice, ALL, RC_OK, "parent");
	check(m, slice, 3, RC_LIMIT, "par");
	check(m, thin, ALL, RC_OK, "the parent of a slice");
	check(m, of_thin, ALL, RC_OK, "slice");
	check(m, cons(m, slice, of_thin, 11), ALL, RC_OK, "parentslice");
}

static void external(void **state)
{
	struct mock *m = *state;
	jsval bytes = mock_string(m, "outside the heap");
	uint64_t at = jsval_addr(bytes) + 16;

	check(m, mock_string_of(m, "external_one_byte_string_map", 7, 0x1000, at), ALL, RC_OK,
	      "outside");
	check_hostile(m, mock_string_of(m, "external_string_map", 7, 0x1000, 0x2000), RC_FAULT);
	check_hostile(m, mock_string_of(m, "uncached_external_string_map", 7, 0x1000, 0), RC_UNSUP);
	check_hostile(m, mock_string_of(m, "external_one_byte_string_map", 7, 0, UINT64_MAX - 3),
		      RC_FAULT);
}

static void wrong_lengths(void **state)
{
	struct mock *m = *state;
	jsval s = mock_string(m, "short"), minus = mock_string(m, "minus");

	mock_set32(m, minus, 12, UINT32_MAX);
	check_hostile(m, minus, RC_BAD);
	check_hostile(m, cons(m, mock_string(m, "too long"), s, 6), RC_BAD);
	check_hostile(m, cons(m, s, s, 11), RC_BAD);
	check_hostile(m, cons(m, s, s, 9), RC_BAD);
	check_hostile(m, mock_string_of(m, "sliced_string_map", 3, s.bits, smi(3)), RC_BAD);
	check_hostile(m, mock_string_of(m, "sliced_string_map", 3, s.bits, smi(-1)), RC_BAD);
	check_hostile(m, mock_string_of(m, "sliced_string_map", 3, s.bits, smi(INT32_MAX)), RC_BAD);
	check_hostile(m, mock_string_of(m, "thin_string_map", 9, s.bits, 0), RC_BAD);
	jsval huge = mock_string(m, "huge");
	mock_set32(m, huge, 12, INT32_MAX);
	check_hostile(m, huge, RC_BAD);
}

static void no_strings(void **state)
{
	struct mock *m = *state;
	const jsval none[] = {jsval_of(0),
			      jsval_of(smi(7)),
			      jsval_of(1),
			      jsval_of(UINT64_MAX),
			      jsval_of(MOCK_PAGE + 2),
			      jsval_object(MOCK_PAGE + V8_PAGE_BYTES - 8),
			      mock_root(m, "meta_map"),
			      mock_number(m, 1.5)};

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		struct js_string s;

		check_hostile(m, none[i], RC_BAD);
		assert_false(js_is_string(&m->h, none[i]));
		assert_int_equal(js_string_load(&m->h, none[i], &s), RC_BAD);
	}
	/* Halves that are no strings. */
	check_hostile(m, cons(m, jsval_of(smi(1)), mock_string(m, "text"), 4), RC_BAD);
	check_hostile(m, cons(m, mock_string(m, "t"), jsval_of(smi(1)), 4), RC_BAD);
	check_hostile(m, mock_string_of(m, "thin_string_map", 9, MOCK_PAGE + 1, 0), RC_BAD);
}

static void circles(void **state)
{
	struct mock *m = *state;
	jsval empty = mock_root(m, "empty_string");
	jsval itself = cons(m, empty, empty, 4), thin, slice;

	mock_set(m, itself, 16, itself.bits);
	check_hostile(m, itself, RC_BAD);
	mock_set(m, itself, 16, empty.bits);
	mock_set(m, itself, 24, itself.bits);
	check_hostile(m, itself, RC_BAD);
	jsval a = cons(m, empty, empty, 8), b = cons(m, a, empty, 8);
	mock_set(m, a, 16, b.bits);
	check_hostile(m, b, RC_BAD);
	thin = mock_string_of(m, "thin_string_map", 4, 0, 0);
	mock_set(m, thin, 16, thin.bits);
	check_hostile(m, thin, RC_BAD);
	slice = mock_string_of(m, "sliced_string_map", 4, 0, 0);
	mock_set(m, slice, 16, slice.bits);
	check_hostile(m, slice, RC_BAD);
	/* A slice of a longer string that holds the slice. */
	jsval longer = cons(m, slice, mock_string(m, "more"), 8);
	mock_set(m, slice, 16, longer.bits);
	check_hostile(m, slice, RC_BAD);
	check_hostile(m, longer, RC_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sequential, setup, teardown),
		cmocka_unit_test_setup_teardown(two_byte_and_surrogates, setup, teardown),
		cmocka_unit_test_setup_teardown(cons_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(deep_cons, setup, teardown),
		cmocka_unit_test_setup_teardown(sliced_and_thin, setup, teardown),
		cmocka_unit_test_setup_teardown(external, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(no_strings, setup, teardown),
		cmocka_unit_test_setup_teardown(circles, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
