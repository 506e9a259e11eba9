/*
 * target - what is the same for every kind of target: looking things up in what a back end filled.
 */
#include "target/target.h"

#include "base/search.h"
#include "target/private.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const reg_names[REG_COUNT] = {
	[AMD64_R15] = "r15",         [AMD64_R14] = "r14",
	[AMD64_R13] = "r13",         [AMD64_R12] = "r12",
	[AMD64_RBP] = "rbp",         [AMD64_RBX] = "rbx",
	[AMD64_R11] = "r11",         [AMD64_R10] = "r10",
	[AMD64_R9] = "r9",           [AMD64_R8] = "r8",
	[AMD64_RAX] = "rax",         [AMD64_RCX] = "rcx",
	[AMD64_RDX] = "rdx",         [AMD64_RSI] = "rsi",
	[AMD64_RDI] = "rdi",         [AMD64_ORIG_RAX] = "orig_rax",
	[AMD64_RIP] = "rip",         [AMD64_CS] = "cs",
	[AMD64_EFLAGS] = "eflags",   [AMD64_RSP] = "rsp",
	[AMD64_SS] = "ss",           [AMD64_FS_BASE] = "fs_base",
	[AMD64_GS_BASE] = "gs_base", [AMD64_DS] = "ds",
	[AMD64_ES] = "es",           [AMD64_FS] = "fs",
	[AMD64_GS] = "gs",
};

struct target *target_new_empty(void)
{
	struct target *t = calloc(1, sizeof *t);

	if (t != NULL)
		t->complete = true;
	return t;
}

static enum rc read_file(void *ctx, addr_t addr, void *buf, size_t len)
{
	return objfile_read(ctx, addr, buf, len);
}

/* The file's segments at their link-time addresses, .bss as zeros. */
static enum rc serve_file(struct target *t, struct objfile *o)
{
	struct elf_image image;
	Elf64_Phdr ph;

	if (elf_image_init(&image, o->map, o->map_size) != NULL)
		return RC_BAD;
	for (size_t i = 0; elf_image_phdr(&image, i, &ph); i++) {
		struct segment s = {
			.start = ph.p_vaddr, .read = read_file, .ctx = o, .rank = RANK_FILE};

		if (ph.p_type != PT_LOAD || __builtin_add_overflow(ph.p_vaddr, ph.p_memsz, &s.end))
			continue;
		s.prot = (uint8_t)(ph.p_flags & (PF_R | PF_W | PF_X));
		TRY(mem_add(&t->mem, &s));
	}
	return mem_seal(&t->mem);
}

struct target *target_open_file(const char *path, struct arena *errors, const char **message)
{
	struct target *t = target_new_empty();
	struct objfile *o = t != NULL ? arena_alloc(&t->arena, sizeof *o) : NULL;

	*message = "out of memory";
	if (o == NULL || (t->path = arena_strdup(&t->arena, path)) == NULL) {
		target_close(t);
		return NULL;
	}
	t->objfiles = t->exe = o;
	t->nobjfiles = 1;
	o->path = o->found = t->exe_path = t->path;
	o->is_main = true;
	const char *why = objfile_load(o, path);
	o->id_target = o->id_file;
	if (why == NULL && serve_file(t, o) == RC_OK)
		return t;
	if (why == NULL)
		why = "does not fit into memory";
	*message = arena_printf(errors, "%s %s", path, why);
	target_close(t);
	return NULL;
}

void target_close(struct target *t)
{
	if (t == NULL)
		return;
	unwind_free(t);
	for (size_t i = 0; i < t->nobjfiles; i++)
		objfile_unload(&t->objfiles[i]);
	core_close(t);
	mem_free(&t->mem);
	arena_free(&t->arena);
	free(t);
}

void target_warn(struct target *t, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	/* Warnings are few: a new array for each costs nothing that matters. */
	const char **more = arena_array(&t->arena, t->nwarnings + 1, sizeof *more);
	const char *kept = text != NULL ? arena_strdup(&t->arena, text) : NULL;
	free(text);
	if (more == NULL || kept == NULL)
		return;
	if (t->nwarnings != 0)
		memcpy(more, t->warnings, t->nwarnings * sizeof *more);
	more[t->nwarnings++] = kept;
	t->warnings = more;
}

