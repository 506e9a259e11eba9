/*
 * locate - which ELF files the target had mapped, where they are here, and whether they are the
 * same builds; their read-only pages then serve what the core left out.
 *
 * What the target had is told by the first page of a mapping when the core holds it (the kernel
 * saves ELF headers by default): build-id, kind and program headers. A file found by its name that
 * has another build-id is not used; one named with -x is, with a warning.
 *
 * A file may be mapped more than once: V8 maps the part of the executable that holds its builtins
 * again beside its JIT code. The mappings that agree on one bias are the file's own; all of them,
 * by their file offsets, are served from it.
 */
#include "base/map.h"
#include "base/str.h"
#include "target/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OBJFILES_MAX    4096
#define CANDIDATES_MAX  16   /* mappings of one file that may be its first */
#define VOTERS_MAX      4096 /* mappings of one file that are asked for the bias */
#define MISMATCHES_TOLD 4
#define PATH_BYTES      4096

/* Segments of files, kept back until all is found: mem cannot be read while it is added to. */
struct served {
	VEC(struct segment) segments;
};

/* One objfile while it is being located. */
struct finding {
	struct target *t;
	struct served *served;
	struct objfile *o;
	const size_t *next;     /* for each mapping the next one of the same path, or SIZE_MAX */
	size_t first;           /* its first mapping, or SIZE_MAX: it is in none */
	struct elf_image image; /* of the target's memory, then of the file; bytes NULL: neither */
};

static const struct mapping *mapping_at(const struct finding *f, size_t i)
{
	return i != SIZE_MAX ? &f->t->mappings[i] : NULL;
}

/* The ELF image that begins at `addr` in what the core saved of the target's memory. */
static bool memory_image(const struct target *t, addr_t addr, struct elf_image *image)
{
	const struct segment *s = mem_segment(&t->mem, addr);

	return s != NULL && s->data != NULL && s->rank == RANK_CORE &&
	       elf_image_init(image, s->data + (addr - s->start), s->end - addr) == NULL &&
	       image->nphdrs != 0;
}

static void id_from_memory(struct finding *f, addr_t header)
{
	const struct elf_image *image = &f->image;
	addr_t low = 0, high;
	Elf64_Phdr ph;

	if (!elf_image_hull(image, &low, &high))
		return;
	for (size_t i = 0; elf_image_phdr(image, i, &ph); i++) {
		const void *notes;

		if (ph.p_type != PT_NOTE || ph.p_filesz > 65536)
			continue;
		notes = mem_view(&f->t->mem, header + (ph.p_vaddr - low), ph.p_filesz);
		if (notes != NULL && elf_notes_build_id(notes, ph.p_filesz, &f->o->id_target))
			return;
	}
}

/* How many mappings of the file lie where `bias` would have them? */
static size_t votes(const struct finding *f, addr_t bias)
{
	size_t n = 0, asked = 0;

	for (size_t i = f->first; i != SIZE_MAX && asked < VOTERS_MAX; i = f->next[i], asked++) {
		const struct mapping *m = mapping_at(f, i);
		addr_t link;

		n += elf_image_vaddr(&f->image, m->offset, &link) && m->start == link + bias;
	}
	return n;
}

static addr_t vote_bias(const struct finding *f)
{
	size_t best = 0, tried = 0;
	addr_t bias = 0;

	for (size_t i = f->first; i != SIZE_MAX && tried < CANDIDATES_MAX; i = f->next[i]) {
		const struct mapping *m = mapping_at(f, i);
		addr_t link;

		if (m->offset != 0 || !elf_image_vaddr(&f->image, 0, &link))
			continue;
		size_t n = votes(f, m->start - link);
		if (n > best) {
			best = n;
			bias = m->start - link;
		}
		tried++;
	}
	if (best == 0 && f->first != SIZE_MAX) {
		const struct mapping *m = mapping_at(f, f->first);
		addr_t link;

		if (elf_image_vaddr(&f->image, m->offset, &link))
			bias = m->start - link;
	}
	return bias;
}

