/*
 * test_cmd_expr - arithmetic of the language.
 */
#include "tests/unit/test_cmd_mock.h"

static uint64_t good(struct mock *m, const char *text, unsigned radix)
{
	struct arena arena = ARENA_INIT;
	const char *message = NULL;
	uint64_t v = 0;
	enum rc rc = session_eval(&m->s, text, radix, &v, &arena, &message);

	if (rc != RC_OK)
		fail_msg("%s: %s", text, message);
	arena_free(&arena);
	return v;
}

static void test_numbers(void **state)
{
	struct mock *m = *state;
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{"1f", 0x1f},
		{"0x1F", 0x1f},
		{"0t31", 31},
		{"0o17", 15},
		{"0i101", 5},
		{"ffffffffffffffff", UINT64_MAX},
		{"'ab'", 0x6162},
		{" 2 + 3 * 4 ", 14},
		{"(2+3)*4", 20},
		{"10%4", 4},
		{"11#8", 0x18},
		{"1<<4", 0x10},
		{"1<<40", 0},
		{"100>>4", 0x10},
		{"-1", UINT64_MAX},
		{"~0", UINT64_MAX},
		{"#0", 1},
		{"#5", 0},
		{"1-1-1", UINT64_MAX},
		{"f0&3c^1", 0x31},
		{"(1|6)", 7},
		{"(1==1)+(1!=1)", 1},
		{"(2*3==6)", 1},
		{"*1008", 0x0f0e0d0c0b0a0908},
		{"*/1/1009", 9},
		{"*/2/1008", 0x0908},
		{"*/4/(1000+8)", 0x0b0a0908},
		{"<rip", 0x1234},
		{"$rsp+8", 0x1010},
		{"$pc", 0x1234},
		{"*$rsp&ff", 8},
		{"add", 0xadd},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(good(m, cases[i].text, 16), cases[i].value);
	assert_int_equal(good(m, "10+0x10", 10), 26);
	m->s.dot = 0x42;
	assert_int_equal(good(m, ".+1", 16), 0x43);
	assert_int_equal(session_set(&m->s, "v_1", 9), RC_OK);
	assert_int_equal(good(m, "<v_1*<v_1", 16), 81);
	assert_int_equal(session_set(&m->s, "no-name", 9), RC_USAGE);
	assert_int_equal(session_set(&m->s, "", 9), RC_USAGE);
}

/* 100 letters that are no digits. */
#define TEN  "yyyyyyyyyy"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void test_errors(void **state)
{
	struct mock *m = *state;
	static const struct {
		const char *text;
		unsigned radix;
		enum rc rc;
		const char *message;
	} cases[] = {
		{"", 16, RC_USAGE, "a value is missing"},
		{"1+", 16, RC_USAGE, "a value is missing"},
		{"(1", 16, RC_USAGE, "a ) is missing before \"\""},
		{"1)", 16, RC_USAGE, "\")\" does not belong to an expression"},
		{"1 2", 16, RC_USAGE, "\"2\" does not belong to an expression"},
		{"1%0", 16, RC_USAGE, "attempted to divide by zero"},
		{"12x", 16, RC_USAGE, "\"12x\" is not a number of 64 bits"},
		{"1f", 10, RC_USAGE, "\"1f\" is not a number of 64 bits (0x for hexadecimal)"},
		{"10000000000000000", 16, RC_USAGE,
		 "\"10000000000000000\" is not a number of 64 bits"},
		{"0x", 16, RC_USAGE, "\"0x\" is not a number of 64 bits"},
		{"nosuch", 16, RC_USAGE, "\"nosuch\" is neither a number, a symbol nor a command"},
		{LONG LONG LONG "z", 16, RC_USAGE,
		 "the name \"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...\" is too long"},
		{"consume", 16, RC_USAGE, "\"consume\" is a command, not a value"},
		{"<nosuch", 16, RC_USAGE, "no variable or register is called \"nosuch\""},
		{"<", 16, RC_USAGE, "a variable or register name is missing"},
		{"*9000", 16, RC_FAULT,
		 "cannot read 8 bytes at 0x9000: the target has no memory at this address"},
		{"*103c", 16, RC_FAULT,
		 "cannot read 8 bytes at 0x103c: the target has no memory at this address"},
		{"*/3/1000", 16, RC_USAGE, "a read has 1, 2, 4 or 8 bytes, not 3"},
		{"''", 16, RC_USAGE, "'' is not 1 to 8 characters"},
		{"'ab", 16, RC_USAGE, "a ' is missing"},
		{"'123456789'", 16, RC_USAGE, "'123456789' is not 1 to 8 characters"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = ARENA_INIT;
		const char *message = NULL;
		uint64_t v;

		assert_int_equal(
			session_eval(&m->s, cases[i].text, cases[i].radix, &v, &arena, &message),
			cases[i].rc);
		assert_string_equal(message, cases[i].message);
		arena_free(&arena);
	}
}

static void test_depth(void **state)
{
	struct mock *m = *state;
	struct arena arena = ARENA_INIT;
	const char *message = NULL;
	char text[100001];
	uint64_t v;

	memset(text, '(', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(session_eval(&m->s, text, 16, &v, &arena, &message), RC_LIMIT);
	memset(text, '-', sizeof text - 1);
	assert_int_equal(session_eval(&m->s, text, 16, &v, &arena, &message), RC_LIMIT);
	arena_free(&arena);
	/* A long sum is not deep. */
	for (size_t i = 0; i + 1 < sizeof text; i += 2)
		memcpy(text + i, "1+", 2);
	text[sizeof text - 2] = '\0';
	assert_int_equal(good(m, text, 16), 50000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_depth, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("cmd_expr", tests, NULL, NULL);
}
