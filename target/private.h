/*
 * private - what the files of target/ share with each other and nobody else includes.
 */
#ifndef TARGET_PRIVATE_H
#define TARGET_PRIVATE_H

#include "target/elfimage.h"
#include "target/target.h"

/* Map the file at `path` into `o` (map, elf, id_file, is_exec, machine_entry), not `found`. NULL
 * when that went well, else why not, a sentence part. */
const char *objfile_load(struct objfile *o, const char *path);

/* The same for bytes that are mapped already and outlive `o`. */
const char *objfile_load_bytes(struct objfile *o, const uint8_t *bytes, size_t size);

void objfile_unload(struct objfile *o);

/* Map the file that has the symbols of `o`, when `o` has none of its own but those of .dynsym, or is
 * not to be had itself (target/debugfile.c). */
void objfile_find_debug(struct objfile *o, const char *sysroot, struct arena *arena);

/* Two known ids that differ; false where one is not known. */
bool build_id_differs(const struct build_id *a, const struct build_id *b);

void symtab_free(struct symtab *st);

/* Open a regular file for reading, without hanging on a FIFO. RC_OK with `*fd` and `*size`, else
 * RC_OS (errno says why) or RC_BAD: not a regular file, `*mode` says which kind. */
MUST_USE enum rc file_open(const char *path, int *fd, uint64_t *size, mode_t *mode);

/* The link-time address of `addr`, which lies in the mapping `m` of the file `o`, also where that is
 * a second mapping of it. False when that cannot be told. */
bool objfile_link_address(const struct target *t, const struct objfile *o, const struct mapping *m,
			  addr_t addr, addr_t *link);

/* A sentence for the user, in t->warnings. Lost when memory is out. */
void target_warn(struct target *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What the notes of a core tell, before it is sorted out (target/notes.c). */
struct file_note {
	addr_t start, end;
	uint64_t offset;  /* bytes into the file */
	const char *path; /* in the arena; one pointer for all entries of the same path */
};

struct core_notes {
	struct file_note *files; /* NT_FILE, sorted by start; a damaged note may have overlaps */
	size_t nfiles;
};

/* Fill threads, process, signal, auxv of `t` from one PT_NOTE segment after another. May be called
 * several times. RC_OK or RC_NOMEM. */
MUST_USE enum rc notes_read(struct target *t, const uint8_t *bytes, size_t len,
			    struct core_notes *notes);

/* Fill t->mappings from the PT_LOADs of a core and NT_FILE (target/mappings.c). */
MUST_USE enum rc mappings_build(struct target *t, const struct elf_image *core,
				const struct core_notes *notes);

/* Find the executable and the libraries, and let their read-only pages serve what the core left
 * out. On RC_USAGE the file of options->exe cannot be used; `*why` says so, in the arena of the
 * target (target/locate.c). */
MUST_USE enum rc objfiles_locate(struct target *t, const struct target_options *options,
				 const char **why);

/* Fill t->arguments from the main thread's stack, when they can be trusted (target/arguments.c). */
MUST_USE enum rc arguments_read(struct target *t);

/* Free t->unwinder. */
void unwind_free(struct target *t);

/* Unmap the core file; set in t->back_end by target_open_core. */
void core_close(struct target *t);

#endif