/* Where the executable was put, as the kernel told it in the auxv; false when it did not. */
static bool auxv_bias(const struct finding *f, addr_t *bias)
{
	uint64_t phdr = target_auxv(f->t, AT_PHDR, 0);
	uint64_t entry = target_auxv(f->t, AT_ENTRY, 0);
	Elf64_Phdr ph;
	addr_t link;

	if (phdr != 0 && elf_image_vaddr(&f->image, f->image.header.e_phoff, &link)) {
		*bias = phdr - link;
		return true;
	}
	for (size_t i = 0; phdr != 0 && elf_image_phdr(&f->image, i, &ph); i++) {
		if (ph.p_type == PT_PHDR) {
			*bias = phdr - ph.p_vaddr;
			return true;
		}
	}
	*bias = entry - f->image.header.e_entry;
	return entry != 0;
}

/* Bias and hull from the program headers, or from the mappings alone. */
static void place(struct finding *f)
{
	struct objfile *o = f->o;
	addr_t low, high;

	if (f->image.bytes != NULL && elf_image_hull(&f->image, &low, &high)) {
		o->is_exec = f->image.header.e_type == ET_EXEC;
		o->machine_entry = f->image.header.e_entry;
		if (o->is_exec)
			o->bias = 0;
		else if (!o->is_main || !auxv_bias(f, &o->bias))
			o->bias = vote_bias(f);
		o->start = low + o->bias;
		o->end = high + o->bias;
		if (o->end > o->start)
			return;
	}
	const struct mapping *m = mapping_at(f, f->first);
	if (m == NULL)
		return;
	uint64_t offset = m->offset;
	o->start = m->start;
	o->end = m->end;
	for (size_t i = f->next[f->first]; i != SIZE_MAX; i = f->next[i]) {
		m = mapping_at(f, i);
		if (m->offset < offset)
			break;
		offset = m->offset;
		o->end = m->end;
	}
}

static const char *id_text(struct arena *a, const struct build_id *id)
{
	char text[2 * BUILD_ID_MAX + 1];

	return arena_strdup(a, build_id_text(id, text));
}

/* Is the file that was just loaded another build? Where no id decides, the entry point may. */
static bool is_other_build(const struct finding *f)
{
	const struct objfile *o = f->o;
	uint64_t entry = target_auxv(f->t, AT_ENTRY, 0);
	struct elf_image file;
	addr_t bias;

	if (o->id_target.len != 0 && o->id_file.len != 0)
		return objfile_mismatched(o);
	if (!o->is_main || entry == 0 || elf_image_init(&file, o->map, o->map_size) != NULL)
		return false;
	const struct finding as_file = {.t = f->t, .o = f->o, .image = file};
	if (o->is_exec)
		return file.header.e_entry != entry;
	return auxv_bias(&as_file, &bias) && file.header.e_entry + bias != entry;
}

/* Load `path`; when it is another build, say so and drop it, unless the user named it. */
static const char *try_file(struct finding *f, const char *path, bool named)
{
	struct objfile *o = f->o;
	struct target *t = f->t;
	const char *why = objfile_load(o, path);

	if (why != NULL)
		return why;
	if (is_other_build(f)) {
		const char *here = id_text(&t->arena, &o->id_file);
		const char *there = id_text(&t->arena, &o->id_target);

		if (here == NULL || here[0] == 0)
			here = "unknown";
		if (there == NULL || there[0] == 0)
			there = "unknown";
		if (named) {
			target_warn(
				t,
				"%s has build-id %s, but the core was made by build-id %s: it is "
				"used as you asked, but names and values may be wrong",
				path, here, there);
		} else {
			objfile_unload(o);
			o->id_file.len = 0;
			why = arena_printf(
				&t->arena,
				"is another build here: it has build-id %s, but the core was "
				"made by build-id %s",
				here, there);
			return why != NULL ? why : "is another build here";
		}
	}
	o->found = arena_strdup(&t->arena, path);
	return NULL;
}

/* The path without the " (deleted)" that the kernel appends once a file was replaced. */
static size_t path_length(const char *path)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(path), tail = sizeof deleted - 1;

	return len > tail && strcmp(path + len - tail, deleted) == 0 ? len - tail : len;
}

/* Look for the file below the sysroot (by its path, then by its name), else where the target had
 * it. A build-id keeps the host's file of the same name apart. */
