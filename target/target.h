/*
 * target - what is being debugged.
 *
 * A back end (target/core.c now, a live process later) only fills this struct; everything above
 * reads it. All strings and arrays live in the target's arena.
 */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include "base/arena.h"
#include "target/mem.h"
#include "target/objfile.h"

#include <sys/types.h>

/* In the order of struct user_regs_struct, as NT_PRSTATUS and PTRACE_GETREGSET give them. (REG_RIP
 * and the like are taken: <signal.h> has an enum of such names in another order.) */
enum reg {
	AMD64_R15,
	AMD64_R14,
	AMD64_R13,
	AMD64_R12,
	AMD64_RBP,
	AMD64_RBX,
	AMD64_R11,
	AMD64_R10,
	AMD64_R9,
	AMD64_R8,
	AMD64_RAX,
	AMD64_RCX,
	AMD64_RDX,
	AMD64_RSI,
	AMD64_RDI,
	AMD64_ORIG_RAX,
	AMD64_RIP,
	AMD64_CS,
	AMD64_EFLAGS,
	AMD64_RSP,
	AMD64_SS,
	AMD64_FS_BASE,
	AMD64_GS_BASE,
	AMD64_DS,
	AMD64_ES,
	AMD64_FS,
	AMD64_GS,
	REG_COUNT
};

/* "rip", "fs_base", ... */
extern const char *const reg_names[REG_COUNT];

struct thread {
	pid_t tid;
	uint64_t regs[REG_COUNT];
	int signal;       /* pr_cursig: the signal it stopped with, 0 for none */
	const char *name; /* NULL: the core does not say */
};

struct mapping {
	addr_t start, end;
	uint64_t offset;  /* into the file, bytes */
	const char *path; /* NULL: anonymous, or not told */
	uint8_t prot;     /* PF_R | PF_W | PF_X */
	bool saved;       /* the core holds its bytes (all that it meant to hold) */
};

struct signal_info {
	int number; /* 0: none known */
	int code, error;
	addr_t addr;  /* si_addr of SIGSEGV and its like; else 0 */
	pid_t sender; /* si_pid where the signal was sent by a process; else 0 */
};

struct live_ops; /* attach, stop, go on, write: a live target has them */

struct target {
	struct arena arena;
	const char *path; /* of the core file */
	struct mem mem;
	struct thread *threads; /* in the order of the core: the one that died first */
	size_t nthreads;
	struct mapping *mappings; /* sorted by start */
	size_t nmappings;
	struct objfile *objfiles; /* the executable first, when known */
	size_t nobjfiles;
	struct objfile *exe; /* NULL when not even its name is known */

	pid_t pid;
	const char *name;   /* pr_fname, "node" */
	const char *psargs; /* the command line, cut at 80 bytes by the kernel */
	char **arguments;   /* the whole argv, read from the stack; NULL when not readable */
	size_t narguments;
	const char *exe_path; /* as the target named its executable */
	struct signal_info signal;
	const uint64_t *auxv; /* pairs type, value; as many as nauxv */
	size_t nauxv;

	bool complete;       /* false for a truncated core */
	uint64_t missing;    /* bytes the program headers promise beyond the end of the file */
	uint64_t generation; /* goes up whenever a live target ran */
	const struct live_ops *live; /* NULL for cores */
	const char **warnings;       /* sentences for the user, found while opening */
	size_t nwarnings;

	/* Where layout files are looked for: folders, or files. NULL-terminated, or NULL; set by
	 * whoever opened the target, and theirs. */
	const char *const *layout_dirs;

	void *back_end; /* private to the back end */
	void *unwinder; /* private to unwind.c */
};

struct target_options {
	const char *exe;     /* -x; NULL: find it */
	const char *sysroot; /* NULL or "": none */
};

/*
 * Open a core. On failure returns NULL and fills `*message` with one line for the user in `errors`
 * (an arena of the caller): what the file is, what was expected, what to do next.
 */
struct target *target_open_core(const char *path, const struct target_options *options,
				struct arena *errors, const char **message);

/* Close files, give all memory back. NULL is fine. */
void target_close(struct target *t);

/* Tell the kernel that reads to come are far apart (true), so that it does not read ahead, or in order
 * again. */
void target_scattered(const struct target *t, bool scattered);

/* A target with nothing in it, for tests on byte arrays: add segments to ->mem, then mem_seal. */
struct target *target_new_empty(void);

const struct thread *target_thread(const struct target *t, pid_t tid);
const struct mapping *target_mapping(const struct target *t, addr_t addr);

/* The value of an auxv entry (AT_ENTRY ...), or `otherwise`. */
uint64_t target_auxv(const struct target *t, uint64_t type, uint64_t otherwise);

/* The objfile mapped at `addr`, or NULL. `*link_addr` (may be NULL) gets the address in the file's
 * own terms, also for a second mapping of the same file, such as V8's copy of its builtins near the
 * JIT code. */
struct objfile *target_objfile_at(const struct target *t, addr_t addr, addr_t *link_addr);

/* The symbol of this name in the executable, else in the first objfile that has it. */
MUST_USE enum rc target_symbol(struct target *t, const char *name, struct objfile **o,
			       struct symbol *sym);

/* The symbol that covers an address, through target_objfile_at. */
MUST_USE enum rc target_symbol_at(struct target *t, addr_t addr, struct objfile **o,
				  struct symbol *sym, uint64_t *offset);

/* The versions of Node and V8 that the memory of the process tells, "24.21.0" and
 * "13.6.233.17-node.53": for targets whose executable is not to be had. False, and empty texts, when
 * they are not found. */
#define TARGET_VERSION_BYTES 64
bool target_versions(const struct target *t, char node[TARGET_VERSION_BYTES],
		     char v8[TARGET_VERSION_BYTES]);

/* A target that is one ELF file which nobody runs, for what its symbols tell: the file as `exe`, its
 * bytes as memory, no threads. NULL with `*message` in `errors` when it is none. */
struct target *target_open_file(const char *path, struct arena *errors, const char **message);

/* The signal's name, "SIGABRT", or "signal 77" in the target's arena. */
const char *target_signal_name(struct target *t, int number);

#endif
