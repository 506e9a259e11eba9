/*
 * test_target_unwind - stacks made by hand, and this program's own stack through a core of itself.
 */
#include "target/unwind.h"

#include "tests/unit/core_builder.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>

#include <cmocka.h>

#define STACK 0x7fff00000000u
#define CODE  0x400000u

/* A chain of frames: frame i has its frame pointer at word 2 * i, and returns to CODE + 16 * i. */
struct chain {
	struct target *t;
	struct thread th;
	uint64_t *words;
	size_t n;
};

static void make_chain(struct chain *c, size_t n)
{
	*c = (struct chain){.t = target_new_empty(), .n = n};
	assert_non_null(c->t);
	c->words = calloc(2 * n, sizeof *c->words);
	assert_non_null(c->words);
	for (size_t i = 0; i + 1 < n; i++) {
		c->words[2 * i] = STACK + 16 * (i + 1);
		c->words[2 * i + 1] = CODE + 16 * (i + 1);
	}
	c->th.tid = 1;
	c->th.regs[AMD64_RIP] = CODE;
	c->th.regs[AMD64_RSP] = STACK - 8;
	c->th.regs[AMD64_RBP] = STACK;
}

static void seal_chain(struct chain *c, segment_read *read, void *ctx)
{
	struct segment s = {.start = STACK, .end = STACK + 16 * c->n, .rank = RANK_CORE};

	if (read == NULL)
		s.data = (const uint8_t *)c->words;
	s.read = read;
	s.ctx = ctx;
	assert_int_equal(mem_add(&c->t->mem, &s), RC_OK);
	assert_int_equal(mem_seal(&c->t->mem), RC_OK);
}

static void free_chain(struct chain *c)
{
	target_close(c->t);
	free(c->words);
}

struct seen {
	size_t n;
	size_t stop_at; /* RC_DONE at this frame; 0: never */
	enum rc stop_rc;
	addr_t last_sp;
};

static enum rc see(void *ctx, const struct native_frame *f)
{
	struct seen *s = ctx;

	assert_int_equal(f->pc, CODE + 16 * s->n);
	assert_int_equal(f->is_call, s->n != 0);
	assert_true(s->n == 0 || f->sp > s->last_sp);
	s->last_sp = f->sp;
	s->n++;
	return s->n == s->stop_at ? s->stop_rc : RC_OK;
}

static void a_chain_of_frames(void **state)
{
	struct chain c;
	struct seen s = {0};

	(void)state;
	make_chain(&c, 10);
	seal_chain(&c, NULL, NULL);
	assert_int_equal(target_unwind(c.t, &c.th, 100, see, &s), RC_OK);
	assert_int_equal(s.n, 10);
	s = (struct seen){0};
	assert_int_equal(target_unwind(c.t, &c.th, 10, see, &s), RC_OK);
	assert_int_equal(s.n, 10);
	s = (struct seen){0};
	assert_int_equal(target_unwind(c.t, &c.th, 9, see, &s), RC_LIMIT);
	assert_int_equal(s.n, 9);
	s = (struct seen){0};
	assert_int_equal(target_unwind(c.t, &c.th, 0, see, &s), RC_LIMIT);
	assert_int_equal(s.n, 0);
	s = (struct seen){.stop_at = 3, .stop_rc = RC_DONE};
	assert_int_equal(target_unwind(c.t, &c.th, 100, see, &s), RC_OK);
	assert_int_equal(s.n, 3);
	s = (struct seen){.stop_at = 3, .stop_rc = RC_INTR};
	assert_int_equal(target_unwind(c.t, &c.th, 100, see, &s), RC_INTR);
	assert_int_equal(s.n, 3);
	free_chain(&c);
}

