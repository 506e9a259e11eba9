/*
 * notes - what the PT_NOTE segments of a core say about the process and its threads.
 *
 * Offsets are those of Linux's struct elf_prstatus, elf_prpsinfo, siginfo_t and the NT_FILE note
 * for x86-64; they are part of the kernel's ABI.
 */
#include "base/vec.h"
#include "target/private.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	PRSTATUS_CURSIG = 12,
	PRSTATUS_PID = 32,
	PRSTATUS_REGS = 112,
	PRSTATUS_MIN = PRSTATUS_REGS + REG_COUNT * 8,
	PRPSINFO_PID = 24,
	PRPSINFO_FNAME = 40,
	PRPSINFO_FNAME_SIZE = 16,
	PRPSINFO_PSARGS = 56,
	PRPSINFO_PSARGS_SIZE = 80,
	PRPSINFO_SIZE = 136,
	SIGINFO_MIN = 24,
	SIGINFO_ADDR = 16, /* of SIGSEGV and its like */
	SIGINFO_PID = 16,  /* of a signal that was sent */
	FILE_HEADER = 16,
	FILE_ENTRY = 24,
};

static uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static int32_t load32(const uint8_t *p)
{
	int32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static bool is_note(const struct elf_note *n, uint32_t type)
{
	return n->type == type && n->name_len == 4 && memcmp(n->name, "CORE", 4) == 0;
}

static void read_thread(struct thread *th, const struct elf_note *n)
{
	int16_t cursig;

	memcpy(&cursig, n->desc + PRSTATUS_CURSIG, sizeof cursig);
	*th = (struct thread){.tid = load32(n->desc + PRSTATUS_PID), .signal = cursig};
	memcpy(th->regs, n->desc + PRSTATUS_REGS, sizeof th->regs);
}

/* Threads are counted first, so that they fit in one array. */
static enum rc read_threads(struct target *t, const uint8_t *bytes, size_t len)
{
	struct elf_note note;
	size_t more = 0;

	for (size_t at = 0; elf_note_next(bytes, len, &at, &note);)
		more += is_note(&note, NT_PRSTATUS) && note.desc_len >= PRSTATUS_MIN;
	if (more == 0)
		return RC_OK;
	struct thread *threads = arena_array(&t->arena, t->nthreads + more, sizeof *threads);
	if (threads == NULL)
		return RC_NOMEM;
	if (t->nthreads != 0)
		memcpy(threads, t->threads, t->nthreads * sizeof *threads);
	t->threads = threads;
	for (size_t at = 0; elf_note_next(bytes, len, &at, &note);)
		if (is_note(&note, NT_PRSTATUS) && note.desc_len >= PRSTATUS_MIN)
			read_thread(&threads[t->nthreads++], &note);
	return RC_OK;
}

static enum rc read_process(struct target *t, const struct elf_note *n)
{
	const char *name = (const char *)n->desc + PRPSINFO_FNAME;
	const char *args = (const char *)n->desc + PRPSINFO_PSARGS;

	if (t->name != NULL || n->desc_len < PRPSINFO_SIZE)
		return RC_OK;
	t->pid = load32(n->desc + PRPSINFO_PID);
	t->name = arena_strndup(&t->arena, name, strnlen(name, PRPSINFO_FNAME_SIZE));
	t->psargs = arena_strndup(&t->arena, args, strnlen(args, PRPSINFO_PSARGS_SIZE));
	return t->name != NULL && t->psargs != NULL ? RC_OK : RC_NOMEM;
}

static void read_signal(struct target *t, const struct elf_note *n)
{
	struct signal_info *s = &t->signal;

	/* gdb writes one for each thread: the first belongs to the one that died. */
	if (s->number != 0 || n->desc_len < SIGINFO_MIN)
		return;
	s->number = load32(n->desc);
	s->error = load32(n->desc + 4);
	s->code = load32(n->desc + 8);
	if (s->code <= 0)
		s->sender = load32(n->desc + SIGINFO_PID);
	else if (s->number == SIGSEGV || s->number == SIGBUS || s->number == SIGILL ||
		 s->number == SIGFPE || s->number == SIGTRAP)
		s->addr = load64(n->desc + SIGINFO_ADDR);
}

static enum rc read_auxv(struct target *t, const struct elf_note *n)
{
	size_t count = n->desc_len / 16;

	if (t->auxv != NULL || count == 0)
		return RC_OK;
	uint64_t *auxv = arena_array(&t->arena, count, 16);
	if (auxv == NULL)
		return RC_NOMEM;
	memcpy(auxv, n->desc, count * 16);
	t->auxv = auxv;
	t->nauxv = count;
	for (size_t i = 0; i < count; i++) {
		if (auxv[2 * i] == AT_NULL) {
			t->nauxv = i;
			break;
		}
	}
	return RC_OK;
}

/* The entries point into the note; `strings` gets the path of each, in the order of the note. */
static size_t list_files(const struct elf_note *n, struct file_note *files, size_t count)
{
	const uint64_t page = load64(n->desc + 8);
	const char *string = (const char *)n->desc + FILE_HEADER + count * FILE_ENTRY;
	const char *end = (const char *)n->desc + n->desc_len;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *e = n->desc + FILE_HEADER + i * FILE_ENTRY;
		const char *nul = memchr(string, 0, (size_t)(end - string));
		struct file_note *f = &files[kept];

		if (nul == NULL)
			break;
		f->start = load64(e);
		f->end = load64(e + 8);
		f->path = string;
		string = nul + 1;
		if (f->end > f->start &&
		    !__builtin_mul_overflow(load64(e + 16), page, &f->offset) && *f->path != 0)
			kept++;
	}
	return kept;
}

