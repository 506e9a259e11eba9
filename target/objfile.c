/*
 * objfile - opening an ELF file of the target, and reading what its PT_LOADs hold.
 *
 * The file is mapped, so that only what is asked for is read. libelf gets the same bytes, for
 * libdwfl; headers are read by elfimage, which trusts nothing.
 */
#include "target/objfile.h"

#include "target/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum rc file_open(const char *path, int *fd, uint64_t *size, mode_t *mode)
{
	struct stat st;

	*mode = 0;
	if (stat(path, &st) != 0)
		return RC_OS;
	*mode = st.st_mode;
	if (!S_ISREG(st.st_mode))
		return RC_BAD;
	/* Another kind of file may have taken its place since: O_NONBLOCK does not hang on it. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0)
		return RC_OS;
	if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(*fd);
		*mode = st.st_mode;
		return RC_BAD;
	}
	*size = (uint64_t)st.st_size;
	return RC_OK;
}

bool build_id_differs(const struct build_id *a, const struct build_id *b)
{
	if (a->len == 0 || b->len == 0)
		return false;
	return a->len != b->len || memcmp(a->bytes, b->bytes, a->len) != 0;
}

char *build_id_text(const struct build_id *id, char text[2 * BUILD_ID_MAX + 1])
{
	text[0] = '\0';
	for (size_t i = 0; i < id->len; i++)
		sprintf(text + 2 * i, "%02x", id->bytes[i]);
	return text;
}

bool objfile_mismatched(const struct objfile *o)
{
	return build_id_differs(&o->id_target, &o->id_file);
}

static void read_build_id(const struct elf_image *image, struct build_id *id)
{
	Elf64_Phdr ph;

	for (size_t i = 0; elf_image_phdr(image, i, &ph); i++) {
		if (ph.p_type != PT_NOTE || ph.p_offset > image->size ||
		    ph.p_filesz > image->size - ph.p_offset)
			continue;
		if (elf_notes_build_id(image->bytes + ph.p_offset, ph.p_filesz, id))
			return;
	}
}

const char *objfile_load_bytes(struct objfile *o, const uint8_t *bytes, size_t size)
{
	struct elf_image image;
	const char *why = elf_image_init(&image, bytes, size);

	if (why != NULL)
		return why;
	if (image.header.e_type != ET_EXEC && image.header.e_type != ET_DYN)
		return "is neither an executable nor a shared library";
	elf_version(EV_CURRENT);
	/* libelf takes a pointer to char, but does not write to what it was asked to read. */
	o->elf = elf_memory((char *)(uintptr_t)bytes, size);
	if (o->elf == NULL)
		return "cannot be read by libelf";
	o->map = bytes;
	o->map_size = size;
	o->is_exec = image.header.e_type == ET_EXEC;
	o->machine_entry = image.header.e_entry;
	read_build_id(&image, &o->id_file);
	return NULL;
}

const char *objfile_load(struct objfile *o, const char *path)
{
	uint64_t size;
	mode_t mode;
	int fd;
	enum rc rc = file_open(path, &fd, &size, &mode);

	if (rc == RC_OS)
		return errno == ENOENT || errno == ENOTDIR ? "does not exist here"
							   : "cannot be opened";
	if (rc != RC_OK)
		return "is not a regular file";
	if (size == 0) {
		close(fd);
		return "is empty";
	}
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return "cannot be mapped";
	const char *why = objfile_load_bytes(o, map, size);
	if (why != NULL) {
		munmap(map, size);
		return why;
	}
	o->owns_map = true;
	return NULL;
}

void objfile_unload(struct objfile *o)
{
	symtab_free(o->symtab);
	if (o->elf != NULL)
		elf_end(o->elf);
	if (o->owns_map)
		munmap((void *)(uintptr_t)o->map, o->map_size);
	if (o->debug_map != NULL)
		munmap((void *)(uintptr_t)o->debug_map, o->debug_size);
	o->debug_map = NULL;
	o->debug_size = 0;
	o->symtab = NULL;
	o->elf = NULL;
	o->map = NULL;
	o->map_size = 0;
	o->owns_map = false;
}

enum rc objfile_read(const struct objfile *o, addr_t link_addr, void *buf, size_t len)
{
	struct elf_image image;
	Elf64_Phdr ph;

	if (o->map == NULL || elf_image_init(&image, o->map, o->map_size) != NULL)
		return RC_UNSUP;
	for (size_t i = 0; elf_image_phdr(&image, i, &ph); i++) {
		uint64_t from = link_addr - ph.p_vaddr;
		size_t part = 0;

		if (ph.p_type != PT_LOAD || link_addr < ph.p_vaddr || from > ph.p_memsz ||
		    len > ph.p_memsz - from)
			continue;
		if (from < ph.p_filesz)
			part = len < ph.p_filesz - from ? len : ph.p_filesz - from;
		if (part != 0 && (ph.p_offset > o->map_size || from > o->map_size - ph.p_offset ||
				  part > o->map_size - ph.p_offset - from))
			return RC_FAULT;
		if (part != 0)
			memcpy(buf, o->map + ph.p_offset + from, part);
		memset((uint8_t *)buf + part, 0, len - part);
		return RC_OK;
	}
	return RC_FAULT;
}

enum rc objfile_int(struct objfile *o, const char *name, int32_t *v)
{
	struct symbol sym;

	TRY(objfile_symbol(o, name, &sym));
	return objfile_read(o, sym.addr - o->bias, v, sizeof *v);
}

enum rc objfile_tls(const struct objfile *o, uint64_t *size, uint64_t *align)
{
	struct elf_image image;
	Elf64_Phdr ph;

	if (o->map == NULL || elf_image_init(&image, o->map, o->map_size) != NULL)
		return RC_FAULT;
	for (size_t i = 0; elf_image_phdr(&image, i, &ph); i++) {
		if (ph.p_type != PT_TLS)
			continue;
		*size = ph.p_memsz;
		*align = ph.p_align;
		return RC_OK;
	}
	return RC_FAULT;
}
