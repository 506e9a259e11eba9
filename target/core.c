/*
 * core - open an ELF core file as a target.
 *
 * The file is mapped and only its headers and notes are touched; memory is served from the mapping
 * when it is asked for. A core that ends too early keeps all that it has. Whatever is not a core
 * for us gets one sentence that says what it is and what to do instead.
 */
#include "base/str.h"
#include "target/private.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A long run of zeros that the file system keeps no blocks for. Touching it through the mapping
 * would make the kernel fill the page cache with zeros, so it is served from nowhere instead. */
struct file_hole {
	uint64_t start, end; /* offsets into the file */
};

#define HOLE_BYTES_MIN (256 * 1024)
#define HOLES_MAX      100000

struct core_file {
	uint8_t *map;
	size_t size;
	VEC(struct file_hole) holes; /* ascending */
};

void core_close(struct target *t)
{
	struct core_file *file = t->back_end;

	if (t->live != NULL || file == NULL)
		return;
	munmap(file->map, file->size);
	vec_free(&file->holes);
	t->back_end = NULL;
}

void target_scattered(const struct target *t, bool scattered)
{
	const struct core_file *file = t->back_end;

	if (t->live == NULL && file != NULL)
		(void)!madvise(file->map, file->size, scattered ? MADV_RANDOM : MADV_NORMAL);
}

static const char *kind_of_file(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a pipe";
	if (S_ISCHR(mode))
		return "a character device";
	if (S_ISBLK(mode))
		return "a block device";
	return S_ISSOCK(mode) ? "a socket" : "not a regular file";
}

static bool is_number(const char *s)
{
	size_t len = strspn(s, "0123456789");

	return len != 0 && s[len] == 0;
}

/* The sentence for a file that could not be opened. */
static const char *say_open_failed(struct arena *a, const char *path, enum rc rc, mode_t mode)
{
	int error = errno;

	if (rc == RC_BAD)
		return arena_printf(a, "%s is %s; expected a core file", path, kind_of_file(mode));
	if (error == ENOENT && is_number(path))
		return arena_printf(
			a,
			"%s: no such file; if this is a pid: running processes cannot be "
			"opened yet, write a core with `gcore %s` first",
			path, path);
	if (error == EACCES || error == EPERM)
		return arena_printf(a, "%s cannot be read: %s; ask its owner or use sudo", path,
				    strerror(error));
	return arena_printf(a, "%s cannot be opened: %s; expected a core file", path,
			    strerror(error));
}

static const char *compression(const uint8_t *b, size_t n)
{
	static const struct {
		const char *name;
		uint8_t magic[6];
		size_t len;
	} kinds[] = {
		{"zstd -d", {0x28, 0xb5, 0x2f, 0xfd}, 4},
		{"gunzip", {0x1f, 0x8b}, 2},
		{"unxz", {0xfd, '7', 'z', 'X', 'Z', 0}, 6},
		{"lz4 -d", {0x04, 0x22, 0x4d, 0x18}, 4},
		{"bunzip2", {'B', 'Z', 'h'}, 3},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (n >= kinds[i].len && memcmp(b, kinds[i].magic, kinds[i].len) == 0)
			return kinds[i].name;
	return NULL;
}

static bool is_text(const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n && i < 512; i++)
		if (b[i] < 0x80 && !isprint(b[i]) && !isspace(b[i]))
			return false;
	return n != 0;
}

static const char *say_no_elf(struct arena *a, const char *path, const uint8_t *b, size_t n)
{
	const char *tool = compression(b, n);

	if (tool != NULL)
		return arena_printf(a, "%s is compressed; decompress it first: %s %s", path, tool,
				    path);
	return arena_printf(a,
			    "%s is not an ELF core%s; the core of a running process is written by "
			    "`gcore PID`",
			    path, is_text(b, n) ? " but a text file" : "");
}

/* ELF, but not a core that we read. */
static const char *say_no_core(struct arena *a, const char *path, const struct elf_image *image)
{
	const Elf64_Ehdr *eh = &image->header;

	switch (eh->e_type) {
	case ET_EXEC:
	case ET_DYN:
		return arena_printf(a,
				    "%s is an executable or a shared library, not a core; give the "
				    "core, and this file with -x",
				    path);
	case ET_REL:
		return arena_printf(a, "%s is an object file (.o), not a core", path);
	default:
		return arena_printf(a, "%s is an ELF file of type %u, not a core", path,
				    eh->e_type);
	}
}