static void find_file(struct finding *f, const struct target_options *options)
{
	struct objfile *o = f->o;
	const char *root = options->sysroot != NULL ? options->sysroot : "";
	const char *slash = strrchr(o->path, '/');
	int len = (int)path_length(o->path);
	char path[PATH_BYTES];
	const char *why = "does not exist here";

	if (len >= PATH_BYTES) {
		o->missing = "has too long a path";
		return;
	}
	if (root[0] != 0) {
		if (snprintf(path, sizeof path, "%s/%.*s", root, len, o->path) < PATH_BYTES)
			why = try_file(f, path, false);
		if (why != NULL && slash != NULL &&
		    snprintf(path, sizeof path, "%s/%.*s", root, (int)(len - (slash + 1 - o->path)),
			     slash + 1) < PATH_BYTES) {
			const char *again = try_file(f, path, false);

			why = again == NULL || strcmp(again, "does not exist here") != 0 ? again
											 : why;
		}
	}
	/* Without an id to compare, the host's file would be a guess. */
	if (root[0] == 0 || (why != NULL && o->id_target.len != 0)) {
		snprintf(path, sizeof path, "%.*s", len, o->path);
		const char *again = try_file(f, path, false);

		why = again == NULL || root[0] == 0 ? again : why;
	}
	o->missing = why;
}

/* The PT_LOAD that reaches over the page of a link-time address. */
static bool load_at(const struct elf_image *image, addr_t link, Elf64_Phdr *ph)
{
	const uint64_t page = 4096;

	for (size_t i = 0; elf_image_phdr(image, i, ph); i++) {
		uint64_t end = ph->p_vaddr + ph->p_filesz;

		if (ph->p_type == PT_LOAD && ph->p_filesz != 0 && end >= ph->p_vaddr &&
		    end < UINT64_MAX - page && link >= (ph->p_vaddr & ~(page - 1)) &&
		    link < ((end + page - 1) & ~(page - 1)))
			return true;
	}
	return false;
}

/* Let the file's bytes stand in at one mapping, by link-time addresses: a stripped copy has them at
 * other offsets. Never where the file is meant to be written to: what the loader put there at run
 * time is not in it. */
static enum rc serve_mapping(const struct finding *f, const struct mapping *m)
{
	const struct objfile *o = f->o;
	addr_t at = m->start, link;
	Elf64_Phdr ph;

	if ((m->prot & PF_W) != 0 || !objfile_link_address(f->t, o, m, at, &link))
		return RC_OK;
	while (at < m->end && load_at(&f->image, link, &ph)) {
		struct segment s = {.start = at, .rank = RANK_FILE, .prot = m->prot};
		uint64_t left = ((ph.p_vaddr + ph.p_filesz + 4095) & ~(uint64_t)4095) - link;
		uint64_t offset = ph.p_offset + link - ph.p_vaddr; /* may wrap: checked below */

		s.end = left < m->end - at ? at + left : m->end;
		if ((ph.p_flags & PF_W) == 0 && offset < o->map_size) {
			uint64_t have = o->map_size - offset;

			s.data = o->map + offset;
			if (have < s.end - s.start)
				s.end = s.start + have;
			TRY(vec_push(&f->served->segments, s));
		}
		link += left;
		at += left;
	}
	return RC_OK;
}

static enum rc serve_mappings(const struct finding *f)
{
	for (size_t i = f->first; i != SIZE_MAX; i = f->next[i])
		TRY(serve_mapping(f, mapping_at(f, i)));
	return RC_OK;
}

/* A core without NT_FILE: the executable's own program headers say what was where. */
static enum rc serve_segments(const struct finding *f)
{
	const struct objfile *o = f->o;
	Elf64_Phdr ph;

	for (size_t i = 0; elf_image_phdr(&f->image, i, &ph); i++) {
		struct segment s = {.rank = RANK_FILE};

		if (ph.p_type != PT_LOAD || (ph.p_flags & PF_W) != 0 || ph.p_offset > o->map_size ||
		    ph.p_filesz > o->map_size - ph.p_offset)
			continue;
		s.prot = ph.p_flags & (PF_R | PF_X);
		s.start = ph.p_vaddr + o->bias;
		s.end = s.start + ph.p_filesz;
		s.data = o->map + ph.p_offset;
		TRY(vec_push(&f->served->segments, s));
	}
	return RC_OK;
}

