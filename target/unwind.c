/*
 * unwind - native frames by libdwfl, and by the chain of frame pointers where that gives up.
 *
 * libdwfl is created at the first question. It gets the target's objfiles as modules (the files
 * that are mapped here already), reads memory through mem and registers from struct thread, so it
 * needs neither the core's own layout nor any file name. For code without call frame information,
 * such as V8's, it follows rbp by itself.
 *
 * A pass of libdwfl may end before the outermost frame. Then one step is made here, and a new pass
 * begins from what that step found: pc, rsp and rbp. Each pass gives at least one frame, so the
 * work is linear in the number of frames.
 *
 * Nothing on a stack is trusted: each frame must lie higher than the one before and stand in
 * memory that may be executed.
 */
#include "target/unwind.h"

#include "target/private.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>

#define STACK_SWITCHES_MAX 8 /* signal frames from where the stack goes on elsewhere */

/* DWARF's numbers of the registers. */
enum { DWARF_RBP = 6, DWARF_RSP = 7, DWARF_PC = 16, DWARF_COUNT = 17 };

static const uint8_t from_dwarf[DWARF_COUNT] = {
	AMD64_RAX, AMD64_RDX, AMD64_RCX, AMD64_RBX, AMD64_RSI, AMD64_RDI,
	AMD64_RBP, AMD64_RSP, AMD64_R8,  AMD64_R9,  AMD64_R10, AMD64_R11,
	AMD64_R12, AMD64_R13, AMD64_R14, AMD64_R15, AMD64_RIP,
};

/* Where a pass of libdwfl begins. */
struct start {
	const struct thread *th; /* the registers besides pc, rsp, rbp; NULL: not known any more */
	struct native_frame frame;
};

struct unwinder {
	struct target *target;
	Dwfl *dwfl; /* NULL: there is none, the frame pointers have to do */
	Elf *machine;
	Elf64_Ehdr header;
	struct start start;
	enum rc read_rc; /* of the last read that failed */
};

struct walk {
	struct unwinder *u;
	frame_fn *fn;
	void *ctx;
	size_t left; /* frames that may still be given */
	size_t stack_switches;
	size_t given; /* in the present pass */
	bool any;
	struct native_frame last; /* the last one given */
	enum rc rc;
};

static int find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
		    char **file_name, Elf **elf)
{
	const struct objfile *o = *userdata;

	(void)mod, (void)name, (void)base, (void)file_name;
	/* libdwfl ends the Elf that it gets: it needs one of its own. */
	*elf = o != NULL ? elf_memory((char *)(uintptr_t)o->map, o->map_size) : NULL;
	return -1;
}

/* Call frame information of stripped files is in .eh_frame; nothing else is needed. */
static int find_debuginfo(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file_name, const char *link, GElf_Word crc, char **found)
{
	(void)mod, (void)userdata, (void)name, (void)base;
	(void)file_name, (void)link, (void)crc, (void)found;
	return -1;
}

static pid_t next_thread(Dwfl *dwfl, void *ctx, void **thread)
{
	(void)dwfl, (void)ctx, (void)thread;
	return 0;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *ctx, void **thread)
{
	(void)dwfl, (void)tid;
	*thread = ctx;
	return true;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr addr, Dwarf_Word *value, void *ctx)
{
	struct unwinder *u = ctx;
	enum rc rc = mem_u64(&u->target->mem, addr, value);

	(void)dwfl;
	if (rc != RC_OK)
		u->read_rc = rc;
	return rc == RC_OK;
}

static bool set_registers(Dwfl_Thread *thread, void *ctx)
{
	const struct start *start = &((struct unwinder *)ctx)->start;
	Dwarf_Word regs[DWARF_COUNT];

	for (size_t i = 0; start->th != NULL && i < DWARF_COUNT; i++)
		regs[i] = start->th->regs[from_dwarf[i]];
	regs[DWARF_RBP] = start->frame.fp;
	regs[DWARF_RSP] = start->frame.sp;
	/* libdwfl takes the first pc as it is; that of a caller means the call before it. */
	regs[DWARF_PC] = start->frame.pc - start->frame.is_call;
	if (start->th != NULL)
		return dwfl_thread_state_registers(thread, 0, DWARF_COUNT, regs);
	return dwfl_thread_state_registers(thread, DWARF_RBP, 2, &regs[DWARF_RBP]) &&
	       dwfl_thread_state_registers(thread, DWARF_PC, 1, &regs[DWARF_PC]);
}

