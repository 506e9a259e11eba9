/*
 * test_target_objfile - finding files for a core, serving their pages, and their symbols.
 *
 * The file is this very program: its symbols and contents are known from inside.
 */
#include "tests/unit/core_builder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define BASE 0x555500000000u
#define JIT  0x700000000000u

/* Known to the tests by name. */
int32_t objfile_test_number = 0x12345678;
int32_t objfile_test_zero;
int32_t objfile_test_twice(int32_t v);
__attribute__((noinline)) int32_t objfile_test_twice(int32_t v)
{
	return objfile_test_number + objfile_test_zero + 2 * v;
}

/* Symbols inside symbols, and one without a size. */
__asm__(".pushsection .text\n"
	".macro sym name, size\n"
	"\\name: .globl \\name; .type \\name, @function; .size \\name, \\size\n"
	".endm\n"
	"sym objfile_nest_outer, 64\n .skip 16\n"
	"sym objfile_nest_first, 8\n .skip 8\n"
	"sym objfile_nest_second, 8\n .skip 40\n"
	"sym objfile_nest_bare, 0\n .skip 16\n"
	"sym objfile_nest_end, 1\n .skip 1\n"
	".popsection");

/* This program's file, and where its code is in it. */
struct self {
	char path[4096];
	uint8_t *bytes;
	size_t size;
	Elf64_Ehdr eh;
	Elf64_Phdr code; /* the PT_LOAD that may be executed */
	size_t id_at;    /* file offset of the build-id's bytes */
};

static Elf64_Phdr phdr(const struct self *s, size_t i)
{
	Elf64_Phdr ph;

	memcpy(&ph, s->bytes + s->eh.e_phoff + i * sizeof ph, sizeof ph);
	return ph;
}