/* A core of a machine that we do not read; class and byte order say how to read e_machine. */
static const char *say_machine(struct arena *a, const char *path, const uint8_t *b)
{
	bool big = b[EI_DATA] == ELFDATA2MSB;
	unsigned machine = big ? b[18] << 8 | b[19] : b[19] << 8 | b[18];
	unsigned type = big ? b[16] << 8 | b[17] : b[17] << 8 | b[16];
	const char *name = elf_machine_name(machine);
	const char *what = type == ET_CORE ? "core" : "file";
	const char *bits = b[EI_CLASS] == ELFCLASS32 ? "32-bit" : "64-bit";

	if (name == NULL)
		return arena_printf(a,
				    "%s is a %s ELF %s for machine number %u; only cores of 64-bit "
				    "x86-64 programs can be read",
				    path, bits, what, machine);
	return arena_printf(
		a, "%s is a %s ELF %s for %s; only cores of 64-bit x86-64 programs can be read",
		path, bits, what, name);
}

/* NULL when `image` is the header of a core that we read. */
static const char *check_core(struct arena *a, const char *path, const uint8_t *b, size_t n,
			      struct elf_image *image)
{
	const char *why = elf_image_init(image, b, n);

	if (n < SELFMAG || memcmp(b, ELFMAG, SELFMAG) != 0)
		return say_no_elf(a, path, b, n);
	if (n < sizeof(Elf64_Ehdr))
		return arena_printf(a,
				    "%s ends after %zu bytes, inside its ELF header; copy the core "
				    "again",
				    path, n);
	if (b[EI_CLASS] != ELFCLASS64 || b[EI_DATA] != ELFDATA2LSB ||
	    image->header.e_machine != EM_X86_64)
		return say_machine(a, path, b);
	if (image->header.e_type != ET_CORE)
		return say_no_core(a, path, image);
	if (why != NULL)
		return arena_printf(a, "%s %s; expected an ELF core", path, why);
	if (image->nphdrs == 0)
		return arena_printf(
			a,
			"%s is an ELF core without program headers in its %zu bytes, so "
			"nothing can be read from it; copy it again",
			path, n);
	return NULL;
}

static enum rc read_zeros(void *ctx, addr_t addr, void *buf, size_t len)
{
	(void)ctx;
	(void)addr;
	memset(buf, 0, len);
	return RC_OK;
}

/* The first `have` bytes of a PT_LOAD, split at the holes of the file. */
static enum rc add_saved(struct target *t, const struct elf_image *image, const Elf64_Phdr *ph,
			 uint64_t have)
{
	const struct core_file *file = t->back_end;
	uint64_t at = ph->p_offset, end = ph->p_offset + have;
	struct segment s = {.rank = RANK_CORE, .prot = ph->p_flags & (PF_R | PF_W | PF_X)};

	for (size_t i = 0; i <= file->holes.n && at < end; i++) {
		bool last = i == file->holes.n;
		uint64_t hole =
			last || file->holes.at[i].start > end ? end : file->holes.at[i].start;
		uint64_t next = last || file->holes.at[i].end > end ? end : file->holes.at[i].end;

		if (next <= at)
			continue;
		if (hole > at) {
			s.start = ph->p_vaddr + (at - ph->p_offset);
			s.end = ph->p_vaddr + (hole - ph->p_offset);
			s.data = image->bytes + at;
			s.read = NULL;
			TRY(mem_add(&t->mem, &s));
			at = hole;
		}
		if (next > at) {
			s.start = ph->p_vaddr + (at - ph->p_offset);
			s.end = ph->p_vaddr + (next - ph->p_offset);
			s.data = NULL;
			s.read = read_zeros;
			TRY(mem_add(&t->mem, &s));
			at = next;
		}
	}
	return RC_OK;
}

/* One PT_LOAD: what the file has of it, over a hole as long as it was in memory. */
static enum rc add_load(struct target *t, const struct elf_image *image, const Elf64_Phdr *ph)
{
	uint64_t len = ph->p_memsz > ph->p_filesz ? ph->p_memsz : ph->p_filesz;
	uint64_t have = 0;
	struct segment s = {.start = ph->p_vaddr, .rank = RANK_HOLE};

	s.prot = ph->p_flags & (PF_R | PF_W | PF_X);
	if (len > UINT64_MAX - s.start)
		len = UINT64_MAX - s.start;
	if (ph->p_offset < image->size)
		have = image->size - ph->p_offset;
	if (have > ph->p_filesz)
		have = ph->p_filesz;
	if (have > len)
		have = len;
	if (have < len) {
		s.end = s.start + len;
		TRY(mem_add(&t->mem, &s));
	}
	if (have == 0)
		return RC_OK;
	return add_saved(t, image, ph, have);
}

