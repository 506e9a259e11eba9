/*
 * fuzz_heap - libFuzzer: a real core whose heap, isolate and stack are written over.
 *
 *	MDBISH_FUZZ_CORE=FILE ./fuzz_heap DIR        default: a core below MDBISH_CORES
 *
 * The input is a list of patches of 16 bytes, each one word (or byte) at a place of one of the
 * regions. Regions are copied once and stand over the core; patches are taken back after each run.
 * What a patch writes is often another word of the heap, so that it looks right at first sight.
 */
#include "base/vec.h"
#include "findobjs/group.h"
#include "jsheap/frames.h"
#include "jsheap/inspect.h"
#include "jsheap/names.h"
#include "jsheap/path.h"
#include "jsheap/special.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ISOLATE_BYTES    0x20000u
#define SPACE_BYTES      0x1000u
#define STACK_BYTES      0x10000u
#define TLS_BYTES        0x1000u
#define PATCHES_MAX      256
#define PAGES_OF_A_SPACE 2
#define INSPECTED_MAX    12
#define FRAMES_MAX       128
#define PAGE_BYTES       4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct region {
	addr_t start, end;
	uint8_t *bytes;
};

struct patch {
	uint16_t region;
	uint8_t kind, unused;
	uint32_t at;
	uint64_t value;
};

static struct {
	struct target *target;
	VEC(struct region) regions;
} fuzz;

static void die(const char *what)
{
	fprintf(stderr, "fuzz_heap: %s\n", what);
	exit(1);
}