static void corrupt_chains(void **state)
{
	/* Frame 4's saved frame pointer, and what that gives. */
	static const struct {
		uint64_t fp;
		enum rc rc;
		size_t frames;
	} cases[] = {
		{STACK + 16 * 4, RC_BAD, 6},       /* to itself */
		{STACK, RC_BAD, 6},                /* back */
		{STACK + 16 * 5 + 4, RC_BAD, 6},   /* crooked */
		{0x1234560, RC_FAULT, 6},          /* below the stack */
		{UINT64_MAX - 15, RC_FAULT, 6},    /* nowhere */
		{STACK + 16 * 10, RC_FAULT, 6},    /* just beyond */
		{STACK + 16 * 20, RC_NOTSAVED, 6}, /* not saved */
		{0, RC_OK, 6},                     /* the outermost one */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct segment hole = {.start = STACK + 16 * 15, .end = STACK + 16 * 30};
		struct chain c;
		struct seen s = {0};

		make_chain(&c, 10);
		c.words[8] = cases[i].fp;
		assert_int_equal(mem_add(&c.t->mem, &hole), RC_OK);
		seal_chain(&c, NULL, NULL);
		enum rc rc = target_unwind(c.t, &c.th, 100, see, &s);
		if (rc != cases[i].rc || s.n != cases[i].frames)
			fail_msg("case %zu: %s, %zu frames", i, rc_name(rc), s.n);
		free_chain(&c);
	}
}

struct failing {
	const struct chain *c;
	unsigned calls, fail_at;
};

static enum rc read_failing(void *ctx, addr_t addr, void *buf, size_t len)
{
	struct failing *f = ctx;

	if (++f->calls >= f->fail_at)
		return RC_OS;
	memcpy(buf, (const uint8_t *)f->c->words + (addr - STACK), len);
	return RC_OK;
}

/* Memory fails from the n-th read on: the frames before are given, and the rc says why. */
static void each_read_may_fail(void **state)
{
	struct failing f = {.fail_at = 1};
	struct chain c;
	size_t before = 0;

	(void)state;
	make_chain(&c, 20);
	f.c = &c;
	seal_chain(&c, read_failing, &f);
	for (;; f.fail_at++) {
		struct seen s = {0};

		f.calls = 0;
		enum rc rc = target_unwind(c.t, &c.th, 100, see, &s);
		assert_true(s.n >= before && s.n >= 1);
		before = s.n;
		if (rc == RC_OK)
			break;
		assert_int_equal(rc, RC_OS);
		assert_true(f.fail_at < 1000);
	}
	assert_int_equal(before, 20);
	assert_true(f.fail_at > 20);
	free_chain(&c);
}

static void many_frames(void **state)
{
	struct timespec begin, end;
	double ms[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		size_t n = i == 0 ? 100000 : 400000;
		struct chain c;
		struct seen s = {0};

		make_chain(&c, n);
		seal_chain(&c, NULL, NULL);
		clock_gettime(CLOCK_MONOTONIC, &begin);
		assert_int_equal(target_unwind(c.t, &c.th, n, see, &s), RC_OK);
		clock_gettime(CLOCK_MONOTONIC, &end);
		assert_int_equal(s.n, n);
		ms[i] = (double)(end.tv_sec - begin.tv_sec) * 1e3 +
			(double)(end.tv_nsec - begin.tv_nsec) / 1e6;
		free_chain(&c);
	}
	/* Four times the frames: not sixteen times the time. */
	if (ms[1] > 10 * ms[0] + 50)
		fail_msg("%.1f ms for 100,000 frames, %.1f ms for 400,000", ms[0], ms[1]);
	assert_true(ms[0] < 5000);
}

/* Where the mappings are known, frames must stand in code. */
static void frames_stand_in_code(void **state)
{
	struct mapping maps[] = {
		{.start = CODE, .end = CODE + 16 * 6, .prot = PF_R | PF_X},
		{.start = STACK, .end = STACK + 4096, .prot = PF_R | PF_W},
	};
	struct chain c;
	struct seen s = {0};

	(void)state;
	make_chain(&c, 10);
	c.t->mappings = maps;
	c.t->nmappings = 2;
	seal_chain(&c, NULL, NULL);
	assert_int_equal(target_unwind(c.t, &c.th, 100, see, &s), RC_BAD);
	assert_int_equal(s.n, 7);
	free_chain(&c);
}

