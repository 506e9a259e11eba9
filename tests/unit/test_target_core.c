/*
 * test_target_core - opening cores that are built here: good, truncated, damaged, and no cores.
 */
#include "tests/unit/core_builder.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define STACK 0x7ffe00000000u
#define HEAP  0x10000u

static const uint8_t heap_bytes[256] = {1, 2, 3, 4, 5, 6, 7, 8};

/* A stack with one thread's argc, argv, envp and auxv on it. */
struct stack {
	uint64_t words[64];
	char strings[128];
};

static void fill_stack(struct stack *s, const uint64_t *auxv, size_t nauxv)
{
	const addr_t strings = STACK + offsetof(struct stack, strings);
	const uint64_t head[] = {3, strings, strings + 5, strings + 8, 0, /* envp */ strings + 16,
				 0};

	memset(s, 0, sizeof *s);
	memcpy(s->strings, "node\0-e\0process\0HOME=/\0", 23);
	memcpy(s->words, head, sizeof head);
	memcpy(s->words + 7, auxv, nauxv * 16);
}

static const uint64_t auxv[] = {
	AT_PAGESZ, 4096, AT_RANDOM, STACK + 500, AT_EXECFN, STACK + 512, AT_NULL, 0,
};

static uint64_t regs[REG_COUNT];

static void good_core(struct core_builder *b, struct stack *s)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SEGV_MAPERR};

	memset(b, 0, sizeof *b);
	info.si_addr = (void *)0x1234;
	for (uint64_t i = 0; i < REG_COUNT; i++)
		regs[i] = 100 + i;
	builder_thread(b, 42, SIGSEGV, regs);
	builder_process(b, 42, "node", "node -e process");
	builder_note(b, "CORE", NT_SIGINFO, &info, sizeof info);
	builder_note(b, "CORE", NT_AUXV, auxv, sizeof auxv);
	builder_note(b, "LINUX", NT_PRSTATUS, "not a thread", 12);
	regs[AMD64_RIP] = 7;
	builder_thread(b, 43, 0, regs);
	fill_stack(s, auxv, 3);
	builder_load(b, STACK, s, sizeof *s, sizeof *s, PF_R | PF_W);
	builder_load(b, HEAP, heap_bytes, sizeof heap_bytes, 4096, PF_R);
}

static void check_good(struct target *t)
{
	uint64_t v;

	assert_int_equal(t->nthreads, 2);
	assert_int_equal(t->threads[0].tid, 42);
	assert_int_equal(t->threads[0].signal, SIGSEGV);
	assert_string_equal(t->threads[0].name, "node");
	assert_null(t->threads[1].name);
	for (uint64_t i = 0; i < REG_COUNT; i++)
		assert_int_equal(t->threads[0].regs[i], 100 + i);
	assert_ptr_equal(target_thread(t, 43), &t->threads[1]);
	assert_int_equal(t->threads[1].regs[AMD64_RIP], 7);
	assert_null(target_thread(t, 44));
	assert_int_equal(t->pid, 42);
	assert_string_equal(t->psargs, "node -e process");
	assert_int_equal(t->signal.number, SIGSEGV);
	assert_int_equal(t->signal.addr, 0x1234);
	assert_int_equal(t->signal.sender, 0);
	assert_string_equal(target_signal_name(t, SIGSEGV), "SIGSEGV");
	assert_string_equal(target_signal_name(t, 77), "signal 77");
	assert_int_equal(target_auxv(t, AT_PAGESZ, 1), 4096);
	assert_int_equal(target_auxv(t, AT_ENTRY, 99), 99);
	assert_int_equal(t->narguments, 3);
	assert_string_equal(t->arguments[0], "node");
	assert_string_equal(t->arguments[2], "process");
	assert_true(t->complete);
	assert_int_equal(t->missing, 0);
	assert_int_equal(t->nmappings, 2);
	assert_int_equal(mem_u64(&t->mem, HEAP, &v), RC_OK);
	assert_int_equal(v, 0x0807060504030201);
	assert_int_equal(mem_u64(&t->mem, HEAP + 252, &v), RC_NOTSAVED);
	assert_int_equal(mem_u64(&t->mem, HEAP + 4096, &v), RC_FAULT);
	assert_true(target_mapping(t, STACK)->saved);
	assert_false(target_mapping(t, HEAP)->saved);
	assert_int_equal(target_mapping(t, HEAP + 4095)->prot, PF_R);
	assert_null(target_mapping(t, HEAP + 4096));
}