static enum rc read_headers(struct target *t, const struct elf_image *image,
			    struct core_notes *notes)
{
	uint64_t promised = image->header.e_phoff;
	Elf64_Phdr ph;

	if (__builtin_add_overflow(promised, image->promised * sizeof ph, &promised))
		promised = UINT64_MAX;
	for (size_t i = 0; elf_image_phdr(image, i, &ph); i++) {
		uint64_t end;

		if (ph.p_type != PT_LOAD && ph.p_type != PT_NOTE)
			continue;
		if (__builtin_add_overflow(ph.p_offset, ph.p_filesz, &end))
			end = UINT64_MAX;
		if (ph.p_filesz != 0 && end > promised)
			promised = end;
		if (ph.p_type == PT_LOAD) {
			TRY(add_load(t, image, &ph));
		} else if (ph.p_offset < image->size) {
			size_t have = image->size - ph.p_offset;

			TRY(notes_read(t, image->bytes + ph.p_offset,
				       ph.p_filesz < have ? ph.p_filesz : have, notes));
		}
	}
	t->missing = promised > image->size ? promised - image->size : 0;
	t->complete = t->missing == 0;
	return mem_seal(&t->mem);
}

static void warn_incomplete(struct target *t)
{
	struct str size = STR_INIT;

	if (!t->complete) {
		str_put_size(&size, t->missing);
		target_warn(t,
			    "%s is truncated: %s are missing at its end; what it holds is shown "
			    "(a full disk, or the limit of `ulimit -c`, may be why)",
			    t->path, str_text(&size));
	}
	if (t->nthreads == 0)
		target_warn(t, "%s tells nothing about threads: it has no NT_PRSTATUS notes",
			    t->path);
	str_free(&size);
}

static enum rc fill(struct target *t, const struct elf_image *image,
		    const struct target_options *options, const char **why)
{
	struct core_notes notes = {0};

	TRY(read_headers(t, image, &notes));
	TRY(mappings_build(t, image, &notes));
	warn_incomplete(t);
	TRY(arguments_read(t));
	return objfiles_locate(t, options, why);
}

/* Best effort: a file system without SEEK_HOLE tells of none. */
static void find_holes(int fd, struct core_file *file)
{
	const off_t page = 4096;
	off_t data = 0;

	while (file->holes.n < HOLES_MAX && (size_t)data < file->size) {
		off_t hole = lseek(fd, data, SEEK_HOLE);
		if (hole < 0 || (size_t)hole >= file->size)
			return;
		data = lseek(fd, hole, SEEK_DATA);
		if (data < 0)
			data = (off_t)file->size;
		struct file_hole h = {(uint64_t)((hole + page - 1) & ~(page - 1)),
				      (uint64_t)(data & ~(page - 1))};
		if (h.end > h.start && h.end - h.start >= HOLE_BYTES_MIN &&
		    vec_push(&file->holes, h) != RC_OK)
			return;
	}
}

/* Map the file; the message is NULL when that went well. */
static const char *map_core(struct arena *errors, const char *path, struct core_file *file)
{
	uint64_t size;
	mode_t mode;
	int fd;
	enum rc rc = file_open(path, &fd, &size, &mode);

	if (rc != RC_OK)
		return say_open_failed(errors, path, rc, mode);
	if (size == 0) {
		close(fd);
		return arena_printf(errors, "%s is empty; expected a core file", path);
	}
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	int error = errno;
	file->map = map;
	file->size = size;
	if (map != MAP_FAILED)
		find_holes(fd, file);
	close(fd);
	return map != MAP_FAILED
		       ? NULL
		       : arena_printf(errors, "%s cannot be mapped: %s", path, strerror(error));
}

struct target *target_open_core(const char *path, const struct target_options *options,
				struct arena *errors, const char **message)
{
	struct target *t = target_new_empty();
	struct core_file *file = t != NULL ? arena_alloc(&t->arena, sizeof *file) : NULL;
	struct elf_image image;
	const char *why = NULL;

	*message = "out of memory";
	if (file == NULL || (t->path = arena_strdup(&t->arena, path)) == NULL)
		goto failed;
	*message = map_core(errors, path, file);
	if (*message != NULL)
		goto failed;
	t->back_end = file;
	*message = check_core(errors, path, file->map, file->size, &image);
	if (*message != NULL)
		goto failed;
	enum rc rc = fill(t, &image, options, &why);
	if (rc == RC_OK)
		return t;
	if (why != NULL)
		*message = arena_strdup(errors, why);
	else
		*message = arena_printf(errors, "%s cannot be opened: %s", path, rc_meaning(rc));
failed:
	if (*message == NULL)
		*message = "out of memory";
	target_close(t);
	return NULL;
}