static int by_start(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void add_region(addr_t start, uint64_t bytes)
{
	struct region r = {.start = start & ~(addr_t)(PAGE_BYTES - 1),
			   .end = (start + bytes + PAGE_BYTES - 1) & ~(addr_t)(PAGE_BYTES - 1)};

	if (start != 0 && vec_push(&fuzz.regions, r) != RC_OK)
		die("out of memory");
}

/* Regions touch and overlap: space objects lie inside the isolate. */
static void join_regions(void)
{
	size_t n = 0;

	qsort(fuzz.regions.at, fuzz.regions.n, sizeof *fuzz.regions.at, by_start);
	for (size_t i = 0; i < fuzz.regions.n; i++) {
		struct region *r = &fuzz.regions.at[i];

		if (n != 0 && r->start < fuzz.regions.at[n - 1].end) {
			if (r->end > fuzz.regions.at[n - 1].end)
				fuzz.regions.at[n - 1].end = r->end;
		} else {
			fuzz.regions.at[n++] = *r;
		}
	}
	fuzz.regions.n = n;
}

/* Runs must be short: a few pages of each space are left, the others are not saved any more. */
static bool keep_page(const struct js_heap *h, size_t i)
{
	const struct js_page *p = &h->pages[i];
	unsigned same = 0;

	for (size_t k = 0; k < i; k++)
		same += h->pages[k].owner == p->owner && h->pages[k].dead == p->dead;
	if (same < PAGES_OF_A_SPACE || p->kind == PAGE_READ_ONLY)
		return true;
	struct segment hole = {.start = p->base, .end = p->base + p->size, .rank = RANK_CORE};
	if (mem_add(&fuzz.target->mem, &hole) != RC_OK)
		die("out of memory");
	return false;
}

static void choose_regions(const struct js_heap *h)
{
	const struct thread *th = h->target->threads;

	for (size_t i = 0; i < h->npages; i++) {
		if (!keep_page(h, i))
			continue;
		add_region(h->pages[i].base, h->pages[i].size);
		add_region(h->pages[i].metadata, SPACE_BYTES);
		add_region(h->pages[i].owner, SPACE_BYTES);
	}
	for (size_t i = 0; i < h->nisolates; i++)
		add_region(h->isolates[i].addr, ISOLATE_BYTES);
	add_region(th->regs[AMD64_RSP], STACK_BYTES);
	add_region(th->regs[AMD64_FS_BASE] - TLS_BYTES, 2 * TLS_BYTES);
	join_regions();
	if (mem_seal(&fuzz.target->mem) != RC_OK)
		die("out of memory");
}

/* The part of a region that the core holds, as memory that can be written. */
static void copy_region(struct region *r)
{
	const struct mem *m = &fuzz.target->mem;

	r->bytes = malloc(r->end - r->start);
	if (r->bytes == NULL)
		die("out of memory");
	r->end = r->start + mem_peek(m, r->start, r->bytes, r->end - r->start);
}

static void overlay_regions(void)
{
	for (size_t i = 0; i < fuzz.regions.n; i++)
		copy_region(&fuzz.regions.at[i]);
	for (size_t i = 0; i < fuzz.regions.n; i++) {
		const struct region *r = &fuzz.regions.at[i];
		struct segment s = {
			.start = r->start, .end = r->end, .data = r->bytes, .rank = RANK_CORE};

		if (mem_add(&fuzz.target->mem, &s) != RC_OK)
			die("out of memory");
	}
	if (mem_seal(&fuzz.target->mem) != RC_OK)
		die("out of memory");
}

static char *core_path(void)
{
	const char *core = getenv("MDBISH_FUZZ_CORE"), *cores = getenv("MDBISH_CORES");
	char *pattern = NULL, *path = NULL;
	glob_t found;

	if (core != NULL)
		return strdup(core);
	if (cores == NULL || asprintf(&pattern, "%s/*/stack.core", cores) < 0)
		die("neither MDBISH_FUZZ_CORE nor MDBISH_CORES is set");
	if (glob(pattern, 0, NULL, &found) == 0)
		path = strdup(found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
	free(pattern);
	return path;
}

static void open_core(void)
{
	struct arena errors = ARENA_INIT;
	const char *message = NULL;
	struct js_heap *h;
	struct why why;
	char *path = core_path();

	if (path == NULL)
		die("no core below MDBISH_CORES; tests/cores/make makes them");
	fuzz.target = target_open_core(path, &(struct target_options){0}, &errors, &message);
	if (fuzz.target == NULL)
		die(message);
	if (js_heap_open(fuzz.target, &h, &why) != RC_OK)
		die(why.what);
	choose_regions(h);
	js_heap_close(h);
	overlay_regions();
	fprintf(stderr, "fuzz_heap: %s, %zu regions\n", path, fuzz.regions.n);
	free(path);
}

/* The word that some other place of the regions holds. */
static uint64_t borrowed(uint64_t where)
{
	const struct region *r = &fuzz.regions.at[(where >> 32) % fuzz.regions.n];
	uint64_t size = r->end - r->start, w = 0;

	if (size >= 8)
		memcpy(&w, r->bytes + ((where & UINT32_MAX) % (size / 8)) * 8, 8);
	return w;
}

static uint64_t address(uint64_t where)
{
	const struct region *r = &fuzz.regions.at[(where >> 32) % fuzz.regions.n];
	uint64_t size = r->end - r->start;

	return r->start + (size != 0 ? (where & UINT32_MAX) % size : 0);
}

/* What a patch means; the numbers are the low bits of its `kind`. */
enum { WORD, BORROWED, POINTER, SMI_WORD, NEIGHBOUR, HEADER, SHORT, BYTE, KINDS };

#define HEADER_BYTES 256u

/* The place that a patch writes to, with 8 bytes of the region behind it; NULL: none. */
static uint8_t *place(const struct patch *p)
{
	const struct region *r = &fuzz.regions.at[p->region % fuzz.regions.n];
	uint64_t size = r->end - r->start;

	if (size < HEADER_BYTES + 8)
		return NULL;
	unsigned kind = p->kind % KINDS;
	uint64_t at = p->at % (kind == HEADER ? HEADER_BYTES : size - 7);
	return r->bytes + (kind < SHORT ? at & ~UINT64_C(7) : at);
}

static void apply(const struct patch *p, uint8_t *to)
{
	const struct region *r = &fuzz.regions.at[p->region % fuzz.regions.n];
	unsigned kind = p->kind % KINDS;
	uint64_t w = p->value;

	if (kind == BORROWED)
		w = borrowed(p->value);
	else if (kind == POINTER)
		w = address(p->value) | 1;
	else if (kind == SMI_WORD)
		w = p->value << 32;
	else if (kind == NEIGHBOUR) /* the object itself, or one near it */
		w = (r->start + (uint64_t)(to - r->bytes) - (p->value & 0x78)) | 1;
	memcpy(to, &w, kind == BYTE ? 1 : kind == SHORT ? 2 : 8);
}

struct undo {
	uint8_t *at;
	uint64_t word;
};

static size_t patch_all(const uint8_t *data, size_t size, struct undo *undo)
{
	size_t n = 0;

	for (; n < PATCHES_MAX && size >= sizeof(struct patch); size -= sizeof(struct patch)) {
		struct patch p;

		memcpy(&p, data, sizeof p);
		data += sizeof p;
		uint8_t *to = place(&p);
		if (to == NULL)
			continue;
		undo[n].at = to;
		memcpy(&undo[n++].word, to, 8);
		apply(&p, to);
	}
	return n;
}

static void inspect(const struct js_heap *h, jsval v, bool json)
{
	const struct inspect_options o = {
		.depth = 3, .members = 20, .string_units = 500, .total = 300, .addresses = true};
	struct str text = STR_INIT;
	struct arena a = ARENA_INIT;
	struct why why;
	jsval member;

	if ((json ? js_inspect_json : js_inspect_text)(h, v, &o, &text) != RC_OK)
		abort();
	(void)!js_constructor_name(h, v, &a);
	(void)!js_path(h, v, "a.b[0].length", &member, &why);
	str_free(&text);
	arena_free(&a);
}

static void group(const struct js_heap *h)
{
	struct object_groups *g;
	enum rc rc = object_groups_make(
		h, &(struct group_options){.jobs = 1, .isolate = UINT32_MAX}, &g);

	if (rc != RC_OK)
		abort();
	for (size_t i = 0; i < g->ngroups; i++)
		if (g->groups[i].count == 0 || g->groups[i].bytes < 8 * g->groups[i].count)
			abort();
	for (size_t i = 0; i < g->ngroups && i < INSPECTED_MAX; i++) {
		inspect(h, g->groups[i].representative, i % 2 != 0);
		inspect(h, g->groups[g->ngroups - 1 - i].representative, i % 2 != 0);
		(void)!object_groups_of(g, g->groups[i].representative);
	}
	object_groups_free(g);
}

static void stacks(const struct js_heap *h)
{
	struct target *t = fuzz.target;

	for (size_t i = 0; i < t->nthreads && i < 2; i++) {
		struct js_stack stack;

		if (js_stack_load(t, h, &t->threads[i], FRAMES_MAX, &stack) != RC_OK)
			abort();
		for (size_t k = 0; k < stack.n && k < INSPECTED_MAX; k++)
			if (stack.frames[k].function.bits != 0)
				inspect(h, stack.frames[k].function, true);
		js_stack_free(&stack);
	}
}

/* What a run allocates with the target is given back, as when the target is closed. */
static void run(void)
{
	struct arena kept = fuzz.target->arena;
	struct js_heap *h;
	struct why why;

	fuzz.target->arena = (struct arena)ARENA_INIT;
	enum rc rc = js_heap_open(fuzz.target, &h, &why);
	if (rc == RC_OK) {
		group(h);
		stacks(h);
	} else if (why.what == NULL || rc == RC_NOMEM) {
		abort();
	}
	js_heap_close(rc == RC_OK ? h : NULL);
	arena_free(&fuzz.target->arena);
	fuzz.target->arena = kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct undo undo[PATCHES_MAX];

	if (fuzz.target == NULL)
		open_core();
	size_t n = patch_all(data, size, undo);
	run();
	while (n-- != 0)
		memcpy(undo[n].at, &undo[n].word, 8);
	return 0;
}
