/*
 * core_builder - ELF cores made from byte arrays, for tests.
 *
 * Notes and segments are added in any order; core_bytes puts header, program headers, notes and
 * data one behind the other, as the kernel does (without page alignment, so that cores are small).
 */
#ifndef TESTS_CORE_BUILDER_H
#define TESTS_CORE_BUILDER_H

#include "base/str.h"
#include "target/target.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUILDER_LOADS 512

struct core_builder {
	struct str notes;
	struct {
		addr_t vaddr;
		const void *data; /* lent */
		uint64_t filesz, memsz;
		uint32_t flags;
	} loads[BUILDER_LOADS];
	size_t nloads;
	bool xnum; /* put the number of program headers into a section header */
	bool notes_last;
};

static inline void builder_note(struct core_builder *b, const char *name, uint32_t type,
				const void *desc, size_t len)
{
	Elf64_Nhdr nh = {(uint32_t)strlen(name) + 1, (uint32_t)len, type};

	str_write(&b->notes, (const char *)&nh, sizeof nh);
	str_write(&b->notes, name, nh.n_namesz);
	str_pad(&b->notes, 0, -b->notes.n & 3);
	str_write(&b->notes, desc, len);
	str_pad(&b->notes, 0, -b->notes.n & 3);
}

static inline void builder_load(struct core_builder *b, addr_t vaddr, const void *data,
				uint64_t filesz, uint64_t memsz, uint32_t flags)
{
	b->loads[b->nloads].vaddr = vaddr;
	b->loads[b->nloads].data = data;
	b->loads[b->nloads].filesz = filesz;
	b->loads[b->nloads].memsz = memsz;
	b->loads[b->nloads++].flags = flags;
}

/* NT_PRSTATUS of a thread. */
static inline void builder_thread(struct core_builder *b, int tid, int16_t signal,
				  const uint64_t regs[REG_COUNT])
{
	uint8_t desc[336] = {0};

	memcpy(desc + 12, &signal, sizeof signal);
	memcpy(desc + 32, &tid, sizeof tid);
	memcpy(desc + 112, regs, REG_COUNT * sizeof *regs);
	builder_note(b, "CORE", NT_PRSTATUS, desc, sizeof desc);
}

/* NT_PRPSINFO */
static inline void builder_process(struct core_builder *b, int pid, const char *name,
				   const char *args)
{
	char desc[136] = {0};

	memcpy(desc + 24, &pid, sizeof pid);
	strncpy(desc + 40, name, 15);
	strncpy(desc + 56, args, 79);
	builder_note(b, "CORE", NT_PRPSINFO, desc, sizeof desc);
}

struct builder_file {
	uint64_t start, end, page_offset;
	const char *path;
};

/* NT_FILE with pages of 4096 bytes. */
static inline void builder_files(struct core_builder *b, const struct builder_file *files, size_t n)
{
	struct str desc = STR_INIT;
	const uint64_t head[2] = {n, 4096};

	str_write(&desc, (const char *)head, sizeof head);
	for (size_t i = 0; i < n; i++)
		str_write(&desc, (const char *)&files[i], 3 * sizeof(uint64_t));
	for (size_t i = 0; i < n; i++)
		str_write(&desc, files[i].path, strlen(files[i].path) + 1);
	builder_note(b, "CORE", NT_FILE, desc.s, desc.n);
	str_free(&desc);
}

static inline void builder_header(const struct core_builder *b, struct str *out, size_t nphdrs)
{
	Elf64_Ehdr eh = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof eh,
		.e_ehsize = sizeof eh,
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = b->xnum ? PN_XNUM : (uint16_t)nphdrs,
	};

	if (b->xnum) {
		Elf64_Shdr sh = {.sh_info = (uint32_t)nphdrs};

		eh.e_shoff = sizeof eh;
		eh.e_shnum = 1;
		eh.e_shentsize = sizeof sh;
		eh.e_phoff += sizeof sh;
		str_write(out, (const char *)&eh, sizeof eh);
		str_write(out, (const char *)&sh, sizeof sh);
	} else {
		str_write(out, (const char *)&eh, sizeof eh);
	}
}

/* The whole core; the caller frees `out`. */
static inline void core_bytes(const struct core_builder *b, struct str *out)
{
	const size_t nphdrs = b->nloads + 1;
	uint64_t at, data = 0;

	builder_header(b, out, nphdrs);
	at = out->n + nphdrs * sizeof(Elf64_Phdr);
	for (size_t i = 0; i < b->nloads; i++)
		data += b->loads[i].filesz;
	Elf64_Phdr note = {.p_type = PT_NOTE, .p_filesz = b->notes.n};
	note.p_offset = b->notes_last ? at + data : at;
	str_write(out, (const char *)&note, sizeof note);
	if (!b->notes_last)
		at += b->notes.n;
	for (size_t i = 0; i < b->nloads; i++) {
		Elf64_Phdr ph = {
			.p_type = PT_LOAD,
			.p_flags = b->loads[i].flags,
			.p_offset = at,
			.p_vaddr = b->loads[i].vaddr,
			.p_filesz = b->loads[i].filesz,
			.p_memsz = b->loads[i].memsz,
		};

		str_write(out, (const char *)&ph, sizeof ph);
		at += ph.p_filesz;
	}
	if (!b->notes_last)
		str_write(out, b->notes.s, b->notes.n);
	for (size_t i = 0; i < b->nloads; i++)
		str_write(out, b->loads[i].data, b->loads[i].filesz);
	if (b->notes_last)
		str_write(out, b->notes.s, b->notes.n);
}

/* Open bytes as a core through a memfd. */
static inline struct target *open_bytes(const void *bytes, size_t len,
					const struct target_options *options, struct arena *errors,
					const char **message)
{
	int fd = memfd_create("core", MFD_CLOEXEC);
	char path[64];
	struct target *t = NULL;

	*message = "memfd";
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fd >= 0 && write(fd, bytes, len) == (ssize_t)len)
		t = target_open_core(path, options, errors, message);
	close(fd);
	return t;
}

/* Build, open, and forget the builder. */
static inline struct target *open_built(struct core_builder *b,
					const struct target_options *options, struct arena *errors,
					const char **message)
{
	struct str out = STR_INIT;

	core_bytes(b, &out);
	struct target *t = open_bytes(out.s, out.n, options, errors, message);
	str_free(&out);
	str_free(&b->notes);
	return t;
}

#endif