static void report_modules(const struct unwinder *u)
{
	struct target *t = u->target;

	dwfl_report_begin(u->dwfl);
	for (size_t i = 0; i < t->nobjfiles; i++) {
		struct objfile *o = &t->objfiles[i];
		void **userdata;

		if (o->map == NULL || o->end <= o->start)
			continue;
		Dwfl_Module *m = dwfl_report_module(u->dwfl, o->path, o->start, o->end);
		if (m != NULL &&
		    dwfl_module_info(m, &userdata, NULL, NULL, NULL, NULL, NULL, NULL) != NULL)
			*userdata = o;
	}
	dwfl_report_end(u->dwfl, NULL, NULL);
}

static void begin_dwfl(struct unwinder *u)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = find_elf,
		.find_debuginfo = find_debuginfo,
	};
	static const Dwfl_Thread_Callbacks thread_callbacks = {
		.next_thread = next_thread,
		.get_thread = get_thread,
		.memory_read = memory_read,
		.set_initial_registers = set_registers,
	};

	/* A header alone tells libdwfl the machine, also when no file was found. */
	u->header = (Elf64_Ehdr){
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof u->header,
	};
	elf_version(EV_CURRENT);
	u->machine = elf_memory((char *)&u->header, sizeof u->header);
	u->dwfl = dwfl_begin(&callbacks);
	if (u->dwfl == NULL)
		return;
	report_modules(u);
	if (u->machine == NULL ||
	    !dwfl_attach_state(u->dwfl, u->machine, 1, &thread_callbacks, u)) {
		dwfl_end(u->dwfl);
		u->dwfl = NULL;
	}
}

static struct unwinder *get_unwinder(struct target *t)
{
	struct unwinder *u = t->unwinder;

	if (u != NULL)
		return u;
	u = calloc(1, sizeof *u);
	if (u == NULL)
		return NULL;
	u->target = t;
	begin_dwfl(u);
	t->unwinder = u;
	return u;
}

void unwind_free(struct target *t)
{
	struct unwinder *u = t->unwinder;

	if (u == NULL)
		return;
	dwfl_end(u->dwfl);
	if (u->machine != NULL)
		elf_end(u->machine);
	free(u);
	t->unwinder = NULL;
}

/* May code run at `pc`? Where the mappings are not known, anywhere. */
static bool is_code(const struct target *t, addr_t pc)
{
	const struct mapping *m = target_mapping(t, pc);

	if (m != NULL)
		return (m->prot & PF_X) != 0 || m->prot == 0;
	return t->nmappings == 0 && pc != 0;
}

/* Is there no progress from w->last to `f`? A signal frame may go on elsewhere. */
static bool is_stuck(struct walk *w, const struct native_frame *f, bool interrupted)
{
	if (f->sp % 8 != 0 || !is_code(w->u->target, f->pc - f->is_call))
		return true;
	return f->sp <= w->last.sp && (!interrupted || w->stack_switches++ == STACK_SWITCHES_MAX);
}

/* Give one frame; false ends the walk with w->rc. */
static bool give(struct walk *w, const struct native_frame *f, bool interrupted)
{
	if (w->any && f->pc == 0) {
		w->rc = RC_DONE;
		return false;
	}
	if (w->any && is_stuck(w, f, interrupted)) {
		w->rc = RC_BAD;
		return false;
	}
	if (w->left == 0) {
		w->rc = RC_LIMIT;
		return false;
	}
	w->left--;
	w->given++;
	w->any = true;
	w->last = *f;
	w->rc = w->fn(w->ctx, f);
	return w->rc == RC_OK;
}

