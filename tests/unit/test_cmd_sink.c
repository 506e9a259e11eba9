/*
 * test_cmd_sink - rows as text and as JSON, to the byte; pipes.
 */
#include "cmd/sink.h"
#include "tests/unit/test_cmd_mock.h"

static const struct col all_cols[] = {
	{"uint", COL_UINT, 0, NULL},
	{"int", COL_INT, 0, NULL},
	{"size", COL_SIZE, 0, NULL},
	{"addr", COL_ADDR, 0, NULL},
	{"value", COL_JSVAL, COL_LEFT, NULL},
	{"thread", COL_THREAD, 0, NULL},
	{"only_json", COL_STR, COL_JSON_ONLY, NULL},
	{"only_text", COL_STR, COL_TEXT_ONLY, NULL},
	{"list", COL_STRS, 0, NULL},
	{"bool", COL_BOOL, 0, NULL},
	{"double", COL_DOUBLE, 0, NULL},
	{"json", COL_JSON, 0, "RAW"},
	COL_END,
};
static const struct record all = {"all", LAYOUT_TABLE, all_cols};
static const struct record all_fields = {"all", LAYOUT_FIELDS, all_cols};
static const struct record all_lines = {"all", LAYOUT_LINES, all_cols};

struct out {
	FILE *f;
	char *text;
	size_t len;
	struct sink *sink;
};

static void open_out(struct out *o, bool json)
{
	*o = (struct out){0};
	o->f = open_memstream(&o->text, &o->len);
	o->sink = json ? sink_json_new(o->f) : sink_text_new(o->f, false);
}

static void expect_out(struct out *o, const char *text)
{
	assert_int_equal(sink_flush(o->sink), RC_OK);
	sink_free(o->sink);
	fclose(o->f);
	assert_string_equal(o->text, text);
	free(o->text);
}

static enum rc put(struct out *o, const struct record *rec)
{
	static const char *const list[] = {"a", NULL, "c\n"};

	return row(o->sink, rec, U(1234567), I(-5), U(26000000), A(0xbeef), U(0xbeed), U(4242),
		   S("hidden"), S("shown"), SS(list, 3), B(true), D(0.5), S("{\"k\":[1]}"));
}

static enum rc put_nulls(struct out *o, const struct record *rec)
{
	return row(o->sink, rec, NUL, NUL, NUL, NUL, NUL, NUL, S(NULL), NUL, NUL, NUL, NUL, NUL);
}

static void test_json(void **state)
{
	struct out o;
	(void)state;

	open_out(&o, true);
	assert_true(sink_is_json(o.sink) && !sink_is_text(o.sink));
	assert_int_equal(put(&o, &all), RC_OK);
	sink_heading(o.sink, "not in JSON");
	assert_int_equal(put_nulls(&o, &all), RC_OK);
	expect_out(
		&o,
		"{\"type\":\"all\",\"uint\":1234567,\"int\":-5,\"size\":26000000,"
		"\"addr\":\"0xbeef\",\"value\":\"0xbeed\",\"thread\":4242,\"only_json\":\"hidden\","
		"\"list\":[\"a\",null,\"c\\n\"],\"bool\":true,\"double\":0.5,"
		"\"json\":{\"k\":[1]}}\n"
		"{\"type\":\"all\",\"uint\":null,\"int\":null,\"size\":null,\"addr\":null,"
		"\"value\":null,\"thread\":null,\"only_json\":null,\"list\":null,\"bool\":null,"
		"\"double\":null,\"json\":null}\n");
}

static void test_table(void **state)
{
	struct out o;
	(void)state;

	open_out(&o, false);
	assert_int_equal(put(&o, &all), RC_OK);
	assert_int_equal(put_nulls(&o, &all), RC_OK);
	sink_heading(o.sink, "a heading");
	assert_int_equal(put_nulls(&o, &all), RC_OK);
	expect_out(&o,
		   "     UINT  INT      SIZE    ADDR  VALUE   THREAD  ONLY TEXT  LIST       BOOL  "
		   "DOUBLE  RAW\n"
		   "1,234,567   -5  24.8 MiB  0xbeef  0xbeed    4242  shown      a, -, c\\n  yes   "
		   "   0.5  {\"k\":[1]}\n"
		   "        -    -         -       -  -            -  -          -          -     "
		   "     -  -\n"
		   "a heading\n"
		   "UINT  INT  SIZE  ADDR  VALUE  THREAD  ONLY TEXT  LIST  BOOL  DOUBLE  RAW\n"
		   "   -    -     -     -  -           -  -          -     -          -  -\n");
}

static void test_fields_and_lines(void **state)
{
	struct out o;
	(void)state;

	open_out(&o, false);
	assert_int_equal(put(&o, &all_fields), RC_OK);
	assert_int_equal(put(&o, &all_lines), RC_OK);
	expect_out(&o, "uint:      1,234,567\n"
		       "int:       -5\n"
		       "size:      24.8 MiB\n"
		       "addr:      0xbeef\n"
		       "value:     0xbeed\n"
		       "thread:    4242\n"
		       "only_text: shown\n"
		       "list:      a, -, c\\n\n"
		       "bool:      yes\n"
		       "double:    0.5\n"
		       "RAW:       {\"k\":[1]}\n"
		       "1,234,567 -5 24.8 MiB 0xbeef 0xbeed 4242 shown a, -, c\n yes 0.5 "
		       "{\"k\":[1]}\n");
}