static int compare_path(const void *pa, const void *pb)
{
	const struct file_note *a = pa, *b = pb;

	return strcmp(a->path, b->path);
}

static int compare_start(const void *pa, const void *pb)
{
	const struct file_note *a = pa, *b = pb;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* Copy each path once, so that equal paths have equal pointers. */
static enum rc intern_paths(struct target *t, struct file_note *files, size_t n)
{
	const char *raw = NULL;

	qsort(files, n, sizeof *files, compare_path);
	for (size_t i = 0; i < n; i++) {
		const char *mine = files[i].path;

		files[i].path = raw != NULL && strcmp(raw, mine) == 0
					? files[i - 1].path
					: arena_strdup(&t->arena, mine);
		if (files[i].path == NULL)
			return RC_NOMEM;
		raw = mine;
	}
	return RC_OK;
}

static enum rc read_files(struct target *t, const struct elf_note *n, struct core_notes *notes)
{
	if (notes->files != NULL || n->desc_len < FILE_HEADER)
		return RC_OK;
	size_t room = (n->desc_len - FILE_HEADER) / FILE_ENTRY;
	size_t count = load64(n->desc) < room ? (size_t)load64(n->desc) : room;
	struct file_note *files = arena_array(&t->arena, count, sizeof *files);
	if (files == NULL)
		return RC_NOMEM;
	size_t kept = list_files(n, files, count);
	TRY(intern_paths(t, files, kept));
	qsort(files, kept, sizeof *files, compare_start);
	notes->files = files;
	notes->nfiles = kept;
	return RC_OK;
}

enum rc notes_read(struct target *t, const uint8_t *bytes, size_t len, struct core_notes *notes)
{
	struct elf_note note;

	TRY(read_threads(t, bytes, len));
	for (size_t at = 0; elf_note_next(bytes, len, &at, &note);) {
		if (is_note(&note, NT_PRPSINFO))
			TRY(read_process(t, &note));
		else if (is_note(&note, NT_SIGINFO))
			read_signal(t, &note);
		else if (is_note(&note, NT_AUXV))
			TRY(read_auxv(t, &note));
		else if (is_note(&note, NT_FILE))
			TRY(read_files(t, &note, notes));
	}
	if (t->signal.number == 0 && t->nthreads != 0)
		t->signal.number = t->threads[0].signal;
	if (t->pid == 0 && t->nthreads != 0)
		t->pid = t->threads[0].tid;
	/* pr_fname is the name of the thread that leads the process. */
	for (size_t i = 0; i < t->nthreads; i++)
		if (t->threads[i].tid == t->pid)
			t->threads[i].name = t->name;
	return RC_OK;
}
