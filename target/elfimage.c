/*
 * elfimage - ELF headers, program headers and notes, read with every bound checked.
 */
#include "target/elfimage.h"

#include <string.h>

#define PAGE_MASK 4095u

const char *elf_image_init(struct elf_image *image, const uint8_t *bytes, size_t size)
{
	Elf64_Ehdr *eh = &image->header;

	*image = (struct elf_image){.bytes = bytes, .size = size};
	if (size < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return "is not an ELF file";
	if (size < sizeof *eh)
		return "ends inside its ELF header";
	memcpy(eh, bytes, sizeof *eh);
	if (eh->e_ident[EI_CLASS] != ELFCLASS64)
		return "is not a 64-bit ELF file";
	if (eh->e_ident[EI_DATA] != ELFDATA2LSB || eh->e_machine != EM_X86_64)
		return "is for another architecture";
	image->promised = eh->e_phnum;
	if (eh->e_phnum == PN_XNUM) {
		/* Too many for 16 bits: the number stands in the first section header. */
		Elf64_Shdr sh;

		if (eh->e_shoff <= size && size - eh->e_shoff >= sizeof sh) {
			memcpy(&sh, bytes + eh->e_shoff, sizeof sh);
			image->promised = sh.sh_info;
		}
	}
	if (image->promised != 0 && eh->e_phentsize != sizeof(Elf64_Phdr))
		return "has program headers of an unknown size";
	if (eh->e_phoff < size) {
		size_t fit = (size - eh->e_phoff) / sizeof(Elf64_Phdr);

		image->nphdrs = image->promised < fit ? image->promised : fit;
	}
	return NULL;
}

bool elf_image_phdr(const struct elf_image *image, size_t i, Elf64_Phdr *ph)
{
	if (i >= image->nphdrs)
		return false;
	memcpy(ph, image->bytes + image->header.e_phoff + i * sizeof *ph, sizeof *ph);
	return true;
}

static bool read_shdr(const struct elf_image *image, size_t i, Elf64_Shdr *sh)
{
	uint64_t at;

	if (image->header.e_shoff == 0 || image->header.e_shentsize != sizeof *sh ||
	    __builtin_add_overflow(image->header.e_shoff, i * sizeof *sh, &at) ||
	    at > image->size || image->size - at < sizeof *sh)
		return false;
	memcpy(sh, image->bytes + at, sizeof *sh);
	return true;
}

bool elf_image_shdr(const struct elf_image *image, size_t i, Elf64_Shdr *sh)
{
	uint64_t n = image->header.e_shnum;

	/* More than fit into 16 bits are counted in the first header. */
	if (n == 0 && read_shdr(image, 0, sh))
		n = sh->sh_size;
	return i < n && i < UINT32_MAX && read_shdr(image, i, sh);
}

bool elf_image_vaddr(const struct elf_image *image, uint64_t offset, addr_t *vaddr)
{
	Elf64_Phdr ph;

	for (size_t i = 0; elf_image_phdr(image, i, &ph); i++) {
		uint64_t from = ph.p_offset & ~(uint64_t)PAGE_MASK;
		uint64_t len = ((ph.p_offset & PAGE_MASK) + ph.p_filesz + PAGE_MASK) &
			       ~(uint64_t)PAGE_MASK;

		if (ph.p_type != PT_LOAD || ph.p_filesz > UINT64_MAX / 2)
			continue;
		if (offset >= from && offset - from < len) {
			*vaddr = ph.p_vaddr + (offset - ph.p_offset);
			return true;
		}
	}
	return false;
}

bool elf_image_hull(const struct elf_image *image, addr_t *start, addr_t *end)
{
	bool any = false;
	Elf64_Phdr ph;

	for (size_t i = 0; elf_image_phdr(image, i, &ph); i++) {
		addr_t to;

		if (ph.p_type != PT_LOAD || __builtin_add_overflow(ph.p_vaddr, ph.p_memsz, &to) ||
		    to > UINT64_MAX - PAGE_MASK)
			continue;
		to = (to + PAGE_MASK) & ~(addr_t)PAGE_MASK;
		if (!any || ph.p_vaddr < *start)
			*start = ph.p_vaddr & ~(addr_t)PAGE_MASK;
		if (!any || to > *end)
			*end = to;
		any = true;
	}
	return any;
}

bool elf_note_next(const uint8_t *notes, size_t len, size_t *at, struct elf_note *note)
{
	Elf64_Nhdr nh;

	if (*at > len || len - *at < sizeof nh)
		return false;
	memcpy(&nh, notes + *at, sizeof nh);
	size_t left = len - *at - sizeof nh;
	size_t name_bytes = ((size_t)nh.n_namesz + 3) & ~(size_t)3;
	size_t desc_bytes = ((size_t)nh.n_descsz + 3) & ~(size_t)3;
	if (name_bytes > left || nh.n_descsz > left - name_bytes)
		return false;
	note->name = (const char *)notes + *at + sizeof nh;
	note->name_len = nh.n_namesz;
	while (note->name_len != 0 && note->name[note->name_len - 1] == 0)
		note->name_len--;
	note->type = nh.n_type;
	note->desc = notes + *at + sizeof nh + name_bytes;
	note->desc_len = nh.n_descsz;
	*at += sizeof nh + name_bytes;
	*at += desc_bytes <= len - *at ? desc_bytes : len - *at;
	return true;
}

bool elf_notes_build_id(const uint8_t *notes, size_t len, struct build_id *id)
{
	struct elf_note note;
	size_t at = 0;

	while (elf_note_next(notes, len, &at, &note)) {
		if (note.type != NT_GNU_BUILD_ID || note.name_len != 3 ||
		    memcmp(note.name, "GNU", 3) != 0 || note.desc_len == 0 ||
		    note.desc_len > BUILD_ID_MAX)
			continue;
		memcpy(id->bytes, note.desc, note.desc_len);
		id->len = note.desc_len;
		return true;
	}
	return false;
}

const char *elf_machine_name(unsigned machine)
{
	static const struct {
		unsigned machine;
		const char *name;
	} names[] = {
		{EM_386, "x86"},          {EM_X86_64, "x86-64"},
		{EM_ARM, "ARM"},          {EM_AARCH64, "AArch64"},
		{EM_RISCV, "RISC-V"},     {EM_PPC, "PowerPC"},
		{EM_PPC64, "PowerPC 64"}, {EM_S390, "S/390"},
		{EM_MIPS, "MIPS"},        {EM_LOONGARCH, "LoongArch"},
		{EM_SPARCV9, "SPARC V9"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].machine == machine)
			return names[i].name;
	return NULL;
}