static void a_good_core(void **state)
{
	struct arena errors = ARENA_INIT;
	struct core_builder b;
	const char *message;
	struct stack s;

	(void)state;
	for (int shape = 0; shape < 4; shape++) {
		good_core(&b, &s);
		b.xnum = shape & 1;
		b.notes_last = shape & 2;
		struct target *t = open_built(&b, NULL, &errors, &message);
		assert_non_null(t);
		check_good(t);
		target_close(t);
	}
	arena_free(&errors);
}

/* What may be asked of any target that opens, however damaged. */
static void look_around(struct target *t)
{
	uint8_t buf[300];
	uint64_t v;

	for (size_t i = 0; i < t->nmappings; i++) {
		const struct mapping *m = &t->mappings[i];

		assert_true(m->start < m->end);
		assert_true(i == 0 || t->mappings[i - 1].end <= m->start);
		assert_ptr_equal(target_mapping(t, m->start), m);
		mem_peek(&t->mem, m->start, buf, sizeof buf);
	}
	for (size_t i = 0; i < t->nthreads; i++)
		if (mem_u64(&t->mem, t->threads[i].regs[AMD64_RSP], &v) == RC_OK)
			assert_non_null(mem_segment(&t->mem, t->threads[i].regs[AMD64_RSP]));
}

static void truncated_anywhere(void **state)
{
	struct arena errors = ARENA_INIT;
	struct core_builder b;
	struct str bytes = STR_INIT;
	const char *message;
	struct stack s;
	size_t opened = 0;

	(void)state;
	good_core(&b, &s);
	core_bytes(&b, &bytes);
	for (size_t len = 0; len < bytes.n; len++) {
		struct target *t = open_bytes(bytes.s, len, NULL, &errors, &message);

		if (t == NULL) {
			assert_true(strlen(message) > 20);
			assert_true(len < sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr));
			continue;
		}
		assert_false(t->complete);
		assert_int_equal(t->missing > 0, 1);
		if (len >= sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr))
			assert_int_equal(t->missing, bytes.n - len);
		assert_true(t->nwarnings != 0);
		look_around(t);
		target_close(t);
		opened++;
	}
	assert_true(opened > 1000);
	str_free(&b.notes);
	str_free(&bytes);
	arena_free(&errors);
}

/* Each byte of the headers and notes set to values that break lengths. */
static void damaged_anywhere(void **state)
{
	static const uint8_t values[] = {0x00, 0x7f, 0xff};
	struct arena errors = ARENA_INIT;
	struct core_builder b;
	struct str bytes = STR_INIT;
	const char *message;
	struct stack s;

	(void)state;
	good_core(&b, &s);
	core_bytes(&b, &bytes);
	size_t end = bytes.n - sizeof s - sizeof heap_bytes;
	for (size_t i = 0; i < end; i++) {
		char was = bytes.s[i];

		for (size_t k = 0; k < sizeof values; k++) {
			bytes.s[i] = (char)values[k];
			struct target *t = open_bytes(bytes.s, bytes.n, NULL, &errors, &message);
			if (t != NULL)
				look_around(t);
			else
				assert_true(strlen(message) > 20);
			target_close(t);
		}
		bytes.s[i] = was;
	}
	str_free(&b.notes);
	str_free(&bytes);
	arena_free(&errors);
}

static void overlapping_loads(void **state)
{
	static const uint8_t ones[64] = {1, 1, 1, 1}, twos[64] = {2, 2, 2, 2};
	struct arena errors = ARENA_INIT;
	struct core_builder b = {0};
	const char *message;
	uint8_t v;

	(void)state;
	builder_note(&b, "CORE", NT_PRSTATUS, ones, sizeof ones); /* too short */
	builder_load(&b, 0x1000, ones, sizeof ones, 0x3000, PF_R);
	builder_load(&b, 0x1002, twos, sizeof twos, sizeof twos, PF_R | PF_W);
	builder_load(&b, 0x2000, twos, 0, 0, PF_R);
	builder_load(&b, UINT64_MAX - 16, twos, sizeof twos, 4096, PF_R);
	builder_load(&b, 0x8000, ones, sizeof ones, 1, PF_R);
	struct target *t = open_built(&b, NULL, &errors, &message);
	assert_non_null(t);
	look_around(t);
	assert_int_equal(mem_u8(&t->mem, 0x1000, &v), RC_OK);
	assert_int_equal(v, 1);
	assert_int_equal(mem_u8(&t->mem, 0x1002, &v), RC_OK);
	assert_int_equal(v, 2);
	assert_int_equal(mem_u8(&t->mem, 0x2000, &v), RC_NOTSAVED);
	assert_int_equal(mem_u8(&t->mem, UINT64_MAX - 16, &v), RC_OK);
	assert_int_equal(v, 2);
	assert_int_equal(mem_u8(&t->mem, 0x8003, &v), RC_OK);
	assert_int_equal(t->nthreads, 0);
	assert_true(t->nwarnings >= 1);
	assert_non_null(strstr(t->warnings[0], "NT_PRSTATUS"));
	target_close(t);
	arena_free(&errors);
}

