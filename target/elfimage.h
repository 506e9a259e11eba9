/*
 * elfimage - ELF64 x86-64 headers in a range of bytes: a file that is mapped here, or the first
 * pages of one that a core has saved. Every access is checked against the range; nothing is
 * assumed to be aligned.
 */
#ifndef TARGET_ELFIMAGE_H
#define TARGET_ELFIMAGE_H

#include "target/objfile.h"

#include <elf.h>

struct elf_image {
	const uint8_t *bytes;
	size_t size;
	Elf64_Ehdr header;
	uint64_t promised; /* program headers that the ELF header speaks of */
	size_t nphdrs;     /* those that lie inside the range */
};

struct elf_note {
	const char *name; /* not terminated */
	size_t name_len;  /* without trailing NULs */
	uint32_t type;
	const uint8_t *desc;
	size_t desc_len;
};

/* Read the ELF header. NULL when it is one of ELF64 for x86-64, else why not, a sentence part
 * ("is not an ELF file"). */
const char *elf_image_init(struct elf_image *image, const uint8_t *bytes, size_t size);

/* The i-th program header; false when i >= image->nphdrs. */
bool elf_image_phdr(const struct elf_image *image, size_t i, Elf64_Phdr *ph);

/* The i-th section header; false when there is none. */
bool elf_image_shdr(const struct elf_image *image, size_t i, Elf64_Shdr *sh);

/* The link-time address of a file offset; false when no PT_LOAD holds it. PT_LOADs are taken to
 * reach to page borders, as they do when they are mapped. */
bool elf_image_vaddr(const struct elf_image *image, uint64_t offset, addr_t *vaddr);

/* The lowest and highest link-time address of the PT_LOADs, at page borders; false without any. */
bool elf_image_hull(const struct elf_image *image, addr_t *start, addr_t *end);

/* The next note of a PT_NOTE segment; `*at` starts at 0. False at the end or where a note does not
 * fit. */
bool elf_note_next(const uint8_t *notes, size_t len, size_t *at, struct elf_note *note);

/* The GNU build-id among notes: true when there is one. */
bool elf_notes_build_id(const uint8_t *notes, size_t len, struct build_id *id);

/* "x86-64", "AArch64", ..., or NULL. */
const char *elf_machine_name(unsigned machine);

#endif
