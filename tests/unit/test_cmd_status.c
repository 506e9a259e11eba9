/*
 * test_cmd_status - how a process ended, told from a stack of a few words.
 */
#include "tests/unit/test_cmd_mock.h"

#include <elf.h>

/* Literals of an "executable" at 0x400000, a stack at 0x7000. */
static const char literals[] =
	"\0Reached heap limit\0Allocation failed - JavaScript heap out of memory\0"
	"Allocation failed - \x01 no text\0";
#define LOCATION 0x400001
#define DETAIL   0x400014
#define BROKEN   0x400046

struct ended {
	struct mock *m;
	uint64_t stack[256];
	struct mapping mappings[1];
};

static int open_stack(void **state)
{
	struct ended *e = calloc(1, sizeof *e);

	assert_non_null(e);
	e->m = mock_open();
	struct target *t = e->m->s.target;
	struct segment text = {.start = 0x400000,
			       .end = 0x400000 + sizeof literals,
			       .data = (const uint8_t *)literals,
			       .rank = RANK_FILE};
	struct segment stack = {.start = 0x7000,
				.end = 0x7000 + sizeof e->stack,
				.data = (const uint8_t *)e->stack,
				.rank = RANK_CORE};
	assert_int_equal(mem_add(&t->mem, &text), RC_OK);
	assert_int_equal(mem_add(&t->mem, &stack), RC_OK);
	assert_int_equal(mem_seal(&t->mem), RC_OK);
	e->mappings[0] = (struct mapping){
		.start = 0x400000, .end = 0x401000, .path = "/bin/node", .prot = PF_R | PF_X};
	t->mappings = e->mappings;
	t->nmappings = 1;
	t->path = "some/where/core.77";
	t->signal.number = SIGABRT;
	t->complete = true;
	e->m->thread.regs[AMD64_RSP] = 0x7000;
	*state = e;
	return 0;
}

static int close_stack(void **state)
{
	struct ended *e = *state;

	mock_close(e->m);
	free(e);
	return 0;
}

static void expect_reason(struct ended *e, const char *reason)
{
	struct str out = STR_INIT;
	bool found = fatal_reason_find(e->m->s.target, &out);

	assert_int_equal(found, reason != NULL);
	assert_string_equal(str_text(&out), reason != NULL ? reason : "");
	str_free(&out);
}

static void test_out_of_memory(void **state)
{
	struct ended *e = *state;

	expect_reason(e, NULL);
	e->stack[40] = BROKEN;
	e->stack[41] = DETAIL + 3; /* the middle of a literal is none */
	expect_reason(e, NULL);
	e->stack[50] = DETAIL;
	expect_reason(e, "FATAL ERROR: Allocation failed - JavaScript heap out of memory");
	e->stack[48] = LOCATION;
	expect_reason(e, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out "
			 "of memory");
	/* Writable memory holds no literals; a process that did not die gave no reason. */
	e->mappings[0].prot |= PF_W;
	expect_reason(e, NULL);
	e->mappings[0].prot = PF_R;
	e->m->s.target->signal.number = 0;
	expect_reason(e, NULL);
}

static void test_failed_check(void **state)
{
	struct ended *e = *state;

	e->stack[10] = 0xdecade10;
	memcpy(&e->stack[11], "\n\n#\n# Fatal error in , line 0\n# Check failed: a < b.\n#\n", 56);
	expect_reason(e, NULL); /* without its end it is none */
	e->stack[11 + 64] = 0xdecade11;
	expect_reason(e, "Fatal error in , line 0   Check failed: a < b.");
	memset(&e->stack[11], '#', 512);
	expect_reason(e, NULL);
}

static void test_banner(void **state)
{
	struct ended *e = *state;

	e->stack[50] = DETAIL;
	expect(e->m, "::status", RC_OK,
	       "mdbish 0.1.0 · core.77 · 1 thread\n"
	       "SIGABRT: FATAL ERROR: Allocation failed - JavaScript heap out of memory\n"
	       "command: not known\n",
	       "");
	e->m->s.target->signal = (struct signal_info){.number = SIGSEGV, .code = 1, .addr = 0x10};
	e->m->s.target->complete = false;
	e->m->s.target->missing = 4096;
	e->stack[50] = 0;
	expect(e->m, "::status", RC_OK,
	       "mdbish 0.1.0 · core.77 · 1 thread\n"
	       "SIGSEGV at 0x10\n"
	       "command: not known\n"
	       "this core is truncated: 4.0 KiB of it are missing\n",
	       "");
	e->m->s.json = true;
	expect(e->m, "::status", RC_OK,
	       "{\"type\":\"status\",\"target\":\"core\",\"path\":\"some/where/"
	       "core.77\",\"pid\":null,"
	       "\"executable\":null,\"arguments\":null,\"node\":null,\"v8\":null,"
	       "\"signal\":{\"number\":11,\"name\":\"SIGSEGV\",\"address\":\"0x10\"},\"threads\":1,"
	       "\"isolates\":null,\"reason\":null,\"complete\":false,\"layout\":null,"
	       "\"layout_by\":null}\n",
	       "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_out_of_memory, open_stack, close_stack),
		cmocka_unit_test_setup_teardown(test_failed_check, open_stack, close_stack),
		cmocka_unit_test_setup_teardown(test_banner, open_stack, close_stack),
	};

	return cmocka_run_group_tests_name("cmd_status", tests, NULL, NULL);
}
