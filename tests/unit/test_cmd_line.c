/*
 * test_cmd_line - the language: what a line means, what it prints, how it fails.
 */
#include "tests/unit/test_cmd_mock.h"

static void test_options(void **state)
{
	struct mock *m = *state;

	assert_int_equal(mock_line(m, "1000::consume"), RC_OK);
	assert_int_equal(seen.limit, 7);
	assert_true(seen.width == NOT_GIVEN && seen.addr == NOT_GIVEN && !seen.flag);
	assert_string_equal(seen.text, "(none)");
	static const char *const same[] = {
		"1000::consume -f -n 5 -t ab",
		"1000::consume -fn5 -tab",
		"1000::consume -n5 -ft ab",
		"1000::consume --limit=5 --flag --text ab",
		"1000::consume -5 --text=ab -f",
		"consume -f -n 5 -t 'ab' 0x1000",
		"consume 0x1000 -n 0x5 -f -t \"a\\x62\"",
		"1000::consume -n $[2+3] -f -t a'b'",
		"eat -5f -t ab 0x1000",
	};
	for (size_t i = 0; i + 1 < sizeof same / sizeof *same; i++) {
		assert_int_equal(mock_line(m, same[i]), RC_OK);
		assert_int_equal(seen.limit, 5);
		assert_true(seen.flag);
		assert_string_equal(seen.text, "ab");
		assert_int_equal(seen.dots[0], 0x1000);
	}
	assert_int_equal(mock_line(m, "1000::consume -a .+10 -w 10"), RC_OK);
	assert_int_equal(seen.addr, 0x1010);
	assert_int_equal(seen.width, 10);
	assert_int_equal(mock_line(m, "::consume -- 1008"), RC_OK);
	assert_int_equal(seen.dots[0], 0x1008);
}

#define USAGE "usage: [ADDR]::consume [-f] [-n N] [-w N] [-a ADDR] [-t TEXT]\n"

static void test_option_errors(void **state)
{
	struct mock *m = *state;

	expect(m, "::consume -n abc", RC_USAGE, "",
	       "mdbish: consume: --limit wants a number, not \"abc\"\n" USAGE);
	expect(m, "::consume -n", RC_USAGE, "", "mdbish: consume: --limit wants a value\n" USAGE);
	expect(m, "::consume -z", RC_USAGE, "", "mdbish: consume: no option -z\n" USAGE);
	expect(m, "::consume --zoom=1", RC_USAGE, "", "mdbish: consume: no option --zoom\n" USAGE);
	expect(m, "::consume --flag=1", RC_USAGE, "",
	       "mdbish: consume: --flag takes no value\n" USAGE);
	expect(m, "1::consume 2", RC_USAGE, "",
	       "mdbish: consume: \"2\" is one argument too many\n" USAGE);
	expect(m, "::consume -a nope", RC_USAGE, "",
	       "mdbish: consume: --at wants an address, not \"nope\": \"nope\" is neither a "
	       "number, "
	       "a symbol nor a command\n" USAGE);
	expect(m, "::consume -n 99999999999999999999", RC_USAGE, "",
	       "mdbish: consume: --limit wants a number, not \"99999999999999999999\"\n" USAGE);
	expect(m, "::walk", RC_USAGE, "",
	       "mdbish: walk: walker is missing\nusage: [ADDR]::walk WALKER [VARIABLE]\n");
	expect(m, "::needy", RC_USAGE, "",
	       "mdbish: needy: this is not how it is used\nusage: ::needy\n");
}