static int read_self(void **state)
{
	static struct self self;
	struct self *s = &self;
	ssize_t n = readlink("/proc/self/exe", s->path, sizeof s->path - 1);
	int fd = n > 0 ? open(s->path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	s->size = (size_t)st.st_size;
	s->bytes = malloc(s->size);
	ssize_t got = s->bytes != NULL ? read(fd, s->bytes, s->size) : -1;
	close(fd);
	if (s->bytes == NULL || got != (ssize_t)s->size)
		return -1;
	memcpy(&s->eh, s->bytes, sizeof s->eh);
	for (size_t i = 0; i < s->eh.e_phnum; i++) {
		Elf64_Phdr ph = phdr(s, i);

		if (ph.p_type == PT_LOAD && (ph.p_flags & PF_X) != 0)
			s->code = ph;
	}
	const uint8_t *gnu = memmem(s->bytes, 4096, "\x14\0\0\0\3\0\0\0GNU", 12);
	s->id_at = gnu != NULL ? (size_t)(gnu + 12 - s->bytes) : 0;
	*state = s;
	return s->id_at != 0 && s->eh.e_type == ET_DYN ? 0 : -1;
}

static int forget_self(void **state)
{
	struct self *s = *state;

	free(s->bytes);
	return 0;
}

/* A core of this program as the kernel leaves it: of the file's pages only the first one. */
struct self_core {
	struct core_builder b;
	uint8_t first_page[4096];
	struct builder_file files[16];
	size_t nfiles;
	uint64_t auxv[8];
};

static void self_core(const struct self *s, struct self_core *c)
{
	const uint64_t known[] = {
		AT_PHDR, BASE + s->eh.e_phoff, AT_ENTRY, BASE + s->eh.e_entry, AT_NULL, 0};

	memset(c, 0, sizeof *c);
	memcpy(c->auxv, known, sizeof known);
	memcpy(c->first_page, s->bytes, sizeof c->first_page);
	for (size_t i = 0; i < s->eh.e_phnum; i++) {
		Elf64_Phdr ph = phdr(s, i);
		addr_t start = BASE + (ph.p_vaddr & ~4095ul);
		addr_t end = BASE + ((ph.p_vaddr + ph.p_filesz + 4095) & ~4095ul);
		bool first = ph.p_offset == 0;

		if (ph.p_type != PT_LOAD)
			continue;
		c->files[c->nfiles++] =
			(struct builder_file){start, end, ph.p_offset / 4096, s->path};
		builder_load(&c->b, start, c->first_page, first ? 4096 : 0, end - start,
			     ph.p_flags);
	}
	/* V8 maps its builtins again, beside the JIT code. */
	c->files[c->nfiles++] =
		(struct builder_file){JIT, JIT + 4096, s->code.p_offset / 4096, s->path};
	builder_load(&c->b, JIT, NULL, 0, 4096, PF_R | PF_X);
}

static struct target *open_self(struct self_core *c, const struct target_options *options,
				struct arena *errors, const char **message)
{
	builder_note(&c->b, "CORE", NT_AUXV, c->auxv, sizeof c->auxv);
	if (c->nfiles != 0)
		builder_files(&c->b, c->files, c->nfiles);
	return open_built(&c->b, options, errors, message);
}

static bool warned(const struct target *t, const char *part)
{
	for (size_t i = 0; i < t->nwarnings; i++)
		if (strstr(t->warnings[i], part) != NULL)
			return true;
	return false;
}

/* All that is asked of a target whose executable was found. */
static void check_served(const struct self *s, struct target *t)
{
	uint8_t code[16];
	struct objfile *o;
	struct symbol sym;
	uint64_t offset;
	addr_t link;

	assert_non_null(t->exe);
	assert_non_null(t->exe->found);
	assert_null(t->exe->missing);
	assert_false(t->exe->is_exec);
	assert_int_equal(t->exe->bias, BASE);
	assert_int_equal(t->exe->start, BASE);
	assert_int_equal(mem_read(&t->mem, BASE + s->code.p_vaddr, code, sizeof code), RC_OK);
	assert_memory_equal(code, s->bytes + s->code.p_offset, sizeof code);
	assert_int_equal(target_symbol(t, "objfile_test_twice", &o, &sym), RC_OK);
	assert_ptr_equal(o, t->exe);
	assert_ptr_equal(target_objfile_at(t, sym.addr, &link), t->exe);
	assert_int_equal(link, sym.addr - BASE);
	assert_int_equal(mem_read(&t->mem, sym.addr, code, sizeof code), RC_OK);
	assert_memory_equal(code, (const void *)(uintptr_t)objfile_test_twice, sizeof code);
	addr_t addr = sym.addr + 3;
	assert_int_equal(target_symbol_at(t, addr, &o, &sym, &offset), RC_OK);
	assert_string_equal(sym.name, "objfile_test_twice");
	assert_int_equal(offset, 3);
	/* What is written at run time is not taken from the file. */
	assert_int_equal(target_symbol(t, "objfile_test_number", &o, &sym), RC_OK);
	assert_int_equal(mem_read(&t->mem, sym.addr, code, 4), RC_NOTSAVED);
	assert_null(target_objfile_at(t, 0x1000, NULL));
}

static void check_second_mapping(const struct self *s, struct target *t)
{
	uint8_t code[16];
	addr_t link;

	assert_int_equal(mem_read(&t->mem, JIT + 64, code, sizeof code), RC_OK);
	assert_memory_equal(code, s->bytes + s->code.p_offset + 64, sizeof code);
	assert_ptr_equal(target_objfile_at(t, JIT + 64, &link), t->exe);
	assert_int_equal(link, s->code.p_vaddr + 64);
}

static void found_by_its_path(void **state)
{
	const struct self *s = *state;
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	self_core(s, &c);
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_string_equal(t->exe_path, s->path);
	assert_string_equal(t->exe->found, s->path);
	assert_int_equal(t->exe->id_target.len, 20);
	assert_int_equal(t->exe->id_file.len, 20);
	assert_false(objfile_mismatched(t->exe));
	check_served(s, t);
	check_second_mapping(s, t);
	target_close(t);
	arena_free(&errors);
}

/* Once relocated, some of what the file holds writable is made read-only: still not the file's. */
static void relocated_pages_are_not_served(void **state)
{
	const struct self *s = *state;
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	self_core(s, &c);
	for (size_t i = 0; i < c.b.nloads; i++)
		c.b.loads[i].flags &= ~(uint32_t)PF_W;
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	check_served(s, t);
	target_close(t);
	arena_free(&errors);
}

static void writable_mappings_are_not_served(void **state)
{
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;
	uint8_t v;

	self_core(*state, &c);
	c.b.loads[c.b.nloads - 1].flags |= PF_W;
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	check_served(*state, t);
	assert_int_equal(mem_u8(&t->mem, JIT + 64, &v), RC_NOTSAVED);
	target_close(t);
	arena_free(&errors);
}

/* A library is where most of its mappings agree, wherever else it was read. */
static void a_library_that_is_also_data(void **state)
{
	const struct self *s = *state;
	const addr_t data[] = {0x1000000, 0x7f0000000000};
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	self_core(s, &c);
	c.auxv[0] = c.auxv[2] = AT_IGNORE;
	for (size_t i = 0; i < 2; i++) {
		addr_t end = data[i] + ((s->size + 4095) & ~4095ul);

		c.files[c.nfiles++] = (struct builder_file){data[i], end, 0, s->path};
		builder_load(&c.b, data[i], s->bytes, 4096, end - data[i], PF_R);
	}
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_null(t->exe);
	assert_true(warned(t, "not named by the core"));
	assert_int_equal(t->nobjfiles, 1);
	assert_int_equal(t->objfiles[0].bias, BASE);
	assert_int_equal(t->objfiles[0].start, BASE);
	target_close(t);
	arena_free(&errors);
}

/* The kernel says so when a file was replaced since. */
static void found_though_deleted(void **state)
{
	const struct self *s = *state;
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;
	char path[5000];

	self_core(s, &c);
	snprintf(path, sizeof path, "%s (deleted)", s->path);
	for (size_t i = 0; i < c.nfiles; i++)
		c.files[i].path = path;
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_string_equal(t->exe_path, path);
	check_served(s, t);
	target_close(t);
	arena_free(&errors);
}

static void another_build_is_not_used(void **state)
{
	const struct self *s = *state;
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;
	uint64_t v;

	self_core(s, &c);
	memset(c.first_page + s->id_at, 0xab, 20);
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_null(t->exe->found);
	assert_null(t->exe->map);
	assert_non_null(strstr(t->exe->missing, "another build"));
	assert_true(warned(t, "abababababababab"));
	assert_true(warned(t, "-x FILE"));
	assert_int_equal(mem_u64(&t->mem, BASE + s->code.p_vaddr, &v), RC_NOTSAVED);
	assert_int_equal(t->exe->bias, BASE);
	struct symbol sym;
	assert_int_equal(objfile_symbol(t->exe, "main", &sym), RC_UNSUP);
	target_close(t);
	arena_free(&errors);
}

static void another_build_named_by_the_user_is_used(void **state)
{
	const struct self *s = *state;
	const struct target_options options = {.exe = s->path};
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	self_core(s, &c);
	memset(c.first_page + s->id_at, 0xab, 20);
	struct target *t = open_self(&c, &options, &errors, &message);
	assert_non_null(t);
	assert_true(objfile_mismatched(t->exe));
	assert_true(warned(t, "abababababababab"));
	check_served(s, t);
	target_close(t);
	arena_free(&errors);
}

static void another_build_without_any_id(void **state)
{
	const struct self *s = *state;
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	/* No header was saved; the entry point tells. */
	self_core(s, &c);
	c.b.loads[0].filesz = 0;
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	check_served(s, t);
	target_close(t);
	self_core(s, &c);
	c.b.loads[0].filesz = 0;
	c.auxv[3] += 16;
	t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_null(t->exe->found);
	target_close(t);
	arena_free(&errors);
}

static void not_found(void **state)
{
	const struct self *s = *state;
	const struct target_options wrong = {.exe = "/etc/passwd"}, none = {.exe = "/nowhere/node"};
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	self_core(s, &c);
	for (size_t i = 0; i < c.nfiles; i++)
		c.files[i].path = "/nowhere/node";
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_string_equal(t->exe->missing, "does not exist here");
	assert_true(warned(t, "/nowhere/node does not exist here"));
	assert_true(warned(t, "--sysroot"));
	assert_int_equal(t->exe->id_target.len, 20);
	assert_int_equal(t->exe->start, BASE);
	target_close(t);
	self_core(s, &c);
	assert_null(open_self(&c, &wrong, &errors, &message));
	assert_non_null(strstr(message, "/etc/passwd, given with -x, is not an ELF file"));
	self_core(s, &c);
	assert_null(open_self(&c, &none, &errors, &message));
	assert_non_null(strstr(message, "does not exist"));
	arena_free(&errors);
}

/* DIR/PATH, DIR/NAME, and the host's file only when an id proves it. */
static void sysroot(void **state)
{
	const struct self *s = *state;
	char dir[] = "/tmp/test_target_objfile.XXXXXX", copy[128];
	struct target_options options = {.sysroot = dir};
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	assert_non_null(mkdtemp(dir));
	snprintf(copy, sizeof copy, "%s/prog", dir);
	assert_int_equal(symlink(s->path, copy), 0);
	self_core(s, &c);
	for (size_t i = 0; i < c.nfiles; i++)
		c.files[i].path = "/opt/prog";
	struct target *t = open_self(&c, &options, &errors, &message);
	assert_non_null(t);
	assert_string_equal(t->exe->found, copy);
	check_served(s, t);
	target_close(t);
	assert_int_equal(unlink(copy), 0);
	self_core(s, &c);
	t = open_self(&c, &options, &errors, &message);
	assert_non_null(t);
	assert_string_equal(t->exe->found, s->path);
	target_close(t);
	self_core(s, &c);
	c.b.loads[0].filesz = 0;
	t = open_self(&c, &options, &errors, &message);
	assert_non_null(t);
	assert_null(t->exe->found);
	target_close(t);
	assert_int_equal(rmdir(dir), 0);
	arena_free(&errors);
}

/* Some dumpers write no NT_FILE: the auxv says where the executable was. */
static void without_a_list_of_files(void **state)
{
	const struct self *s = *state;
	const struct target_options options = {.exe = s->path};
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	for (int shape = 0; shape < 2; shape++) {
		self_core(s, &c);
		c.nfiles = 0;
		if (shape == 1)
			c.auxv[0] = AT_IGNORE; /* AT_ENTRY alone */
		struct target *t = open_self(&c, &options, &errors, &message);
		assert_non_null(t);
		check_served(s, t);
		target_close(t);
	}
	arena_free(&errors);
}

static enum rc count_symbols(void *ctx, const struct symbol *sym)
{
	assert_int_equal(strncmp(sym->name, "objfile_test_", 13), 0);
	return ++*(int *)ctx == 100 ? RC_DONE : RC_OK;
}

static enum rc stop(void *ctx, const struct symbol *sym)
{
	(void)ctx, (void)sym;
	return RC_INTR;
}

static void symbols(void **state)
{
	const struct self *s = *state;
	struct arena errors = ARENA_INIT;
	struct self_core c;
	struct symbol sym;
	const char *message;
	uint64_t offset;
	int32_t v;
	int n = 0;

	self_core(s, &c);
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_int_equal(objfile_symbol(t->exe, "objfile_test_number", &sym), RC_OK);
	assert_int_equal(sym.type, STT_OBJECT);
	assert_int_equal(sym.size, 4);
	assert_int_equal(objfile_symbol(t->exe, "objfile_test_numbe", &sym), RC_FAULT);
	assert_int_equal(objfile_symbol(t->exe, "", &sym), RC_FAULT);
	assert_int_equal(objfile_int(t->exe, "objfile_test_number", &v), RC_OK);
	assert_int_equal(v, 0x12345678);
	assert_int_equal(objfile_int(t->exe, "objfile_test_zero", &v), RC_OK);
	assert_int_equal(v, 0);
	assert_int_equal(objfile_read(t->exe, 0x7fffffff0000, &v, 4), RC_FAULT);
	assert_int_equal(objfile_each_symbol(t->exe, "objfile_test_", count_symbols, &n), RC_OK);
	assert_int_equal(n, 3);
	assert_int_equal(objfile_each_symbol(t->exe, "objfile_test_", stop, NULL), RC_INTR);
	assert_int_equal(objfile_symbol_at(t->exe, BASE + s->eh.e_entry, &sym, &offset), RC_OK);
	assert_string_equal(sym.name, "_start");
	assert_int_equal(objfile_symbol_at(t->exe, BASE, &sym, &offset), RC_FAULT);
	target_close(t);
	arena_free(&errors);
}

static void symbols_inside_symbols(void **state)
{
	static const struct {
		uint64_t at;
		const char *name;
		uint64_t offset;
	} want[] = {
		{0, "objfile_nest_outer", 0},   {16, "objfile_nest_first", 0},
		{23, "objfile_nest_first", 7},  {24, "objfile_nest_second", 0},
		{32, "objfile_nest_outer", 32}, {63, "objfile_nest_outer", 63},
		{64, "objfile_nest_bare", 0},   {79, "objfile_nest_bare", 15},
		{80, "objfile_nest_end", 0},
	};
	struct arena errors = ARENA_INIT;
	struct symbol outer, sym;
	struct self_core c;
	const char *message;
	uint64_t offset;

	self_core(*state, &c);
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_int_equal(objfile_symbol(t->exe, "objfile_nest_outer", &outer), RC_OK);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		assert_int_equal(objfile_symbol_at(t->exe, outer.addr + want[i].at, &sym, &offset),
				 RC_OK);
		assert_string_equal(sym.name, want[i].name);
		assert_int_equal(offset, want[i].offset);
	}
	target_close(t);
	arena_free(&errors);
}

