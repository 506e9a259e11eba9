/*
 * test_cmd_mock - a session over a target of a few bytes, with commands that do nothing but what a
 * test can count.
 */
#ifndef TEST_CMD_MOCK_H
#define TEST_CMD_MOCK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/core.h"
#include "cmd/session.h"
#include "target/cmds/native.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What the mock commands saw. */
struct seen {
	uint64_t produced, runs, dots[64], count, begins, ends;
	uint64_t width, limit, addr;
	char text[64];
	bool flag;
};
static struct seen seen;

static const struct col mock_cols[] = {{"address", COL_ADDR, 0, NULL},
				       {"count", COL_UINT, 0, NULL},
				       {"name", COL_STR, 0, NULL},
				       COL_END};
static const struct record mock_record = {"mock", LAYOUT_TABLE, mock_cols};
static const struct record *const mock_records[] = {&mock_record, NULL};

struct produce_args {
	uint64_t n;
};
static const struct opt produce_opts[] = {OPT_COUNT('n', "rows", struct produce_args, n, 3, "rows"),
					  OPT_END};

static enum rc produce_run(struct run *r)
{
	const struct produce_args *a = r->args;

	for (uint64_t i = 0; i < a->n; i++) {
		seen.produced++;
		TRY(row(r->sink, &mock_record, A(0x1000 + i * 8), U(i * 1000), S("name")));
	}
	return RC_OK;
}
static const struct command cmd_produce = {.name = "produce",
					   .summary = "rows",
					   .records = mock_records,
					   .args_size = sizeof(struct produce_args),
					   .opts = produce_opts,
					   .run = produce_run};

struct consume_args {
	bool flag;
	uint64_t limit, width, addr;
	const char *text;
};
static const struct opt consume_opts[] = {
	OPT_FLAG('f', "flag", struct consume_args, flag, "a flag"),
	OPT_COUNT('n', "limit", struct consume_args, limit, 7, "a count"),
	OPT_COUNT('w', "width", struct consume_args, width, NOT_GIVEN, "another"),
	OPT_ADDR('a', "at", struct consume_args, addr, NOT_GIVEN, "an address"),
	OPT_STRING('t', "text", struct consume_args, text, "a text"),
	OPT_END};

static enum rc consume_begin(struct run *r)
{
	(void)r;
	seen.begins++;
	return RC_OK;
}
static enum rc consume_run(struct run *r)
{
	const struct consume_args *a = r->args;

	if (seen.runs < 64)
		seen.dots[seen.runs] = r->dot;
	seen.runs++;
	seen.count = r->count;
	seen.flag = a->flag;
	seen.limit = a->limit;
	seen.width = a->width;
	seen.addr = a->addr;
	snprintf(seen.text, sizeof seen.text, "%s", a->text != NULL ? a->text : "(none)");
	return row(r->sink, &mock_record, A(r->dot), U(a->limit), S(a->text));
}
static enum rc consume_end(struct run *r)
{
	(void)r;
	seen.ends++;
	return RC_OK;
}
static const char *const consume_aliases[] = {"info consumers", "eat", NULL};
static const char *consume_complete(const struct session *s, size_t n)
{
	static const char *const words[] = {"apple", "apricot", "pear"};

	(void)s;
	return n < 3 ? words[n] : NULL;
}

static const struct command cmd_consume = {.name = "consume",
					   .summary = "take an address",
					   .aliases = consume_aliases,
					   .in = KIND_ADDR,
					   .records = mock_records,
					   .args_size = sizeof(struct consume_args),
					   .opts = consume_opts,
					   .begin = consume_begin,
					   .run = consume_run,
					   .end = consume_end,
					   .complete = consume_complete};

/* Fails for every address that is a multiple of 16. */
static enum rc fussy_run(struct run *r)
{
	seen.runs++;
	if (r->dot % 16 == 0)
		return r->dot % 32 == 0 ? run_error(r, RC_BAD, r->dot, "a bad one") : RC_NOTSAVED;
	return row(r->sink, &mock_record, A(r->dot), U(1), S("good"));
}
static const struct command cmd_fussy = {.name = "fussy",
					 .summary = "fail now and then",
					 .in = KIND_ADDR,
					 .dot_required = true,
					 .records = mock_records,
					 .run = fussy_run};

