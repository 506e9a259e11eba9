/*
 * test_jsheap_layout - the table of rows in itself, on symbols made up, and on real builds: there
 * every row that applies must agree with the one that won.
 */
#include "jsheap/heap.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum need { REQUIRED, OPTIONAL };

static const enum need needs[V8_FIELD_COUNT] = {
#define FIELD(id, need, what) [V8_##id] = (need),
#include "jsheap/v8_fields.def"
#undef FIELD
};

static void rows_are_whole(void **state)
{
	(void)state;
	assert_true(v8_nrows > V8_FIELD_COUNT);
	for (size_t i = 0; i < v8_nrows; i++) {
		const struct v8_row *r = &v8_rows[i];

		assert_in_range(r->field, 0, V8_FIELD_COUNT - 1);
		assert_true(r->source == SOURCE_SYM || r->source == SOURCE_AFTER ||
			    r->source == SOURCE_LIT);
		assert_int_equal(r->source == SOURCE_SYM, r->symbol != NULL);
		assert_true(r->reason != NULL && strlen(r->reason) > 4);
		assert_true(r->range.from <= r->range.until);
		assert_non_null(v8_width_name(r->width));
		assert_non_null(v8_source_name(r->source));
	}
}

/* A row behind another field stands behind all rows of that field. */
static void rows_stand_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < v8_nrows; i++) {
		if (v8_rows[i].source != SOURCE_AFTER)
			continue;
		size_t before = 0;
		for (size_t k = 0; k < v8_nrows; k++) {
			if (v8_rows[k].field != v8_rows[i].after)
				continue;
			if (k > i)
				fail_msg("%s is needed by %s above its row",
					 v8_field_name(v8_rows[k].field),
					 v8_field_name(v8_rows[i].field));
			before++;
			assert_int_not_equal(v8_rows[k].width, BITS_0); /* where would it end? */
		}
		assert_true(before > 0);
	}
}

static void each_field_has_a_row(void **state)
{
	(void)state;
	for (int f = 0; f < V8_FIELD_COUNT; f++) {
		size_t rows = 0;

		for (size_t i = 0; i < v8_nrows; i++)
			rows += v8_rows[i].field == (enum v8_field)f;
		if (rows == 0)
			fail_msg("no row gives %s", v8_field_name((enum v8_field)f));
		assert_true(strlen(v8_field_what((enum v8_field)f)) > 0);
		for (int other = 0; other < f; other++)
			assert_string_not_equal(v8_field_name((enum v8_field)f),
						v8_field_name((enum v8_field)other));
	}
}

static void versions(void **state)
{
	static const struct v8_range until = UNTIL(12, 8), from = FROM(12, 9), any = ANY,
				     between = BETWEEN(11, 4, 12, 0);
	struct v8_layout l = {.version = {12, 8, 0, 0, "12.8"}};

	(void)state;
	assert_true(v8_range_holds(&l, until));
	assert_false(v8_range_holds(&l, from));
	assert_true(v8_range_holds(&l, any));
	assert_false(v8_range_holds(&l, between));
	l.version.minor = 9;
	assert_false(v8_range_holds(&l, until));
	assert_true(v8_range_holds(&l, from));
	l.version = (struct v8_version){11, 200, 0, 0, ""};
	assert_true(v8_range_holds(&l, between));
	l.version = (struct v8_version){12, 1, 0, 0, ""};
	assert_false(v8_range_holds(&l, between));
}

static void constants_by_name(void **state)
{
	struct v8_constant constants[] = {{"class_A__x", 1},
					  {"class_A__x__Smi", 2},
					  {"class_A__xy__Smi", 3},
					  {"class_B__z__Object", 4},
					  {"class_B__z_other", 5}};
	struct v8_layout l = {.constants = constants, .nconstants = 5};
	int32_t v = 0;

	(void)state;
	assert_true(v8_constant(&l, "class_A__x", &v));
	assert_int_equal(v, 1);
	assert_true(v8_constant(&l, "class_A__xy", &v));
	assert_int_equal(v, 3);
	assert_true(v8_constant(&l, "class_B__z", &v));
	assert_int_equal(v, 4);
	assert_false(v8_constant(&l, "class_B", &v) && v == 5);
	assert_false(v8_constant(&l, "class_C__z", &v));
	assert_false(v8_constant(&l, "", &v));
	l.nconstants = 0;
	assert_false(v8_constant(&l, "class_A__x", &v));
}

/* Symbols of a damaged or hostile binary: no shift of 200, no offset of 2 GB. */
static void senseless_symbols(void **state)
{
	const int32_t values[] = {INT32_MIN, -200, -1, 64, 200, 0x10000, INT32_MAX};

	(void)state;
	for (size_t i = 0; i < v8_nrows; i++)
		for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
			const struct v8_row *r = &v8_rows[i];
			struct v8_constant constant = {r->symbol, values[k]};
			struct v8_layout l = {
				.constants = &constant,
				.nconstants = 1,
				.version = {r->range.from >> 8, r->range.from & 0xff, 0, 0, ""}};
			const char *name = v8_field_name(r->field);
			int64_t value;

			if (r->source != SOURCE_SYM || v8_row_value(&l, r, &value) != RC_OK)
				continue;
			if (strlen(name) > 6 && strcmp(name + strlen(name) - 6, "_shift") == 0)
				assert_in_range(value, 0, 31);
			if (r->width != BITS_0)
				assert_true(value > -0x10000 && value < 0x10000);
		}
}