static void files_and_loads_make_mappings(void **state)
{
	const struct builder_file files[] = {
		{0x5000, 0x6000, 7, "/nowhere/data"},      {0x2000, 0x4000, 2, "/nowhere/data"},
		{0x2400, 0x2800, 1, "/nowhere/inside"},    {0x3000, 0x4800, 9, "/nowhere/other"},
		{0x9000, 0x8000, 9, "/nowhere/backwards"},
	};
	struct arena errors = ARENA_INIT;
	struct core_builder b = {0};
	const char *message;

	(void)state;
	builder_files(&b, files, 5);
	builder_load(&b, 0x1000, NULL, 0, 0x2000, PF_R);
	builder_load(&b, 0x5800, NULL, 0, 0x1000, PF_X);
	struct target *t = open_built(&b, NULL, &errors, &message);
	assert_non_null(t);
	look_around(t);
	static const struct {
		addr_t start, end;
		uint64_t offset;
		const char *path;
		uint8_t prot;
	} want[] = {
		{0x1000, 0x2000, 0, NULL, PF_R},
		{0x2000, 0x3000, 0x2000, "/nowhere/data", PF_R},
		{0x3000, 0x4000, 0x3000, "/nowhere/data", 0},
		{0x4000, 0x4800, 0xa000, "/nowhere/other", 0},
		{0x5000, 0x5800, 0x7000, "/nowhere/data", 0},
		{0x5800, 0x6000, 0x7800, "/nowhere/data", PF_X},
		{0x6000, 0x6800, 0, NULL, PF_X},
	};
	assert_int_equal(t->nmappings, sizeof want / sizeof *want);
	for (size_t i = 0; i < t->nmappings; i++) {
		const struct mapping *m = &t->mappings[i];

		assert_int_equal(m->start, want[i].start);
		assert_int_equal(m->end, want[i].end);
		assert_int_equal(m->offset, want[i].offset);
		assert_int_equal(m->prot, want[i].prot);
		assert_int_equal(m->path == NULL, want[i].path == NULL);
		if (m->path != NULL)
			assert_string_equal(m->path, want[i].path);
	}
	assert_ptr_equal(t->mappings[1].path, t->mappings[5].path);
	target_close(t);
	arena_free(&errors);
}

/* gdb knows only the first argument of a process that it did not start. */
static void arguments_in_a_core_by_gdb(void **state)
{
	struct arena errors = ARENA_INIT;
	const char *message;

	(void)state;
	for (int shape = 0; shape < 3; shape++) {
		static const char *const psargs[] = {"node", "nod", "node -e processes"};
		struct core_builder b;
		struct stack s;

		good_core(&b, &s);
		str_clear(&b.notes);
		builder_process(&b, 1, "node", psargs[shape]);
		builder_note(&b, "CORE", NT_AUXV, auxv, sizeof auxv);
		struct target *t = open_built(&b, NULL, &errors, &message);
		assert_non_null(t);
		assert_int_equal(t->narguments, shape == 0 ? 3 : 0);
		target_close(t);
	}
	arena_free(&errors);
}