static enum rc see_nowhere(void *ctx, const struct native_frame *f)
{
	static const addr_t pcs[] = {0, CODE + 5, CODE + 16, CODE + 32};
	size_t *n = ctx;

	assert_true(*n < 4);
	assert_int_equal(f->pc, pcs[*n]);
	++*n;
	return RC_OK;
}

/* A call to address 0: its caller is found on top of the stack. */
static void a_call_to_nowhere(void **state)
{
	struct mapping maps[] = {{.start = CODE, .end = CODE + 4096, .prot = PF_R | PF_X}};
	const uint64_t top = CODE + 5;
	struct segment s = {.start = STACK - 8, .end = STACK, .data = (const uint8_t *)&top};
	struct chain c;
	size_t n = 0;

	(void)state;
	make_chain(&c, 3);
	c.th.regs[AMD64_RIP] = 0;
	c.t->mappings = maps;
	c.t->nmappings = 1;
	assert_int_equal(mem_add(&c.t->mem, &s), RC_OK);
	seal_chain(&c, NULL, NULL);
	assert_int_equal(target_unwind(c.t, &c.th, 100, see_nowhere, &n), RC_OK);
	assert_int_equal(n, 4);
	free_chain(&c);
}

/* The registers of a context as the kernel orders them in a core. */
static void context_regs(const ucontext_t *uc, uint64_t regs[REG_COUNT])
{
	static const uint8_t order[][2] = {
		{AMD64_R8, REG_R8},   {AMD64_R9, REG_R9},   {AMD64_R10, REG_R10},
		{AMD64_R11, REG_R11}, {AMD64_R12, REG_R12}, {AMD64_R13, REG_R13},
		{AMD64_R14, REG_R14}, {AMD64_R15, REG_R15}, {AMD64_RDI, REG_RDI},
		{AMD64_RSI, REG_RSI}, {AMD64_RBP, REG_RBP}, {AMD64_RBX, REG_RBX},
		{AMD64_RDX, REG_RDX}, {AMD64_RCX, REG_RCX}, {AMD64_RSP, REG_RSP},
		{AMD64_RIP, REG_RIP},
	};

	memset(regs, 0, REG_COUNT * sizeof *regs);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		regs[order[i][0]] = (uint64_t)uc->uc_mcontext.gregs[order[i][1]];
}

/* Bytes of this process, through the kernel: sanitizers need not know. */
static void *copy_memory(int mem, uint64_t start, uint64_t len)
{
	void *copy = malloc(len);

	assert_non_null(copy);
	if (pread(mem, copy, len, (off_t)start) != (ssize_t)len)
		memset(copy, 0, len);
	return copy;
}

/* A core of this process: stacks and other anonymous memory as it is, of files only the list. */
static struct target *open_own_core(const uint64_t regs[REG_COUNT], struct arena *errors)
{
	static struct core_builder b;
	static struct builder_file files[BUILDER_LOADS];
	static char line[8192], paths[BUILDER_LOADS][512];
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	const char *message;
	size_t n = 0;