/* Header, file, place of one objfile whose path and mappings are known. */
static enum rc locate_one(struct finding *f, const struct target_options *options, addr_t header,
			  const char **why)
{
	struct objfile *o = f->o;

	if (memory_image(f->t, header, &f->image))
		id_from_memory(f, header);
	else
		f->image.bytes = NULL;
	if (o->is_main && options->exe != NULL) {
		const char *bad = try_file(f, options->exe, true);

		if (bad != NULL) {
			*why = arena_printf(&f->t->arena, "%s, given with -x, %s", options->exe,
					    bad);
			return RC_USAGE;
		}
	} else if (o->path[0] == '/') {
		find_file(f, options);
	} else {
		o->missing = "is not named by the core";
	}
	if (o->map != NULL && elf_image_init(&f->image, o->map, o->map_size) != NULL)
		f->image.bytes = NULL;
	objfile_find_debug(o, options->sysroot, &f->t->arena);
	place(f);
	if (o->map == NULL)
		return RC_OK;
	return f->first != SIZE_MAX ? serve_mappings(f) : serve_segments(f);
}

/* Something that a loader may have mapped, not a device or the kernel's own. */
static bool is_file_path(const char *path)
{
	return path[0] == '/' && strncmp(path, "/memfd:", 7) != 0 &&
	       strncmp(path, "/SYSV", 5) != 0 &&
	       (strncmp(path, "/dev/", 5) != 0 || strncmp(path, "/dev/shm/", 9) == 0);
}

/* Files that were mapped as data are no objfiles: an ELF header, or else code, tells them apart. */
static bool looks_like_elf(const struct finding *f)
{
	for (size_t i = f->first; i != SIZE_MAX; i = f->next[i]) {
		const struct mapping *m = mapping_at(f, i);
		const void *magic = m->offset == 0 ? mem_view(&f->t->mem, m->start, SELFMAG) : NULL;

		if (magic != NULL)
			return memcmp(magic, ELFMAG, SELFMAG) == 0;
		if ((m->prot & PF_X) != 0)
			return true;
	}
	return false;
}

/* The path of the executable: of the mapping that holds its program headers, or its entry. */
static const char *name_executable(struct target *t)
{
	const struct mapping *m = target_mapping(t, target_auxv(t, AT_PHDR, 0));
	char path[PATH_BYTES];

	if (m == NULL || m->path == NULL)
		m = target_mapping(t, target_auxv(t, AT_ENTRY, 0));
	if (m != NULL && m->path != NULL)
		return m->path;
	if (mem_cstr(&t->mem, target_auxv(t, AT_EXECFN, 0), path, sizeof path) == RC_OK &&
	    path[0] != 0)
		return arena_strdup(&t->arena, path);
	return NULL;
}

static void warn_missing_exe(struct target *t)
{
	const char *name = t->exe_path != NULL ? t->exe_path : "that made this core";

	if (t->exe != NULL && t->exe->missing == NULL)
		return;
	target_warn(t,
		    "the executable %s %s: without it the names of native functions are not known, "
		    "and JavaScript only where a layout file describes this build; give it with -x "
		    "FILE, or its root directory with --sysroot DIR",
		    name, t->exe != NULL ? t->exe->missing : "is not named by the core");
}

static void warn_missing_libraries(struct target *t)
{
	size_t told = 0, absent = 0;
	const char *one = NULL;

	for (size_t i = 0; i < t->nobjfiles; i++) {
		const struct objfile *o = &t->objfiles[i];

		if (o->is_main || o->missing == NULL)
			continue;
		if (strncmp(o->missing, "is another build", 16) == 0 && told++ < MISMATCHES_TOLD) {
			target_warn(t, "the library %s %s; it is not used", o->path, o->missing);
			continue;
		}
		one = o->path;
		absent++;
	}
	if (absent != 0)
		target_warn(t,
			    "%zu librar%s not found here (%s%s): native frames in them may be cut "
			    "short; give their root directory with --sysroot DIR",
			    absent, absent == 1 ? "y was" : "ies were", one,
			    absent == 1 ? "" : ", ...");
}

/* For each mapping the next one of the same path; `heads` gets the first of each path. */
static enum rc chain_mappings(struct target *t, size_t *next, size_t *heads, size_t *nheads)
{
	struct map last = MAP_INIT;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < t->nmappings && rc == RC_OK; i++) {
		const char *path = t->mappings[i].path;

		next[i] = SIZE_MAX;
		if (path == NULL || !is_file_path(path))
			continue;
		uint64_t *before = map_get(&last, (uintptr_t)path);
		if (before != NULL)
			next[*before] = i;
		else if (*nheads < OBJFILES_MAX)
			heads[(*nheads)++] = i;
		rc = map_put(&last, (uintptr_t)path, i);
	}
	map_free(&last);
	return rc;
}