/* What a target says must not drive the terminal. */
static void test_escapes(void **state)
{
	static const char text[] =
		"a\033[2J\r\n\t\x7f\xc2\x9b\xff\xe2\x80\xa8\xed\xa0\x80\xc3\xa9\0z";
	struct str out = STR_INIT;
	(void)state;

	text_safe(&out, text, sizeof text - 1, false);
	assert_string_equal(
		str_text(&out),
		"a\\x1b[2J\\r\\n\\t\\x7f\\x9b\\xff\\u2028\\xed\\xa0\\x80\xc3\xa9\\x00z");
	str_clear(&out);
	struct str override = STR_INIT; /* turns the direction of the text around */
	str_put_codepoint(&override, 0x202e);
	text_safe(&out, str_text(&override), override.n, true);
	assert_string_equal(str_text(&out), "\\u202e");
	str_free(&override);
	str_clear(&out);
	text_safe(&out, "a\n\tb\r", 5, true);
	assert_string_equal(str_text(&out), "a\n\tb\\r");
	str_free(&out);
}

/* The header comes with the first rows; wide cells later shift only their own line. */
static void test_streaming(void **state)
{
	static const char head[] = "ADDRESS  COUNT  NAME\n    0x0      1  x\n";
	struct out o;
	(void)state;

	open_out(&o, false);
	for (uint64_t i = 0; i < 300; i++)
		assert_int_equal(row(o.sink, &mock_record, A(i), U(1), S("x")), RC_OK);
	fflush(o.f);
	assert_true(o.len > 256 * 10);
	assert_int_equal(strncmp(o.text, head, strlen(head)), 0);
	assert_int_equal(row(o.sink, &mock_record, A(UINT64_MAX), U(1), S("x")), RC_OK);
	fflush(o.f);
	assert_non_null(strstr(o.text, "\n0xffffffffffffffff      1  x\n"));
	assert_int_equal(sink_flush(o.sink), RC_OK);
	sink_free(o.sink);
	fclose(o.f);
	free(o.text);
}

static void test_closed(void **state)
{
	(void)state;
	FILE *full = fopen("/dev/full", "w");
	struct sink *s = sink_json_new(full);

	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(row(s, &mock_record, A(1), U(1), S("x")), RC_OS);
	assert_int_equal(s->error, 28); /* ENOSPC */
	sink_free(s);
	fclose(full);
}

static void test_pipes(void **state)
{
	struct mock *m = *state;

	expect(m, "::produce -n 2", RC_OK,
	       "ADDRESS  COUNT  NAME\n 0x1000      0  name\n 0x1008  1,000  name\n", "");
	expect(m, "::produce -n 2 | ::consume -n 9", RC_OK,
	       "ADDRESS  COUNT  NAME\n 0x1000      9  -\n 0x1008      9  -\n", "");
	assert_int_equal(seen.runs, 2);
	assert_int_equal(seen.begins, 1);
	assert_int_equal(seen.ends, 1);
	expect(m, "::produce -n 5 | ::count", RC_OK, "5\n", "");
	expect(m, "::produce -n 0 | ::count", RC_OK, "0\n", "");
	expect(m, "::produce -n 5 | ::map '.+1' | ::head -n 2", RC_OK, "0x1001\n0x1009\n", "");
	expect(m, "::produce | ::grep '(.==1008)'", RC_OK,
	       "ADDRESS  COUNT  NAME\n 0x1008  1,000  name\n", "");
	expect(m, "::walk five | ::head -n 3 | ::count", RC_OK, "3\n", "");
	expect(m, "::walk five", RC_OK, "0x0\n0x1\n0x2\n0x3\n0x4\n", "");
	expect(m, "3::walk from", RC_OK, "0x3\n0x4\n", "");
	expect(m, "::walk five | ::walk from | ::count", RC_OK, "15\n", "");
	expect(m, "::walk from", RC_USAGE, "",
	       "mdbish: walk: the walk \"from\" needs an address before it\n"
	       "usage: [ADDR]::walk WALKER [VARIABLE]\n");
	expect(m, "::walk nope", RC_BAD, "",
	       "mdbish: walk: no walker \"nope\"; ::walkers lists them\n");
}

/* RC_DONE from behind stops the producer at once, and is no error. */
static void test_stop(void **state)
{
	struct mock *m = *state;

	assert_int_equal(mock_line(m, "::produce -n 1000000 | ::head -n 3 | ::consume"), RC_OK);
	assert_int_equal(seen.produced, 3);
	assert_int_equal(seen.runs, 3);
	assert_int_equal(seen.ends, 1);
	assert_false(m->s.failed);
	assert_int_equal(mock_line(m, "::produce -n 10 | ::head -n 0"), RC_OK);
	assert_int_equal(seen.produced, 1);
	assert_string_equal(m->out, "");
}