	assert_non_null(maps);
	assert_true(mem >= 0);
	memset(&b, 0, sizeof b);
	while (fgets(line, sizeof line, maps) != NULL && b.nloads < BUILDER_LOADS) {
		uint64_t start, end, offset;
		char prot[8], path[512] = "";

		assert_true(sscanf(line, "%lx-%lx %7s %lx %*s %*s %511s", &start, &end, prot,
				   &offset, path) >= 4);
		bool saved = (prot[1] == 'w' || strcmp(path, "[vdso]") == 0) && prot[0] == 'r';
		if (end - start > 64u << 20) /* the shadow memory of sanitizers */
			continue;
		void *bytes = saved ? copy_memory(mem, start, end - start) : NULL;
		builder_load(&b, start, bytes, saved ? end - start : 0, end - start,
			     (prot[0] == 'r' ? PF_R : 0) | (prot[1] == 'w' ? PF_W : 0) |
				     (prot[2] == 'x' ? PF_X : 0));
		if (path[0] != '/')
			continue;
		strcpy(paths[n], path);
		files[n] = (struct builder_file){start, end, offset / 4096, paths[n]};
		n++;
	}
	fclose(maps);
	close(mem);
	builder_thread(&b, 1, 0, regs);
	builder_files(&b, files, n);
	struct target *t = open_built(&b, NULL, errors, &message);
	for (size_t i = 0; i < b.nloads; i++)
		free((void *)(uintptr_t)b.loads[i].data);
	return t;
}

struct names {
	struct target *t;
	char text[4096];
	size_t n;
};

static enum rc see_name(void *ctx, const struct native_frame *f)
{
	struct names *s = ctx;
	struct objfile *o;
	struct symbol sym;
	uint64_t offset;
	size_t used = strlen(s->text);

	s->n++;
	if (target_symbol_at(s->t, f->pc - f->is_call, &o, &sym, &offset) == RC_OK)
		snprintf(s->text + used, sizeof s->text - used, " %s ", sym.name);
	return RC_OK;
}

struct own {
	enum rc rc;
	struct names names;
};

int unwind_test_inner(struct own *own);
int unwind_test_outer(struct own *own);
void *unwind_test_thread(void *own);

__attribute__((noinline, noclone)) int unwind_test_inner(struct own *own)
{
	struct arena errors = ARENA_INIT;
	uint64_t regs[REG_COUNT];
	ucontext_t uc;

	getcontext(&uc);
	context_regs(&uc, regs);
	struct target *t = open_own_core(regs, &errors);
	if (t != NULL) {
		own->names.t = t;
		own->rc = target_unwind(t, &t->threads[0], 1000, see_name, &own->names);
	}
	target_close(t);
	arena_free(&errors);
	return (int)own->names.n;
}

__attribute__((noinline, noclone)) int unwind_test_outer(struct own *own)
{
	/* Something on the stack, and after the call something to do. */
	volatile char room[300];

	memset((char *)room, 1, sizeof room);
	return unwind_test_inner(own) + room[7];
}

void *unwind_test_thread(void *own)
{
	return unwind_test_outer(own) != 0 ? own : NULL;
}

/* By call frame information alone: this program keeps no frame pointers. */
static void this_very_stack(void **state)
{
	static struct own own;

	(void)state;
	assert_true(unwind_test_outer(&own) > 3);
	assert_int_equal(own.rc, RC_OK);
	const char *inner = strstr(own.names.text, " unwind_test_inner ");
	const char *outer = strstr(own.names.text, " unwind_test_outer ");
	const char *main_at = strstr(own.names.text, " main ");
	const char *start = strstr(own.names.text, " _start ");
	assert_true(inner != NULL && outer > inner && main_at > outer && start > main_at);
}

static void the_stack_of_a_thread(void **state)
{
	static struct own own;
	pthread_t thread;
	void *result;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, unwind_test_thread, &own), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, &own);
	assert_int_equal(own.rc, RC_OK);
	assert_non_null(strstr(own.names.text, " unwind_test_thread "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_of_frames),    cmocka_unit_test(corrupt_chains),
		cmocka_unit_test(each_read_may_fail),   cmocka_unit_test(many_frames),
		cmocka_unit_test(frames_stand_in_code), cmocka_unit_test(a_call_to_nowhere),
		cmocka_unit_test(this_very_stack),      cmocka_unit_test(the_stack_of_a_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