/* Type numbers and ranges of a hostile binary; the numbers that are used must be in the table. */
static void check_types(int32_t first, int32_t last, int32_t proxy, enum rc expected)
{
	static struct v8_types types;
	struct v8_constant constants[] = {
		{"FirstContextType", first},
		{"FirstJSFunctionType", first},
		{"LastContextType", last},
		{"LastJSFunctionType", last},
		{"type_HeapNumber__HEAP_NUMBER_TYPE", 4},
		{"type_JSFunction__JS_FUNCTION_TYPE", 105},
		{"type_JSObject__JS_OBJECT_TYPE", 104},
		{"type_JSProxy__JS_PROXY_TYPE", proxy},
		{"type_Map__MAP_TYPE", 8},
		{"type_Oddball__ODDBALL_TYPE", 9},
		{"type_ScopeInfo__SCOPE_INFO_TYPE", 10},
		{"type_SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE", 11},
		{"type_Symbol__SYMBOL_TYPE", 12},
		{"type_x", 13},
		{"type_x__TYPE", 14},
		{"type_x__Y_TYPE", first},
	};
	struct v8_layout l = {.constants = constants,
			      .nconstants = sizeof constants / sizeof constants[0]};
	struct arena arena = ARENA_INIT;
	struct why why = {0};

	l.value[V8_FirstNonstringType] = last;
	assert_int_equal(v8_types_resolve(&arena, &l, &types, &why), RC_OK);
	assert_int_equal(v8_types_finish(&types, &l, &why), expected);
	v8_types_learn(&types, &arena, "new_map", 77);
	v8_types_learn(&types, &arena, "off_map", TYPE_UNKNOWN);
	assert_null(type_name(&types, TYPE_UNKNOWN));
	assert_int_equal(type_classes(&types, TYPE_UNKNOWN), 0);
	/* What stands in front of the classes is untouched. */
	if (first != TYPE_LIMIT - 1)
		assert_null(type_name(&types, TYPE_LIMIT - 1));
	arena_free(&arena);
}

static void senseless_types(void **state)
{
	const int32_t values[] = {INT32_MIN, -1, 0, TYPE_LIMIT - 1, TYPE_LIMIT, INT32_MAX};

	(void)state;
	for (size_t a = 0; a < 6; a++)
		for (size_t b = 0; b < 6; b++)
			check_types(values[a], values[b], 100, RC_OK);
	check_types(1, 2, -1, RC_UNSUP);
	check_types(1, 2, TYPE_LIMIT, RC_UNSUP);
}

static void check_build(const char *core)
{
	struct arena errors = ARENA_INIT;
	const char *message = "";
	struct v8_layout l;
	struct why why;
	struct target *t = target_open_core(core, &(struct target_options){0}, &errors, &message);
	size_t compared = 0;

	if (t == NULL)
		fail_msg("%s", message);
	assert_int_equal(v8_layout_resolve(t, &l, &why), RC_OK);
	for (size_t i = 0; i < v8_nrows; i++) {
		const struct v8_row *r = &v8_rows[i], *won = l.row[r->field];
		int64_t value;

		if (v8_row_value(&l, r, &value) != RC_OK)
			continue;
		assert_non_null(won);
		if (value != l.value[r->field])
			fail_msg("%s of V8 %s: %lld by '%s', %lld by '%s'", v8_field_name(r->field),
				 l.version.text, (long long)l.value[r->field], won->reason,
				 (long long)value, r->reason);
		compared += r != won;
	}
	print_message("# V8 %s: %zu rows agree with those that won\n", l.version.text, compared);
	assert_true(compared > 10);
	assert_int_equal(l.disagreements, 0);
	for (int f = 0; f < V8_FIELD_COUNT; f++)
		assert_true(needs[f] == OPTIONAL || l.row[f] != NULL);
	target_close(t);
	arena_free(&errors);
}

static void rows_agree_on_real_builds(void **state)
{
	const char *cores = getenv("MDBISH_CORES");
	char pattern[4096];
	glob_t found = {0};

	(void)state;
	snprintf(pattern, sizeof pattern, "%s/*/stack.core", cores != NULL ? cores : "");
	if (cores == NULL || glob(pattern, 0, NULL, &found) != 0) {
		print_message("# no cores below MDBISH_CORES: tests/cores/make makes them\n");
		skip();
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_build(found.gl_pathv[i]);
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole),       cmocka_unit_test(rows_stand_in_order),
		cmocka_unit_test(each_field_has_a_row), cmocka_unit_test(versions),
		cmocka_unit_test(constants_by_name),    cmocka_unit_test(senseless_symbols),
		cmocka_unit_test(senseless_types),      cmocka_unit_test(rows_agree_on_real_builds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
