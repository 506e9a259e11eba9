/*
 * fuzz_core - a libFuzzer target: any bytes, opened as a core and looked at from all sides.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined ... -o fuzz_core
 *	./fuzz_core --write-seeds=DIR        a few small cores to start from
 *	./fuzz_core DIR
 */
#include "target/unwind.h"
#include "tests/unit/core_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

#define STACK 0x7ffe00000000u
#define BASE  0x555500000000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static enum rc look_at_frame(void *ctx, const struct native_frame *f)
{
	struct target *t = ctx;
	struct objfile *o;
	struct symbol sym;
	uint64_t offset;

	if (target_symbol_at(t, f->pc - f->is_call, &o, &sym, &offset) == RC_OK)
		free(symbol_demangle(sym.name));
	return RC_OK;
}

static void look_at_memory(struct target *t)
{
	uint8_t buf[256];
	char text[64];

	for (size_t i = 0; i < t->nmappings; i++) {
		const struct mapping *m = &t->mappings[i];
		addr_t link;
		struct objfile *o = target_objfile_at(t, m->start, &link);

		if (target_mapping(t, m->start) != m)
			abort();
		if (o != NULL && objfile_read(o, link, buf, sizeof buf) == RC_NOMEM)
			abort();
		size_t n = mem_peek(&t->mem, m->start, buf, sizeof buf);
		if (n != 0 && mem_read(&t->mem, m->start, buf, n) != RC_OK)
			abort();
		if (mem_cstr(&t->mem, m->end - 8, text, sizeof text) == RC_NOMEM)
			abort();
	}
}

static void look_at(struct target *t)
{
	struct objfile *o;
	struct symbol sym;

	look_at_memory(t);
	if (target_symbol(t, "clock_gettime", &o, &sym) == RC_NOMEM)
		abort();
	for (size_t i = 0; i < t->nthreads && i < 16; i++)
		if (target_unwind(t, &t->threads[i], 64, look_at_frame, t) == RC_NOMEM)
			abort();
	for (size_t i = 0; i < t->narguments; i++)
		if (strlen(t->arguments[i]) > 1u << 20)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena errors = ARENA_INIT;
	const char *message = NULL;
	struct target *t = open_bytes(data, size, NULL, &errors, &message);

	if (t != NULL)
		look_at(t);
	else if (message == NULL)
		abort();
	target_close(t);
	arena_free(&errors);
	return 0;
}

static void write_seed(const char *dir, const char *name, const struct core_builder *b)
{
	struct str bytes = STR_INIT;
	char path[4096];

	core_bytes(b, &bytes);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	if (f == NULL || fwrite(bytes.s, 1, bytes.n, f) != bytes.n || fclose(f) != 0) {
		fprintf(stderr, "%s cannot be written\n", path);
		exit(1);
	}
	str_free(&bytes);
}

/* A thread in the vdso, so that call frame information from the core itself is used. */
static void write_seeds(const char *dir)
{
	static uint64_t stack[128], regs[REG_COUNT];
	static struct core_builder b;
	const addr_t vdso = getauxval(AT_SYSINFO_EHDR);
	const uint64_t auxv[] = {AT_SYSINFO_EHDR, vdso,      AT_RANDOM, STACK + 512,
				 AT_PHDR,         BASE + 64, AT_NULL,   0};
	const struct builder_file files[] = {
		{BASE, BASE + 4096, 0, "/proc/self/exe"},
		{BASE + 4096, BASE + 8192, 1, "/proc/self/exe"},
		{0x10000, 0x20000, 0, "/nowhere/library.so"},
	};

	for (size_t i = 0; i + 2 < 64; i += 2) {
		stack[i] = STACK + 8 * (i + 2);
		stack[i + 1] = vdso + 0x800 + 16 * i;
	}
	regs[AMD64_RSP] = STACK;
	regs[AMD64_RBP] = STACK;
	for (uint64_t pc = 0x600; pc < 0x1600; pc += 0x80) {
		regs[AMD64_RIP] = vdso + pc;
		builder_thread(&b, (int)pc, 6, regs);
	}
	builder_load(&b, STACK, stack, sizeof stack, sizeof stack, PF_R | PF_W);
	builder_load(&b, vdso, (const void *)vdso, 8192, 8192, PF_R | PF_X);
	builder_note(&b, "CORE", NT_AUXV, auxv, sizeof auxv);
	write_seed(dir, "vdso", &b);
	builder_process(&b, 1, "node", "node x.js");
	builder_files(&b, files, 3);
	builder_load(&b, BASE, stack, 0, 4096, PF_R);
	b.xnum = true;
	write_seed(dir, "files", &b);
	b.nloads = 1;
	write_seed(dir, "small", &b);
	str_free(&b.notes);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char option[] = "--write-seeds=";

	if (*argc > 1 && strncmp((*argv)[1], option, sizeof option - 1) == 0) {
		write_seeds((*argv)[1] + sizeof option - 1);
		exit(0);
	}
	return 0;
}