static int on_frame(Dwfl_Frame *frame, void *ctx)
{
	struct walk *w = ctx;
	struct native_frame f = {0};
	bool exact = false;

	if (w->given == 0) {
		f = w->u->start.frame;
	} else {
		if (!dwfl_frame_pc(frame, &f.pc, &exact))
			return DWARF_CB_ABORT;
		if (dwfl_frame_reg(frame, DWARF_RSP, &f.sp) != 0)
			f.sp = 0;
		if (dwfl_frame_reg(frame, DWARF_RBP, &f.fp) != 0)
			f.fp = 0;
		f.is_call = !exact;
	}
	return give(w, &f, exact) ? DWARF_CB_OK : DWARF_CB_ABORT;
}

/* The caller of w->last by the frame pointer. RC_DONE: there is none. */
static enum rc step(const struct walk *w, struct native_frame *next)
{
	const struct mem *m = &w->u->target->mem;
	addr_t fp = w->last.fp;
	uint64_t saved[2];

	if (fp == 0)
		return RC_DONE;
	if (fp % 8 != 0 || fp < w->last.sp)
		return RC_BAD;
	TRY(mem_read(m, fp, saved, sizeof saved));
	if (saved[1] == 0)
		return RC_DONE;
	*next = (struct native_frame){
		.pc = saved[1], .sp = fp + 16, .fp = saved[0], .is_call = true};
	return is_code(w->u->target, next->pc - 1) ? RC_OK : RC_BAD;
}

/* A call through a bad pointer: pc is nowhere, and the return address is on top of the stack. */
static bool step_from_nowhere(const struct walk *w, struct native_frame *next)
{
	const struct native_frame *f = &w->last;
	addr_t pc;

	if (is_code(w->u->target, f->pc) || mem_u64(&w->u->target->mem, f->sp, &pc) != RC_OK ||
	    !is_code(w->u->target, pc - 1))
		return false;
	*next = (struct native_frame){.pc = pc, .sp = f->sp + 8, .fp = f->fp, .is_call = true};
	return true;
}

/* Frames from u->start on, as many as libdwfl finds. True when it came to the end of the stack. */
static bool pass(struct walk *w)
{
	struct unwinder *u = w->u;

	w->given = 0;
	w->rc = RC_OK;
	u->read_rc = RC_OK;
	if (u->dwfl != NULL && dwfl_getthread_frames(u->dwfl, 1, on_frame, w) == 0)
		return true;
	if (w->given == 0 && w->rc == RC_OK)
		give(w, &u->start.frame, false);
	return false;
}

static enum rc walk_all(struct walk *w, const struct thread *th)
{
	struct unwinder *u = w->u;
	struct native_frame next;

	if (!is_code(u->target, u->start.frame.pc)) {
		if (!give(w, &u->start.frame, true))
			return w->rc;
		if (step_from_nowhere(w, &next))
			u->start = (struct start){th, next};
		else if (step(w, &next) == RC_OK)
			u->start = (struct start){NULL, next};
		else
			return RC_BAD;
	}
	for (;;) {
		if (pass(w) || w->rc != RC_OK)
			return w->rc;
		enum rc rc = step(w, &next);
		if (rc == RC_DONE)
			return u->read_rc;
		if (rc != RC_OK)
			return u->read_rc != RC_OK ? u->read_rc : rc;
		u->start = (struct start){NULL, next};
	}
}

enum rc target_unwind(struct target *t, const struct thread *th, size_t limit, frame_fn *fn,
		      void *ctx)
{
	struct unwinder *u = get_unwinder(t);
	struct walk w = {.u = u, .fn = fn, .ctx = ctx, .left = limit};

	if (u == NULL)
		return RC_NOMEM;
	u->start.th = th;
	u->start.frame = (struct native_frame){
		.pc = th->regs[AMD64_RIP],
		.sp = th->regs[AMD64_RSP],
		.fp = th->regs[AMD64_RBP],
	};
	enum rc rc = walk_all(&w, th);
	return rc == RC_DONE ? RC_OK : rc;
}