static void test_grammar(void **state)
{
	struct mock *m = *state;

	expect(m, "", RC_OK, "", "");
	expect(m, " ;; \n ; // nothing\n", RC_OK, "", "");
	expect(m, "::echo a  'b  c' \"d\\t\\\"\" // rest | ; ! x\n::echo z", RC_OK,
	       "a b  c d\t\"\nz\n", "");
	expect(m, "::echo a;echo b", RC_OK, "a\nb\n", "");
	expect(m, "::echo 'a;b|c!d'", RC_OK, "a;b|c!d\n", "");
	expect(m, "0x10", RC_OK, "0x10 = 16\n", "");
	expect(m, ".+1", RC_OK, "0x11 = 17\n", "");
	expect(m, "1008,3::consume", RC_OK, "ADDRESS  COUNT  NAME\n 0x1008      7  -\n", "");
	assert_int_equal(seen.count, 3);
	assert_int_equal(mock_line(m, "1008,10::consume"), RC_OK);
	assert_int_equal(seen.count, 10); /* counts are decimal */
	expect(m, "info consumers 0x1000", RC_OK, "ADDRESS  COUNT  NAME\n 0x1000      7  -\n", "");
	expect(m, "1000>there; <there+1; ::vars", RC_OK,
	       "0x1001 = 4097\nNAME    VALUE\nthere  0x1000\n", "");
	assert_int_equal(mock_line(m, "::produce -n 2 | ::assign x; <x"), RC_OK);
	assert_string_equal(m->out, "0x1008 = 4104\n");
	expect(m, "::eval 'echo a; echo b'", RC_OK, "a\nb\n", "");
	expect(m, "::quit; ::echo never", RC_OK, "", "");
	assert_true(m->s.quit);
}

static void test_grammar_errors(void **state)
{
	struct mock *m = *state;

	expect(m, "::consumr", RC_USAGE, "",
	       "mdbish: unknown command \"consumr\"; did you mean \"consume\"?\n");
	expect(m, "consumr 1", RC_USAGE, "",
	       "mdbish: unknown command \"consumr\"; did you mean \"consume\"?\n");
	expect(m, "info thread", RC_USAGE, "",
	       "mdbish: unknown command \"info thread\"; did you mean \"info threads\"?\n");
	expect(m, "info", RC_USAGE, "",
	       "mdbish: unknown command \"info\"; did you mean \"info proc\"?\n");
	expect(m, "xyzzyplugh", RC_USAGE, "",
	       "mdbish: unknown command \"xyzzyplugh\"; ::commands lists all\n");
	expect(m, "::produce | xyzzyplugh", RC_USAGE, "",
	       "mdbish: unknown command \"xyzzyplugh\"; ::commands lists all\n");
	expect(m, "::", RC_USAGE, "", "mdbish: the name of a command is missing behind ::\n");
	expect(m, "| ::produce", RC_USAGE, "", "mdbish: a command is missing before the |\n");
	expect(m, "::produce |", RC_USAGE, "", "mdbish: a command is missing behind the |\n");
	expect(m, "::produce | | ::count", RC_USAGE, "",
	       "mdbish: a command is missing behind the |\n");
	expect(m, "::echo 'a", RC_USAGE, "", "mdbish: the quote ' is not closed\n");
	expect(m, "::echo $[1", RC_USAGE, "", "mdbish: a ] is missing behind $[\n");
	expect(m, "10 ) ::produce", RC_USAGE, "", "mdbish: \")\" is not expected here\n");
	expect(m, "10 20::produce", RC_USAGE, "", "mdbish: \"20::produce\" is not expected here\n");
	expect(m, "10::produce", RC_USAGE, "",
	       "mdbish: produce: takes no address before it\nusage: ::produce [-n N]\n");
	expect(m, "::fussy", RC_USAGE, "",
	       "mdbish: fussy: needs an address before it or a pipe\nusage: ADDR::fussy\n");
	expect(m, "::count", RC_USAGE, "",
	       "mdbish: count: stands behind a pipe: COMMAND | ::...\nusage: COMMAND | ::count\n");
	expect(m, "::produce | ::produce", RC_USAGE, "",
	       "mdbish: produce: takes nothing from a pipe\nusage: ::produce [-n N]\n");
	expect(m, "::echo a | ::consume", RC_USAGE, "",
	       "mdbish: consume: needs an address, which the \"text\" rows before it do not "
	       "have\n");
	expect(m, "::wantsv8", RC_UNSUP, "", "mdbish: wantsv8: there is no V8 heap to look into\n");
	/* The first error ends the line, unless the session keeps going. */
	expect(m, "::nope; ::echo a", RC_USAGE, "",
	       "mdbish: unknown command \"nope\"; ::commands lists all\n");
	m->s.keep_going = true;
	expect(m, "::nope 'a;b' \"\\\"; ::echo c\"; ::echo d", RC_USAGE, "d\n",
	       "mdbish: unknown command \"nope\"; ::commands lists all\n");
	expect(m, "::echo 'a; ::echo b", RC_USAGE, "", "mdbish: the quote ' is not closed\n");
	expect(m, "::fussy; ::echo a", RC_USAGE, "a\n",
	       "mdbish: fussy: needs an address before it or a pipe\nusage: ADDR::fussy\n");
}