/* The first mapping at file offset 0: there the ELF header is. 0 when there is none. */
static addr_t header_address(const struct finding *f)
{
	for (size_t i = f->first; i != SIZE_MAX; i = f->next[i])
		if (mapping_at(f, i)->offset == 0)
			return mapping_at(f, i)->start;
	return 0;
}

/* The executable, which may be in no mapping that we know. */
static enum rc locate_exe(struct finding *f, const struct target_options *options, size_t *heads,
			  size_t nheads, const char **why)
{
	struct target *t = f->t;
	addr_t header = target_auxv(t, AT_PHDR, 0) & ~(addr_t)4095;

	f->first = SIZE_MAX;
	for (size_t i = 0; i < nheads; i++) {
		if (t->mappings[heads[i]].path != t->exe_path)
			continue;
		f->first = heads[i];
		heads[i] = SIZE_MAX;
		header = header_address(f);
		break;
	}
	f->o->is_main = true;
	f->o->path = t->exe_path != NULL ? t->exe_path : options->exe;
	f->o->mapped_path = f->first != SIZE_MAX ? t->exe_path : NULL;
	return locate_one(f, options, header, why);
}

/* The kernel's own small library; its bytes are in the core. */
static enum rc locate_vdso(struct target *t)
{
	addr_t at = target_auxv(t, AT_SYSINFO_EHDR, 0);
	struct objfile *o = &t->objfiles[t->nobjfiles];
	struct elf_image image;
	addr_t low, high;

	if (at == 0 || !memory_image(t, at, &image) || !elf_image_hull(&image, &low, &high))
		return RC_OK;
	const struct segment *s = mem_segment(&t->mem, at);
	size_t have = s->end - at;
	if (objfile_load_bytes(o, image.bytes, have < 65536 ? have : 65536) != NULL)
		return RC_OK;
	o->path = o->found = "[vdso]";
	o->id_target = o->id_file;
	o->bias = at - low;
	o->start = at;
	o->end = high + o->bias;
	t->nobjfiles++;
	return RC_OK;
}

static enum rc locate_libraries(struct target *t, const struct target_options *options,
				struct finding like, const size_t *heads, size_t nheads,
				const char **why)
{
	for (size_t i = 0; i < nheads; i++) {
		struct finding f = like;

		f.first = heads[i];
		if (heads[i] == SIZE_MAX || !looks_like_elf(&f))
			continue;
		f.o = &t->objfiles[t->nobjfiles++];
		f.o->path = f.o->mapped_path = t->mappings[heads[i]].path;
		TRY(locate_one(&f, options, header_address(&f), why));
	}
	return RC_OK;
}

static enum rc locate_all(struct target *t, const struct target_options *options,
			  struct served *served, const char **why)
{
	size_t *next = arena_array(&t->arena, t->nmappings, sizeof *next);
	size_t *heads = arena_array(&t->arena, OBJFILES_MAX, sizeof *heads);
	struct finding f = {.t = t, .served = served, .next = next};
	size_t nheads = 0;

	if (next == NULL || heads == NULL)
		return RC_NOMEM;
	TRY(chain_mappings(t, next, heads, &nheads));
	/* The executable and the vdso may come on top. */
	t->objfiles = arena_array(&t->arena, nheads + 2, sizeof *t->objfiles);
	if (t->objfiles == NULL)
		return RC_NOMEM;
	t->exe_path = name_executable(t);
	if (t->exe_path != NULL || options->exe != NULL) {
		struct finding exe = f;

		t->exe = exe.o = &t->objfiles[0];
		t->nobjfiles = 1;
		TRY(locate_exe(&exe, options, heads, nheads, why));
	}
	TRY(locate_libraries(t, options, f, heads, nheads, why));
	return locate_vdso(t);
}

enum rc objfiles_locate(struct target *t, const struct target_options *options, const char **why)
{
	static const struct target_options none = {0};
	struct served served = {0};
	enum rc rc = locate_all(t, options != NULL ? options : &none, &served, why);

	for (size_t i = 0; rc == RC_OK && i < served.segments.n; i++)
		rc = mem_add(&t->mem, &served.segments.at[i]);
	vec_free(&served.segments);
	TRY(rc);
	warn_missing_exe(t);
	warn_missing_libraries(t);
	return mem_seal(&t->mem);
}
