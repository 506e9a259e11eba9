/*
 * test_jsheap_inside - lines and text of scripts, scopes, the object around an address, fields of
 * classes, facts held against a heap: right ones and damaged ones.
 */
#include "jsheap/classes.h"
#include "jsheap/context.h"
#include "jsheap/find.h"
#include "jsheap/selftest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/js_mock.h"

static jsval script_of(struct mock *m, jsval source)
{
	jsval script = mock_new(m, mock_root(m, "script_map"), 128);

	mock_set(m, script, 8, source.bits);
	mock_set(m, script, 16, mock_string(m, "file.js").bits);
	mock_set(m, script, 24, smi(10)); /* line offset */
	mock_set(m, script, 32, smi(3));  /* column offset */
	return script;
}

/* One table of lines or a count from the start: both say the same of every position. */
static void lines(void **state)
{
	static const uint16_t units[] = {'a', '\n', 'b',  '\r', '\n',   '\r', 0x2028,
					 'c', 'd',  '\n', '\n', 0x2029, 'e',  '\r'};
	const size_t n = sizeof units / sizeof units[0];
	struct js_script s;
	struct js_lines l;
	struct mock m;
	struct why why;

	(void)state;
	assert_int_equal(mock_open(&m, &why), RC_OK);
	jsval script = script_of(&m, mock_wide(&m, units, n));
	assert_int_equal(js_script_load(&m.h, script, &s), RC_OK);
	assert_int_equal(s.length, n);
	assert_int_equal(js_lines_load(&m.h, &s, &l), RC_OK);
	for (int32_t i = 0; i <= (int32_t)n; i++) {
		uint32_t line = 0, column = 0, line2 = 0, column2 = 0;

		assert_int_equal(js_script_position(&m.h, script, i, &line, &column), RC_OK);
		assert_int_equal(js_lines_position(&l, i, &line2, &column2), RC_OK);
		assert_int_equal(line, line2);
		assert_int_equal(column, column2);
	}
	uint32_t line, column;
	assert_int_equal(js_lines_position(&l, 0, &line, &column), RC_OK);
	assert_int_equal(line, 11);
	assert_int_equal(column, 4);
	assert_int_equal(js_lines_position(&l, 7, &line, &column), RC_OK); /* c */
	assert_int_equal(line, 15);
	assert_int_equal(column, 1);
	assert_int_equal(js_lines_position(&l, -1, &line, &column), RC_BAD);
	assert_int_equal(js_lines_position(&l, (int32_t)n + 1, &line, &column), RC_BAD);
	js_lines_free(&l);
	mock_close(&m);
}

static void text(void **state)
{
	static const uint16_t units[] = {'x', 0xd83d, 0xde00, 'y', 0x65e5};
	struct str out = STR_INIT;
	struct mock m;
	struct why why;

	(void)state;
	assert_int_equal(mock_open(&m, &why), RC_OK);
	jsval script = script_of(&m, mock_wide(&m, units, 5));
	assert_int_equal(js_script_text(&m.h, script, 1, 4, &out), RC_OK);
	assert_string_equal(str_text(&out), "\xf0\x9f\x98\x80y");
	str_clear(&out);
	assert_int_equal(js_script_text(&m.h, script, 3, 5, &out), RC_OK);
	assert_string_equal(str_text(&out), "y\xe6\x97\xa5");
	str_clear(&out);
	assert_int_equal(js_script_text(&m.h, script, 5, 5, &out), RC_OK);
	assert_int_equal(out.n, 0);
	assert_int_equal(js_script_text(&m.h, script, 4, 6, &out), RC_BAD);
	assert_int_equal(js_script_text(&m.h, script, 4, 3, &out), RC_BAD);
	mock_set(&m, script, 8, mock_root(&m, "undefined_value").bits);
	assert_int_equal(js_script_text(&m.h, script, 0, 1, &out), RC_BAD);
	str_free(&out);
	mock_close(&m);
}

struct seen {
	const struct js_heap *h;
	unsigned n;
	jsval values[8];
};

static enum rc see(void *ctx, const struct js_variable *v)
{
	struct seen *s = ctx;

	if (s->n < 8)
		s->values[s->n++] = v->value;
	return RC_OK;
}

/* A function's scope with two variables, in the layout of V8 13. */
static jsval scope_of(struct mock *m, uint32_t flags)
{
	jsval scope = mock_new(m, mock_root(m, "scope_info_map"), 80);

	mock_set(m, scope, 8, flags | 2);
	mock_set(m, scope, 24, smi(2));
	mock_set(m, scope, 48, mock_string(m, "first").bits);
	mock_set(m, scope, 56, mock_string(m, "second").bits);
	return scope;
}