static enum rc needy_run(struct run *r)
{
	(void)r;
	return RC_USAGE;
}
static const struct command cmd_needy = {.name = "needy", .summary = "usage", .run = needy_run};
static const struct command cmd_v8 = {
	.name = "wantsv8", .summary = "v8", .needs = NEEDS_V8, .run = needy_run};

static enum rc five_init(struct run *r)
{
	*(uint64_t *)r->state = r->has_dot ? r->dot : 0;
	return RC_OK;
}
static enum rc five_next(struct run *r, uint64_t *value)
{
	uint64_t *i = r->state;

	if (*i % 16 == 5)
		return RC_DONE;
	*value = (*i)++;
	return RC_OK;
}
static const struct walker walk_five = {.name = "five",
					.summary = "up to five",
					.out = KIND_ADDR,
					.state_size = 8,
					.init = five_init,
					.next = five_next};
static const struct walker walk_from = {.name = "from",
					.summary = "from dot to five",
					.in = KIND_ADDR,
					.out = KIND_ADDR,
					.state_size = 8,
					.init = five_init,
					.next = five_next};

static const struct command *const mock_commands[] = {&cmd_produce, &cmd_consume, &cmd_fussy,
						      &cmd_needy,   &cmd_v8,      NULL};
static const struct walker *const mock_walkers[] = {&walk_five, &walk_from, NULL};
static const struct module module_mock = {"mock", mock_commands, mock_walkers};
static const struct module *const mock_modules[] = {&module_core, &module_native, &module_mock,
						    NULL};

struct mock {
	struct session s;
	char *out, *err;
	size_t out_len, err_len;
	volatile sig_atomic_t interrupted;
	uint8_t bytes[64];
	struct thread thread;
};

/* 64 bytes at 0x1000: 0, 1, 2, ... 62, 0; one thread with rip 0x1234 and rsp 0x1008. */
static inline struct mock *mock_open(void)
{
	struct mock *m = calloc(1, sizeof *m);

	seen = (struct seen){0};
	m->s.modules = mock_modules;
	m->s.jobs = 1;
	m->s.out = open_memstream(&m->out, &m->out_len);
	m->s.err = open_memstream(&m->err, &m->err_len);
	m->s.interrupted = &m->interrupted;
	for (size_t i = 0; i < sizeof m->bytes; i++)
		m->bytes[i] = (uint8_t)i;
	m->bytes[63] = 0;
	m->s.target = target_new_empty();
	assert_non_null(m->s.target);
	struct segment seg = {.start = 0x1000, .end = 0x1040, .data = m->bytes, .rank = RANK_CORE};
	assert_int_equal(mem_add(&m->s.target->mem, &seg), RC_OK);
	assert_int_equal(mem_seal(&m->s.target->mem), RC_OK);
	m->thread = (struct thread){.tid = 77};
	m->thread.regs[AMD64_RIP] = 0x1234;
	m->thread.regs[AMD64_RSP] = 0x1008;
	m->s.target->threads = &m->thread;
	m->s.target->nthreads = 1;
	return m;
}

static inline void mock_close(struct mock *m)
{
	fclose(m->s.out);
	fclose(m->s.err);
	free(m->out);
	free(m->err);
	target_close(m->s.target);
	session_free(&m->s);
	free(m);
}

/* Run a line on fresh output. */
static inline enum rc mock_line(struct mock *m, const char *line)
{
	fclose(m->s.out);
	fclose(m->s.err);
	free(m->out);
	free(m->err);
	m->s.out = open_memstream(&m->out, &m->out_len);
	m->s.err = open_memstream(&m->err, &m->err_len);
	seen = (struct seen){0};
	m->s.failed = false;
	enum rc rc = session_line(&m->s, line);
	fflush(m->s.out);
	fflush(m->s.err);
	return rc;
}

/* The line prints exactly `out` and `err`. */
#define expect(m, line, want_rc, want_out, want_err)                 \
	do {                                                         \
		enum rc got_rc_ = mock_line((m), (line));            \
		assert_string_equal((m)->err, (want_err));           \
		assert_string_equal((m)->out, (want_out));           \
		assert_int_equal(got_rc_, (want_rc));                \
		assert_int_equal((m)->s.failed, (want_rc) != RC_OK); \
	} while (0)

/* Fixture of a cmocka test: *state is an open mock. */
static inline int set_up(void **state)
{
	*state = mock_open();
	return 0;
}

static inline int tear_down(void **state)
{
	mock_close(*state);
	return 0;
}

#endif