/* One bad value does not end the pipe; the status tells. */
static void test_bad_values(void **state)
{
	struct mock *m = *state;

	expect(m, "::produce -n 6 | ::fussy", RC_BAD,
	       "ADDRESS  COUNT  NAME\n 0x1008      1  good\n 0x1018      1  good\n"
	       " 0x1028      1  good\n",
	       "mdbish: fussy: 0x1000: a bad one\n"
	       "mdbish: fussy: 0x1010: the dump does not hold this memory\n"
	       "mdbish: fussy: 0x1020: a bad one\n");
	assert_int_equal(seen.runs, 6);
	m->s.json = true;
	expect(m, "::produce -n 3 | ::fussy", RC_BAD,
	       "{\"type\":\"error\",\"command\":\"fussy\",\"code\":\"bad\",\"address\":\"0x1000\","
	       "\"message\":\"a bad one\"}\n"
	       "{\"type\":\"mock\",\"address\":\"0x1008\",\"count\":1,\"name\":\"good\"}\n"
	       "{\"type\":\"error\",\"command\":\"fussy\",\"code\":\"notsaved\",\"address\":"
	       "\"0x1010\","
	       "\"message\":\"the dump does not hold this memory\"}\n",
	       "");
	expect(m, "::nope", RC_USAGE,
	       "{\"type\":\"error\",\"command\":null,\"code\":\"usage\",\"address\":null,"
	       "\"message\":\"unknown command \\\"nope\\\"; ::commands lists all\"}\n",
	       "");
	expect(m, "::needy", RC_USAGE,
	       "{\"type\":\"error\",\"command\":\"needy\",\"code\":\"usage\",\"address\":null,"
	       "\"message\":\"this is not how it is used (usage: ::needy)\"}\n",
	       "");
}

static void test_interrupt(void **state)
{
	struct mock *m = *state;

	m->interrupted = 1;
	assert_int_equal(mock_line(m, "::produce -n 1000000 | ::consume"), RC_INTR);
	assert_true(seen.produced < 2);
	assert_int_equal(seen.ends, 1);
	assert_string_equal(m->err, "mdbish: produce: interrupted\n");
	m->interrupted = 0;
	assert_int_equal(mock_line(m, "::produce | ::count"), RC_OK);
}

static void test_native(void **state)
{
	struct mock *m = *state;

	expect(m, "x/4xb 1000", RC_OK, "0x1000:  0x00  0x01  0x02  0x03\n", "");
	expect(m, "x/2gx 1000", RC_OK, "0x1000:  0x0706050403020100  0x0f0e0d0c0b0a0908\n", "");
	expect(m, "1000/X", RC_OK, "0x1000:           0x03020100\n", "");
	expect(m, "1000; /X; =D", RC_OK,
	       "0x1000 = 4096\n0x1000:           0x03020100\n                  4096\n", "");
	expect(m, "1000,2/2B", RC_OK,
	       "0x1000:           0x00  0x01\n0x1002:           0x02  0x03\n", "");
	expect(m, "ff=D", RC_OK, "                  255\n", "");
	expect(m, "1021/s", RC_OK, "0x1021:           \"!\\\"#$%&'()*+,-./0123456789:;<=>\"\n", "");
	expect(m, "x/s 0x103e", RC_OK, "0x103e:  \">\"\n", "");
	expect(m, "9000/X", RC_FAULT, "",
	       "mdbish: format: 0x9000: cannot read 4 bytes: the target has no memory at this "
	       "address\n");
	expect(m, "103c/2J", RC_FAULT, "",
	       "mdbish: format: 0x103c: cannot read 8 bytes: the target has no memory at this "
	       "address\n");
	expect(m, "1038::dump", RC_FAULT,
	       "0x1038:   38 39 3a 3b 3c 3d 3e 00  ?? ?? ?? ?? ?? ?? ?? ??  |89:;<=>.????????|\n",
	       "mdbish: dump: 0x1048: the dump ends: the target has no memory at this "
	       "address\n");
	expect(m, "77::registers rip", RC_OK,
	       "thread 77\nREGISTER   VALUE  DECIMAL  SYMBOL\n"
	       "rip       0x1234     4660  -\n",
	       "");
	expect(m, "78::registers", RC_BAD, "", "mdbish: registers: no thread 78\n");
	expect(m, "thread 3", RC_BAD, "", "mdbish: thread: no such thread; ::threads lists them\n");
	expect(m, "thread apply all info registers rsp", RC_OK,
	       "thread 77\nREGISTER   VALUE  DECIMAL  SYMBOL\nrsp       0x1008     4104  -\n", "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_fields_and_lines),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_streaming),
		cmocka_unit_test(test_closed),
		cmocka_unit_test_setup_teardown(test_pipes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_interrupt, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_native, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("cmd_sink", tests, NULL, NULL);
}