/* Each function of this program is found at each of its bytes, and by its name. */
static enum rc check_symbol(void *ctx, const struct symbol *sym)
{
	struct objfile *o = ctx;
	struct symbol again;
	uint64_t offset;

	if (sym->type != STT_FUNC || sym->size == 0)
		return RC_OK;
	for (uint64_t i = 0; i < sym->size; i += sym->size - 1 != 0 ? sym->size - 1 : 1) {
		assert_int_equal(objfile_symbol_at(o, sym->addr + i, &again, &offset), RC_OK);
		assert_int_equal(again.addr + offset, sym->addr + i);
		assert_true(offset < again.size);
	}
	assert_int_equal(objfile_symbol(o, sym->name, &again), RC_OK);
	assert_string_equal(again.name, sym->name);
	return RC_OK;
}

static void all_symbols(void **state)
{
	const struct self *s = *state;
	struct arena errors = ARENA_INIT;
	struct self_core c;
	const char *message;

	self_core(s, &c);
	struct target *t = open_self(&c, NULL, &errors, &message);
	assert_non_null(t);
	assert_int_equal(objfile_each_symbol(t->exe, "", check_symbol, t->exe), RC_OK);
	target_close(t);
	arena_free(&errors);
}

/* Section headers and symbols of the file set to values that break lengths. */
static void damaged_files(void **state)
{
	const struct self *s = *state;
	char path[] = "/tmp/test_target_objfile.XXXXXX";
	const struct target_options options = {.exe = path};
	struct arena errors = ARENA_INIT;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, s->bytes, s->size), s->size);
	size_t headers = s->eh.e_shnum * sizeof(Elf64_Shdr);
	for (size_t i = 0; i < 64 + headers; i += 3) {
		off_t at = (off_t)(i < 64 ? i : s->eh.e_shoff + i - 64);
		const uint8_t bad = 0xff;
		struct self_core c;
		struct symbol sym;
		const char *message;
		uint64_t offset;

		assert_int_equal(pwrite(fd, &bad, 1, at), 1);
		self_core(s, &c);
		struct target *t = open_self(&c, &options, &errors, &message);
		if (t != NULL) {
			enum rc rc = objfile_symbol(t->exe, "main", &sym);

			assert_true(rc == RC_OK || rc == RC_FAULT);
			rc = objfile_symbol_at(t->exe, BASE + s->eh.e_entry, &sym, &offset);
			assert_true(rc == RC_OK || rc == RC_FAULT);
			target_close(t);
		}
		assert_int_equal(pwrite(fd, s->bytes + at, 1, at), 1);
	}
	close(fd);
	assert_int_equal(unlink(path), 0);
	arena_free(&errors);
}

static void names(void **state)
{
	char *name = symbol_demangle("_ZN4node5AbortERKi");

	(void)state;
	assert_string_equal(name, "node::Abort(int const&)");
	free(name);
	assert_null(symbol_demangle("main"));
	assert_null(symbol_demangle("_Zgarbage"));
	assert_null(symbol_demangle(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_its_path),
		cmocka_unit_test(relocated_pages_are_not_served),
		cmocka_unit_test(writable_mappings_are_not_served),
		cmocka_unit_test(a_library_that_is_also_data),
		cmocka_unit_test(found_though_deleted),
		cmocka_unit_test(another_build_is_not_used),
		cmocka_unit_test(another_build_named_by_the_user_is_used),
		cmocka_unit_test(another_build_without_any_id),
		cmocka_unit_test(not_found),
		cmocka_unit_test(sysroot),
		cmocka_unit_test(without_a_list_of_files),
		cmocka_unit_test(symbols),
		cmocka_unit_test(symbols_inside_symbols),
		cmocka_unit_test(all_symbols),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(names),
	};

	return objfile_test_twice(0) != 0x12345678 ||
	       cmocka_run_group_tests(tests, read_self, forget_self);
}
