/*
 * debugfile - symbols that were split off into a file of their own.
 *
 * Where distributions and strip put them (gdb's manual, "Separate Debug Files"):
 *
 *	/usr/lib/debug/.build-id/xx/yyyy.debug      by the build-id xxyyyy
 *	name, .debug/name beside the file, and      by its section .gnu_debuglink: name, and the
 *	/usr/lib/debug/FOLDER/name                  CRC of all bytes of the file named
 *
 * below the sysroot first. A file whose build-id differs is not taken, nor, where there are no ids,
 * one whose CRC differs.
 */
#include "target/private.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEBUG_DIR  "/usr/lib/debug"
#define PATH_BYTES 4096
#define NOTES_MAX  65536

struct searching {
	struct objfile *o;
	struct arena *arena;
	const char *root;
	struct build_id id; /* of the file whose symbols are wanted */
	bool by_crc;        /* no id: the CRC decides */
	uint32_t crc;
};

/* The CRC of .gnu_debuglink: that of zlib and Ethernet. */
static uint32_t crc_of(const uint8_t *bytes, size_t size)
{
	uint32_t table[256], crc = UINT32_MAX;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (0xedb88320u & -(table[i] & 1));
	}
	for (size_t i = 0; i < size; i++)
		crc = table[(crc ^ bytes[i]) & 255] ^ crc >> 8;
	return ~crc;
}

/* Program headers of a debug file speak of what is not in it: sections are asked. */
static bool id_of_sections(const struct elf_image *image, struct build_id *id)
{
	Elf64_Shdr sh;

	for (size_t i = 0; elf_image_shdr(image, i, &sh); i++)
		if (sh.sh_type == SHT_NOTE && sh.sh_size <= NOTES_MAX &&
		    sh.sh_offset <= image->size && sh.sh_size <= image->size - sh.sh_offset &&
		    elf_notes_build_id(image->bytes + sh.sh_offset, sh.sh_size, id))
			return true;
	return false;
}

static bool has_symtab(const struct elf_image *image)
{
	Elf64_Shdr sh;

	for (size_t i = 0; elf_image_shdr(image, i, &sh); i++)
		if (sh.sh_type == SHT_SYMTAB)
			return true;
	return false;
}

static bool is_wanted(const struct searching *s, const uint8_t *bytes, size_t size)
{
	struct build_id id = {0};
	struct elf_image image;

	if (elf_image_init(&image, bytes, size) != NULL || !has_symtab(&image))
		return false;
	if (id_of_sections(&image, &id) && s->id.len != 0)
		return !build_id_differs(&id, &s->id);
	return s->by_crc && crc_of(bytes, size) == s->crc;
}

/* Map the file when it is the one. */
static bool take(struct searching *s, const char *path)
{
	struct objfile *o = s->o;
	uint64_t size;
	mode_t mode;
	int fd;

	if (file_open(path, &fd, &size, &mode) != RC_OK)
		return false;
	void *map = size != 0 ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	close(fd);
	if (map == MAP_FAILED)
		return false;
	if (!is_wanted(s, map, size)) {
		munmap(map, size);
		return false;
	}
	o->debug_path = arena_strdup(s->arena, path);
	o->debug_map = map;
	o->debug_size = size;
	return true;
}

static bool by_id(struct searching *s)
{
	char text[2 * BUILD_ID_MAX + 1], path[PATH_BYTES];

	if (s->id.len < 2)
		return false;
	build_id_text(&s->id, text);
	int len = snprintf(path, sizeof path, "%s" DEBUG_DIR "/.build-id/%.2s/%s.debug", s->root,
			   text, text + 2);
	return len < PATH_BYTES && take(s, path);
}

/* The name in .gnu_debuglink, up to its NUL inside the section; the CRC follows at the next multiple
 * of four. */
static const char *debuglink(const struct elf_image *image, uint32_t *crc)
{
	Elf64_Shdr sh, names;

	if (!elf_image_shdr(image, image->header.e_shstrndx, &names))
		return NULL;
	for (size_t i = 0; elf_image_shdr(image, i, &sh); i++) {
		static const char wanted[] = ".gnu_debuglink";
		uint64_t name = names.sh_offset + sh.sh_name;

		if (sh.sh_type != SHT_PROGBITS || sh.sh_size < 8 || sh.sh_size > PATH_BYTES ||
		    sh.sh_offset > image->size || sh.sh_size > image->size - sh.sh_offset ||
		    name > image->size || image->size - name < sizeof wanted ||
		    memcmp(image->bytes + name, wanted, sizeof wanted) != 0)
			continue;
		const char *s = (const char *)image->bytes + sh.sh_offset;
		size_t len = strnlen(s, sh.sh_size), at = (len + 4) & ~(size_t)3;
		if (len == 0 || at > sh.sh_size - 4 || strchr(s, '/') != NULL)
			return NULL;
		memcpy(crc, s + at, sizeof *crc);
		return s;
	}
	return NULL;
}

static bool by_link(struct searching *s)
{
	const struct objfile *o = s->o;
	static const char *const middle[] = {"", ".debug/"};
	struct elf_image image;
	char path[PATH_BYTES];

	if (o->map == NULL || o->found == NULL ||
	    elf_image_init(&image, o->map, o->map_size) != NULL)
		return false;
	const char *name = debuglink(&image, &s->crc);
	const char *here = strrchr(o->found, '/'), *there = strrchr(o->path, '/');
	if (name == NULL)
		return false;
	s->by_crc = true;
	int folder = here != NULL ? (int)(here + 1 - o->found) : 0;
	for (size_t i = 0; i < sizeof middle / sizeof *middle; i++)
		if (snprintf(path, sizeof path, "%.*s%s%s", folder, o->found, middle[i], name) <
			    PATH_BYTES &&
		    take(s, path))
			return true;
	return there != NULL &&
	       snprintf(path, sizeof path, "%s" DEBUG_DIR "%.*s/%s", s->root,
			(int)(there - o->path), o->path, name) < PATH_BYTES &&
	       take(s, path);
}

void objfile_find_debug(struct objfile *o, const char *sysroot, struct arena *arena)
{
	const char *roots[] = {sysroot != NULL ? sysroot : "", ""};
	struct searching s = {.o = o, .arena = arena};
	struct elf_image image;

	s.id = o->map != NULL ? o->id_file : o->id_target;
	if (o->map != NULL &&
	    (elf_image_init(&image, o->map, o->map_size) != NULL || has_symtab(&image)))
		return;
	for (size_t i = roots[0][0] != '\0' ? 0 : 1; i < 2; i++) {
		s.root = roots[i];
		if (by_id(&s) || by_link(&s))
			return;
	}
}