static void test_recursion(void **state)
{
	struct mock *m = *state;
	struct str line = STR_INIT;

	/* eval of eval of eval ... */
	for (int i = 0; i < 20; i++)
		str_puts(&line, "eval ");
	str_puts(&line, "echo deep");
	assert_int_equal(mock_line(m, str_text(&line)), RC_LIMIT);
	assert_string_equal(m->out, "");
	assert_non_null(strstr(m->err, "nested too deeply"));
	str_free(&line);
}

static void test_shell(void **state)
{
	struct mock *m = *state;

	m->s.no_shell = true;
	expect(m, "! echo hi", RC_USAGE, "", "mdbish: shell commands are switched off\n");
	expect(m, "::produce ! cat", RC_USAGE, "", "mdbish: shell commands are switched off\n");
	assert_int_equal(seen.produced, 0);
	m->s.no_shell = false;
	/* A reader that leaves early is no error, and stops the producer. */
	assert_int_equal(mock_line(m, "::produce -n 1000000 ! true"), RC_OS);
	assert_string_equal(m->err, "");
	assert_false(m->s.failed);
	assert_false(m->s.closed);
	assert_true(seen.produced < 1000000);
}

static void test_completion(void **state)
{
	struct mock *m = *state;
	static const struct {
		const char *line;
		size_t start;
		const char *first, *second;
	} cases[] = {
		{"::cons", 0, "::consume", NULL},
		{"0x10::cons", 0, "0x10::consume", NULL},
		{"::produce | ::cou", 12, "::count", NULL},
		{"produce|cou", 8, "count", NULL},
		{"::walk f", 7, "five", "from"},
		{"::consume --l", 10, "--limit", NULL},
		{"::consume ap", 10, "apple", "apricot"},
		{"::consume -t pe", 13, "pear", NULL},
		{"info thr", 5, "threads", NULL},
		{"::help wal", 7, "walk", "walkers"},
		{"::zzz", 0, NULL, NULL},
		{"::produce zz", 10, NULL, NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *a = session_complete(&m->s, cases[i].line, cases[i].start, 0);
		char *b = session_complete(&m->s, cases[i].line, cases[i].start, 1);

		if (cases[i].first != NULL) {
			assert_non_null(a);
			assert_string_equal(a, cases[i].first);
		} else {
			assert_null(a);
		}
		if (cases[i].second != NULL) {
			assert_non_null(b);
			assert_string_equal(b, cases[i].second);
		} else {
			assert_null(b);
		}
		free(a);
		free(b);
	}
}

static void test_help(void **state)
{
	struct mock *m = *state;

	expect(m, "help info consumers", RC_OK,
	       "consume - take an address\n\n" USAGE "also:  info consumers, eat\n\noptions:\n"
	       "  -f, --flag                 a flag\n"
	       "  -n, --limit N              a count (default 7)\n"
	       "  -w, --width N              another\n"
	       "  -a, --at ADDR              an address\n"
	       "  -t, --text TEXT            a text\n"
	       "\nrecords (--json):\n  mock: address, count, name\n",
	       "");
	assert_int_equal(mock_line(m, "::consume --help"), RC_OK);
	assert_int_equal(seen.runs, 0);
	assert_non_null(strstr(m->out, "take an address"));
	expect(m, "::help nope", RC_BAD, "",
	       "mdbish: help: unknown command \"nope\"; ::commands lists all\n");
	assert_int_equal(mock_line(m, "::help"), RC_OK);
	assert_int_equal(mock_line(m, "::commands"), RC_OK);
	assert_true(strstr(m->out, "assign") < strstr(m->out, "consume"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_options, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_option_errors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_grammar, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_grammar_errors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_recursion, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_shell, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_completion, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_help, set_up, tear_down),
	};

	signal(SIGPIPE, SIG_IGN); /* as main.c has it */
	return cmocka_run_group_tests_name("cmd_line", tests, NULL, NULL);
}