/* argv only where it is certain. */
static void arguments_in_doubt(void **state)
{
	struct arena errors = ARENA_INIT;
	struct core_builder b;
	const char *message;
	struct stack s;

	(void)state;
	for (int doubt = 0; doubt < 5; doubt++) {
		good_core(&b, &s);
		if (doubt == 1) { /* a title was written over them, which is what the kernel saw */
			memcpy(s.strings, "my very long title", 19);
			str_clear(&b.notes);
			builder_process(&b, 1, "node", "my very long title");
			builder_note(&b, "CORE", NT_AUXV, auxv, sizeof auxv);
		}
		if (doubt == 2) /* argc does not fit */
			s.words[0] = 4;
		if (doubt == 3) /* not what the kernel saw */
			s.strings[0] = 'm';
		if (doubt == 4) /* the auxv is not there */
			s.words[7]++;
		struct target *t = open_built(&b, NULL, &errors, &message);
		assert_non_null(t);
		assert_int_equal(t->arguments != NULL, doubt == 0);
		assert_int_equal(t->narguments, doubt == 0 ? 3 : 0);
		target_close(t);
	}
	arena_free(&errors);
}

static void expect_refused(const char *path, const char *part)
{
	struct arena errors = ARENA_INIT;
	const char *message = NULL;

	assert_null(target_open_core(path, NULL, &errors, &message));
	assert_non_null(message);
	if (strstr(message, part) == NULL || strstr(message, path) == NULL ||
	    strchr(message, '\n') != NULL)
		fail_msg("%s: '%s' does not say '%s'", path, message, part);
	arena_free(&errors);
}

static void expect_bytes_refused(const char *dir, const void *bytes, size_t len, const char *part)
{
	char path[128];

	snprintf(path, sizeof path, "%s/file", dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	expect_refused(path, part);
	assert_int_equal(unlink(path), 0);
}

static void no_cores(void **state)
{
	char dir[] = "/tmp/test_target_core.XXXXXX", fifo[64];
	Elf64_Ehdr eh = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_AARCH64,
		.e_phentsize = sizeof(Elf64_Phdr),
	};

	(void)state;
	assert_non_null(mkdtemp(dir));
	expect_refused(dir, "a directory");
	expect_refused("/dev/null", "a character device");
	expect_refused("/nowhere/at/all", "No such file");
	expect_refused("4242", "pid");
	expect_refused("/proc/self/exe", "-x");
	snprintf(fifo, sizeof fifo, "%s/fifo", dir);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	expect_refused(fifo, "a pipe");
	assert_int_equal(unlink(fifo), 0);
	expect_bytes_refused(dir, "", 0, "is empty");
	expect_bytes_refused(dir, "hello\n", 6, "a text file");
	expect_bytes_refused(dir, "\1\2\3\4\5\6\7", 7, "not an ELF");
	expect_bytes_refused(dir, "\x28\xb5\x2f\xfd....", 8, "zstd -d");
	expect_bytes_refused(dir, "\x1f\x8b......", 8, "gunzip");
	expect_bytes_refused(dir,
			     "\xfd"
			     "7zXZ\0..",
			     8, "unxz");
	expect_bytes_refused(dir, "\x04\x22\x4d\x18....", 8, "lz4 -d");
	expect_bytes_refused(dir, &eh, 20, "inside its ELF header");
	expect_bytes_refused(dir, &eh, sizeof eh, "AArch64");
	eh.e_ident[EI_CLASS] = ELFCLASS32;
	eh.e_machine = EM_386;
	expect_bytes_refused(dir, &eh, sizeof eh, "32-bit");
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_machine = 0x1234;
	expect_bytes_refused(dir, &eh, sizeof eh, "machine number 4660");
	eh.e_machine = EM_X86_64;
	expect_bytes_refused(dir, &eh, sizeof eh, "without program headers");
	eh.e_phnum = 1;
	eh.e_phentsize = 1;
	expect_bytes_refused(dir, &eh, sizeof eh, "unknown size");
	eh.e_type = ET_REL;
	expect_bytes_refused(dir, &eh, sizeof eh, "object file");
	if (geteuid() != 0) {
		snprintf(fifo, sizeof fifo, "%s/secret", dir);
		close(open(fifo, O_CREAT | O_WRONLY, 0));
		expect_refused(fifo, "cannot be read");
		unlink(fifo);
	}
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_core),
		cmocka_unit_test(truncated_anywhere),
		cmocka_unit_test(damaged_anywhere),
		cmocka_unit_test(overlapping_loads),
		cmocka_unit_test(files_and_loads_make_mappings),
		cmocka_unit_test(arguments_in_a_core_by_gdb),
		cmocka_unit_test(arguments_in_doubt),
		cmocka_unit_test(no_cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
