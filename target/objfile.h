/*
 * objfile - one ELF file that the target had mapped: the executable or a shared library.
 *
 * The file on disk may be missing, or another build of the same name: the build-id of the memory
 * image and that of the file are both kept, and a file whose id differs is used only for the
 * executable named with -x (with a warning). Symbols are indexed on the first question for one, so
 * these functions are not for several threads at once.
 */
#ifndef TARGET_OBJFILE_H
#define TARGET_OBJFILE_H

#include "target/mem.h"

#include <libelf.h>

#define BUILD_ID_MAX 64

struct build_id {
	uint8_t bytes[BUILD_ID_MAX];
	size_t len; /* 0: unknown */
};

struct symbol {
	const char *name; /* as in the file (mangled); lives as long as the target */
	addr_t addr;      /* run address; for a TLS symbol the offset in its block */
	uint64_t size;    /* bytes; 0 when the file does not say */
	uint8_t type;     /* STT_FUNC, STT_OBJECT, STT_TLS, ... */
};

struct symtab; /* private to objfile.c */

struct objfile {
	const char *path;        /* as the target named it */
	const char *mapped_path; /* the same as in the target's mappings: equal pointers; or NULL */
	const char *found;       /* where it was found here; NULL: not found */
	const char *missing;     /* why it was not found, a sentence part; NULL when found */
	struct build_id id_target, id_file;
	bool is_main;           /* the executable */
	bool is_exec;           /* ET_EXEC: link-time addresses are run addresses */
	addr_t start, end;      /* hull of its mappings in the target */
	addr_t bias;            /* run address = link-time address + bias */
	uint64_t machine_entry; /* e_entry, link-time */

	/* Open file, NULL/0 when not found. */
	const uint8_t *map; /* the file, mapped read-only */
	size_t map_size;
	bool owns_map; /* false for the vdso, whose bytes are the core's */
	Elf *elf;
	struct symtab *symtab; /* NULL until the first look-up */

	/* The file that its symbols were split off into, mapped; NULL/0: none is needed, or found. */
	const char *debug_path;
	const uint8_t *debug_map;
	size_t debug_size;
};

/* The id in hexadecimal digits, "" when unknown; gives `text` back. */
char *build_id_text(const struct build_id *id, char text[2 * BUILD_ID_MAX + 1]);

/* True when both ids are known and differ. */
bool objfile_mismatched(const struct objfile *o);

/* Bytes at a link-time address from the file's PT_LOADs; bytes past p_filesz read as 0 (.bss).
 * RC_OK, RC_FAULT when no segment holds the range, RC_UNSUP when the file was not found. */
MUST_USE enum rc objfile_read(const struct objfile *o, addr_t link_addr, void *buf, size_t len);

/* The defined symbol of exactly this (mangled) name, from .symtab, or else .dynsym and the file with
 * debug symbols. RC_OK, RC_FAULT when there is none, RC_UNSUP without a file, RC_NOMEM. */
MUST_USE enum rc objfile_symbol(struct objfile *o, const char *name, struct symbol *sym);

/* The int32 that a data symbol of this name holds in the file (0 in .bss). Rcs as objfile_symbol.
 */
MUST_USE enum rc objfile_int(struct objfile *o, const char *name, int32_t *v);

/* The function or object symbol that covers a run address, else the nearest one before it of size
 * 0.
 * `*offset` is addr - sym->addr. Rcs as objfile_symbol. */
MUST_USE enum rc objfile_symbol_at(struct objfile *o, addr_t addr, struct symbol *sym,
				   uint64_t *offset);

/* Calls fn for each defined symbol whose name starts with `prefix`, in file order, once per name;
 * fn returning anything but RC_OK ends the pass with that rc. */
typedef enum rc symbol_fn(void *ctx, const struct symbol *sym);
MUST_USE enum rc objfile_each_symbol(struct objfile *o, const char *prefix, symbol_fn *fn,
				     void *ctx);

/* A table {const char *name; ...} that was compiled into a file, to be found by its names. */
#define NAMES_MAX      8192
#define NAME_BYTES_MAX 256
struct names_wanted {
	const char *const *anchors; /* names that it has for sure; NULL-terminated, at least one */
	size_t stride; /* bytes from one entry to the next; the name's pointer comes first */
	addr_t link;   /* link-time address of the table, where it is known; else... */
	size_t n;      /* ... 0 entries: it is searched for */
};

struct names_found {
	const char **names; /* in the order of the table; the strings lie in the mapped file */
	size_t n;
	addr_t link; /* link-time address of the table */
};

/* Read the table, or find the longest one that has all anchors, without needing its symbol: its names
 * consist of letters, digits and underscores, and none comes twice. RC_OK, RC_FAULT when there is none,
 * RC_UNSUP without a file, RC_NOMEM. */
struct arena;
MUST_USE enum rc objfile_names(const struct objfile *o, const struct names_wanted *wanted,
			       struct arena *arena, struct names_found *found);

/* Size and alignment in bytes of the TLS block (PT_TLS). RC_OK or RC_FAULT. */
MUST_USE enum rc objfile_tls(const struct objfile *o, uint64_t *size, uint64_t *align);

/* The demangled name in malloc'ed memory, or NULL when it is not a mangled one. */
char *symbol_demangle(const char *name);

#endif