const struct thread *target_thread(const struct target *t, pid_t tid)
{
	for (size_t i = 0; i < t->nthreads; i++)
		if (t->threads[i].tid == tid)
			return &t->threads[i];
	return NULL;
}

const struct mapping *target_mapping(const struct target *t, addr_t addr)
{
	size_t low = first_not(t->nmappings, k, t->mappings[k].end <= addr);

	return low < t->nmappings && t->mappings[low].start <= addr ? &t->mappings[low] : NULL;
}

uint64_t target_auxv(const struct target *t, uint64_t type, uint64_t otherwise)
{
	for (size_t i = 0; i < t->nauxv; i++)
		if (t->auxv[2 * i] == type)
			return t->auxv[2 * i + 1];
	return otherwise;
}

/* A second mapping is translated through the first one that holds the same part of the file, since
 * a stripped copy has other offsets; through the file's own headers when there is none. */
bool objfile_link_address(const struct target *t, const struct objfile *o, const struct mapping *m,
			  addr_t addr, addr_t *link)
{
	uint64_t offset = addr - m->start + m->offset;
	struct elf_image image;

	if (m->start >= o->start && m->start < o->end) {
		*link = addr - o->bias;
		return true;
	}
	for (size_t i = 0; i < t->nmappings; i++) {
		const struct mapping *own = &t->mappings[i];

		if (own->path != m->path || own->start < o->start || own->start >= o->end ||
		    offset < own->offset || offset - own->offset >= own->end - own->start)
			continue;
		*link = own->start + (offset - own->offset) - o->bias;
		return true;
	}
	return o->map != NULL && elf_image_init(&image, o->map, o->map_size) == NULL &&
	       elf_image_vaddr(&image, offset, link);
}

struct objfile *target_objfile_at(const struct target *t, addr_t addr, addr_t *link_addr)
{
	const struct mapping *m = target_mapping(t, addr);
	addr_t link;

	for (size_t i = 0; i < t->nobjfiles; i++) {
		struct objfile *o = &t->objfiles[i];

		if (addr < o->start || addr >= o->end)
			continue;
		/* Between the parts of one library another file may be mapped. */
		if (m != NULL && m->path != NULL && m->path != o->mapped_path)
			continue;
		if (link_addr != NULL)
			*link_addr = addr - o->bias;
		return o;
	}
	if (m == NULL || m->path == NULL)
		return NULL;
	for (size_t i = 0; i < t->nobjfiles; i++) {
		struct objfile *o = &t->objfiles[i];

		if (o->mapped_path != m->path || !objfile_link_address(t, o, m, addr, &link))
			continue;
		if (link_addr != NULL)
			*link_addr = link;
		return o;
	}
	return NULL;
}

enum rc target_symbol(struct target *t, const char *name, struct objfile **o, struct symbol *sym)
{
	if (t->exe != NULL) {
		enum rc rc = objfile_symbol(t->exe, name, sym);

		if (rc == RC_OK)
			*o = t->exe;
		if (rc == RC_OK || rc == RC_NOMEM)
			return rc;
	}
	for (size_t i = 0; i < t->nobjfiles; i++) {
		enum rc rc = &t->objfiles[i] != t->exe ? objfile_symbol(&t->objfiles[i], name, sym)
						       : RC_FAULT;

		if (rc == RC_OK)
			*o = &t->objfiles[i];
		if (rc == RC_OK || rc == RC_NOMEM)
			return rc;
	}
	return RC_FAULT;
}

enum rc target_symbol_at(struct target *t, addr_t addr, struct objfile **o, struct symbol *sym,
			 uint64_t *offset)
{
	addr_t link;
	struct objfile *at = target_objfile_at(t, addr, &link);

	if (at == NULL)
		return RC_FAULT;
	*o = at;
	return objfile_symbol_at(at, link + at->bias, sym, offset);
}

const char *target_signal_name(struct target *t, int number)
{
	const char *abbrev = sigabbrev_np(number);
	const char *name = abbrev != NULL ? arena_printf(&t->arena, "SIG%s", abbrev)
					  : arena_printf(&t->arena, "signal %d", number);

	return name != NULL ? name : "signal";
}