static void contexts(void **state)
{
	struct js_context c;
	struct mock m;
	struct why why;

	(void)state;
	assert_int_equal(mock_open(&m, &why), RC_OK);
	jsval outer = mock_array(&m, "function_context_map", 4);
	jsval v = mock_array(&m, "function_context_map", 4);
	struct seen seen = {.h = &m.h};

	mock_set(&m, outer, 16, scope_of(&m, 0).bits);
	mock_set(&m, outer, 24, outer.bits);
	mock_set(&m, v, 16, scope_of(&m, 0).bits);
	mock_set(&m, v, 24, outer.bits);
	mock_set(&m, v, 32, smi(41));
	mock_set(&m, v, 40, smi(42));
	assert_int_equal(js_context_load(&m.h, v, &c), RC_OK);
	assert_true(jsval_eq(c.previous, outer));
	assert_int_equal(js_context_variables(&m.h, &c, see, &seen), RC_OK);
	assert_int_equal(seen.n, 2);
	assert_int_equal(jsval_smi(seen.values[0]), 41);
	assert_int_equal(jsval_smi(seen.values[1]), 42);
	/* An extension takes a slot: then one is missing. */
	mock_set(&m, v, 16, scope_of(&m, 1u << 26).bits);
	assert_int_equal(js_context_load(&m.h, v, &c), RC_BAD);
	/* Longer than its page, negative, no number at all. */
	mock_set(&m, v, 16, scope_of(&m, 0).bits);
	mock_set(&m, v, 8, smi(1 << 20));
	assert_int_equal(js_context_load(&m.h, v, &c), RC_BAD);
	mock_set(&m, v, 8, smi(-1));
	assert_int_equal(js_context_load(&m.h, v, &c), RC_BAD);
	mock_set(&m, v, 8, v.bits);
	assert_int_equal(js_context_load(&m.h, v, &c), RC_BAD);
	/* Too short even for the ScopeInfo. */
	mock_set(&m, v, 8, smi(0));
	assert_int_equal(js_context_load(&m.h, v, &c), RC_BAD);
	assert_int_equal(js_context_load(&m.h, scope_of(&m, 0), &c), RC_BAD);
	mock_close(&m);
}

static void find(void **state)
{
	struct js_found f;
	struct mock m;
	struct why why;

	(void)state;
	assert_int_equal(mock_open(&m, &why), RC_OK);
	jsval a = mock_string(&m, "a string of some length"),
	      b = mock_array(&m, "fixed_array_map", 3);
	for (uint64_t off = 0; off < 40; off++) {
		assert_int_equal(js_find(&m.h, jsval_addr(a) + off, &f), RC_OK);
		assert_int_equal(f.kind, FOUND_OBJECT);
		assert_int_equal(f.start, jsval_addr(a));
		assert_int_equal(f.size, 40);
		assert_int_equal(js_find(&m.h, jsval_addr(b) + off, &f), RC_OK);
		assert_int_equal(f.start, jsval_addr(b));
	}
	assert_int_equal(js_find(&m.h, jsval_addr(b) + 40, &f), RC_OK);
	assert_int_equal(f.kind, FOUND_FREE);
	assert_int_equal(f.start, jsval_addr(b) + 40);
	assert_int_equal(js_find(&m.h, MOCK_PAGE + 8, &f), RC_OK);
	assert_int_equal(f.kind, FOUND_HEADER);
	assert_int_equal(js_find(&m.h, 0x1234, &f), RC_OK);
	assert_int_equal(f.kind, FOUND_NOTHING);
	/* An object longer than its page is none; neither is what lies in it. */
	mock_set(&m, b, 8, smi(1 << 24));
	assert_int_equal(js_find(&m.h, jsval_addr(b) + 8, &f), RC_OK);
	assert_int_not_equal(f.kind, FOUND_OBJECT);
	mock_close(&m);
}

static void classes(void **state)
{
	struct js_class_field *fields;
	struct arena arena = ARENA_INIT;
	bool type = false;
	struct mock m;
	struct why why;
	size_t n;

	(void)state;
	assert_int_equal(mock_open(&m, &why), RC_OK);
	assert_string_equal(js_class_of(&m.h, M_JS_ARRAY, &arena), "JSArray");
	assert_string_equal(js_class_of(&m.h, M_JS_LAST_FUNCTION, &arena), "JSFunction");
	assert_string_equal(js_class_parent(&m.h, "JSArray"), "JSObject");
	assert_null(js_class_parent(&m.h, "HeapObject"));
	assert_int_equal(js_class_fields(&m.h, "Script", &arena, &fields, &n), RC_OK);
	for (size_t i = 0; i < n; i++) {
		type = type || (fields[i].offset == 48 && strcmp(fields[i].name, "type") == 0);
		assert_true(i == 0 ||
			    fields[i - 1].offset + fields[i - 1].bytes <= fields[i].offset);
	}
	assert_true(type);
	assert_int_equal(js_class_fields(&m.h, "NoSuchClass", &arena, &fields, &n), RC_OK);
	arena_free(&arena);
	mock_close(&m);
}

/* A fact that objects contradict is found out. */
static void selftest(void **state)
{
	struct selftest *t = malloc(sizeof *t);
	struct mock m;
	struct why why;

	(void)state;
	assert_non_null(t);
	assert_int_equal(mock_open(&m, &why), RC_OK);
	for (int i = 0; i < 4; i++) {
		jsval left = mock_string(&m, "left"), right = mock_string(&m, "right one");
		mock_string_of(&m, "cons_one_byte_string_map", 13, left.bits, right.bits);
	}
	assert_int_equal(js_selftest(&m.h, NULL, NULL, t), RC_OK);
	assert_int_equal(js_verdict(&m.h, t, V8_ConsString_first), VERDICT_PROVED);
	assert_int_equal(js_verdict(&m.h, t, V8_String_length), VERDICT_PROVED);
	assert_int_equal(js_verdict(&m.h, t, V8_JSRegExp_source), VERDICT_TABLE);
	m.h.layout.value[V8_ConsString_first] = 8;
	assert_int_equal(js_selftest(&m.h, NULL, NULL, t), RC_OK);
	assert_int_equal(js_verdict(&m.h, t, V8_ConsString_first), VERDICT_DISPROVED);
	assert_true(t->proofs[V8_ConsString_first].first_bad != 0);
	m.h.layout.row[V8_ConsString_first] = NULL;
	assert_int_equal(js_verdict(&m.h, t, V8_ConsString_first), VERDICT_UNKNOWN);
	mock_close(&m);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines), cmocka_unit_test(text),    cmocka_unit_test(contexts),
		cmocka_unit_test(find),  cmocka_unit_test(classes), cmocka_unit_test(selftest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
