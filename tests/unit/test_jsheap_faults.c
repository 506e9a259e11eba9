/*
 * test_jsheap_faults - the N-th read of a real core fails, for each N: opening the heap,
 * inspecting, naming, grouping, unwinding all end with an rc or a part of the result, and nothing
 * leaks.
 *
 * The cores are those of tests/cores/make: the heap core of each version that is there.
 */
#include "findobjs/group.h"
#include "jsheap/frames.h"
#include "jsheap/inspect.h"
#include "jsheap/names.h"
#include "jsheap/path.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/js_mock.h"

#define EACH_UNTIL    3000 /* every N up to there, then by ratio; */
#define EACH_COSTLY   200  /* the same where a run takes long */
#define SECONDS       3    /* of processor time for each of them */
#define SEEN_OBJECTS  6
#define GROUPED_PAGES 3

/* Reads of the target count down; the one that reaches 0 fails, and all behind it if `broken`. */
struct faulty {
	struct mem whole;
	uint64_t reads, fail_at; /* fail_at 0: never */
	bool broken;
};

struct world {
	struct target *t;
	struct js_heap *h;
	struct arena errors;
	struct faulty faulty;
};

static enum rc read_faulty(void *ctx, addr_t addr, void *buf, size_t len)
{
	struct faulty *f = ctx;

	f->reads++;
	if (f->fail_at != 0 && (f->reads == f->fail_at || (f->broken && f->reads > f->fail_at)))
		return RC_FAULT;
	return mem_read(&f->whole, addr, buf, len);
}

/* Put the callback in front of each segment that has bytes. */
static void make_faulty(struct world *w)
{
	struct mem *m = &w->t->mem;

	w->faulty.whole = *m;
	*m = (struct mem){0};
	for (size_t i = 0; i < w->faulty.whole.segments.n; i++) {
		struct segment s = w->faulty.whole.segments.at[i];

		if (s.data != NULL || s.read != NULL) {
			s.data = NULL;
			s.read = read_faulty;
			s.ctx = &w->faulty;
		}
		assert_int_equal(mem_add(m, &s), RC_OK);
	}
	assert_int_equal(mem_seal(m), RC_OK);
}

static void world_open(struct world *w, const char *core)
{
	const char *message = "";
	struct why why;

	*w = (struct world){0};
	w->t = target_open_core(core, &(struct target_options){0}, &w->errors, &message);
	if (w->t == NULL) {
		fail_msg("%s", message);
		return;
	}
	make_faulty(w);
	assert_int_equal(js_heap_open(w->t, &w->h, &why), RC_OK);
}

static void world_close(struct world *w)
{
	js_heap_close(w->h);
	target_close(w->t);
	mem_free(&w->faulty.whole);
	arena_free(&w->errors);
}

/* What is done while a read fails; the rc must be one of those that its contract names. */
typedef void action(struct world *w, void *what);

/* Do it with each read failing in turn, alone and with all that come after it. */
static void with_faults(struct world *w, action *act, void *what, uint64_t each)
{
	struct faulty *f = &w->faulty;
	struct timespec start, now;
	uint64_t all;

	f->fail_at = 0;
	f->reads = 0;
	act(w, what);
	all = f->reads;
	assert_true(all > 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	for (uint64_t n = 1; n <= all; n = n < each ? n + 1 : n + n / 24) {
		f->broken = n % 2 == 0;
		f->fail_at = n;
		f->reads = 0;
		act(w, what);
		assert_true(f->reads >= n);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
		if (now.tv_sec - start.tv_sec >= SECONDS && n < all / 2)
			n = all / 2; /* slow machine: the middle and the end still */
	}
	f->fail_at = 0;
}

/* What a run allocates with the target would be freed with it: here, after each run. */
static void open_heap(struct world *w, void *what)
{
	struct arena kept = w->t->arena;
	struct js_heap *h;
	struct why why;

	(void)what;
	w->t->arena = (struct arena)ARENA_INIT;
	enum rc rc = js_heap_open(w->t, &h, &why);
	assert_int_not_equal(rc, RC_NOMEM);
	assert_int_equal(rc == RC_OK, h != NULL);
	assert_true(rc == RC_OK || (why.rc == rc && why.what != NULL));
	if (rc == RC_OK && h != NULL)
		assert_true(h->npages <= w->h->npages);
	js_heap_close(h);
	arena_free(&w->t->arena);
	w->t->arena = kept;
}

static void inspect_object(struct world *w, void *what)
{
	const jsval v = *(jsval *)what;
	const struct inspect_options o = {
		.depth = 2, .members = 10, .string_units = 100, .total = 60};
	struct str text = STR_INIT, json = STR_INIT;
	struct arena a = ARENA_INIT;
	struct why why;
	jsval member;

	assert_int_equal(js_inspect_text(w->h, v, &o, &text), RC_OK);
	assert_int_equal(js_inspect_json(w->h, v, &o, &json), RC_OK);
	assert_true(text.n > 0 && json.n > 0);
	(void)!js_constructor_name(w->h, v, &a);
	enum rc rc = js_path(w->h, v, "a.b", &member, &why);
	assert_true(rc == RC_OK || rc == RC_DONE || rc == RC_UNSUP);
	str_free(&text);
	str_free(&json);
	arena_free(&a);
}

static void load_stack(struct world *w, void *what)
{
	struct js_stack stack;

	(void)what;
	assert_int_equal(js_stack_load(w->t, w->h, &w->t->threads[0], 200, &stack), RC_OK);
	js_stack_free(&stack);
}

static uint64_t count_groups(struct world *w, bool with_boilerplates)
{
	const struct group_options options = {
		.jobs = 1, .isolate = UINT32_MAX, .with_boilerplates = with_boilerplates};
	struct object_groups *g;
	uint64_t objects = 0;

	assert_int_equal(object_groups_make(w->h, &options, &g), RC_OK);
	for (size_t i = 0; i < g->ngroups; i++)
		objects += g->groups[i].count;
	object_groups_free(g);
	return objects;
}

static void group_pages(struct world *w, void *what)
{
	const uint64_t *most = what;

	/* A template that cannot be read is counted. */
	assert_true(count_groups(w, false) <= *most + *most / 10 + 100);
}

/* The core of that name of the i-th version, or NULL. */
static char *core_named(const char *name, size_t i)
{
	const char *cores = getenv("MDBISH_CORES");
	char pattern[4096], *path = NULL;
	glob_t found;

	if (cores == NULL)
		return NULL;
	snprintf(pattern, sizeof pattern, "%s/*/%s.core", cores, name);
	if (glob(pattern, 0, NULL, &found) == 0 && i < found.gl_pathc)
		path = strdup(found.gl_pathv[i]);
	globfree(&found);
	return path;
}

/* On the core of each version; without any there is nothing to see. */
static void on_cores(const char *name, void (*look)(struct world *w))
{
	size_t i = 0;

	for (char *core; (core = core_named(name, i)) != NULL; i++) {
		struct world w;

		print_message("# %s\n", core);
		world_open(&w, core);
		look(&w);
		world_close(&w);
		free(core);
	}
	if (i == 0) {
		print_message("# no cores below MDBISH_CORES: tests/cores/make makes them\n");
		skip();
	}
}

static void open_often(struct world *w)
{
	with_faults(w, open_heap, NULL, EACH_COSTLY);
}

static void opening(void **state)
{
	(void)state;
	on_cores("stack", open_often);
}

static void inspect_some(struct world *w)
{
	const struct group_options options = {.jobs = 1, .isolate = UINT32_MAX};
	struct object_groups *g;

	assert_int_equal(object_groups_make(w->h, &options, &g), RC_OK);
	assert_true(g->ngroups > SEEN_OBJECTS);
	for (size_t i = 0; i < SEEN_OBJECTS; i++)
		with_faults(w, inspect_object,
			    &g->groups[i * (g->ngroups - 1) / SEEN_OBJECTS].representative,
			    EACH_UNTIL);
	object_groups_free(g);
}

static void inspecting(void **state)
{
	(void)state;
	on_cores("values", inspect_some);
}

static void unwind_often(struct world *w)
{
	with_faults(w, load_stack, NULL, EACH_UNTIL);
}

static void unwinding(void **state)
{
	(void)state;
	on_cores("stack", unwind_often);
}

/* A few pages will do, but not any: those of code hold no JavaScript object. */
static void group_some(struct world *w)
{
	size_t left = GROUPED_PAGES;
	uint64_t most = 0;

	for (size_t i = 0; i < w->h->npages; i++)
		w->h->pages[i].dead = true;
	for (size_t i = 0; i < w->h->npages && left != 0; i++) {
		struct js_page *p = &w->h->pages[i];

		if (p->space == NULL || strcmp(p->space, "OldSpace") != 0)
			continue;
		p->dead = false;
		uint64_t objects = count_groups(w, true);
		p->dead = objects == most; /* nothing to count */
		left -= objects != most;
		most = objects;
	}
	assert_true(most > 0);
	with_faults(w, group_pages, &most, EACH_COSTLY);
}

static void grouping(void **state)
{
	(void)state;
	on_cores("stack", group_some);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening),
		cmocka_unit_test(inspecting),
		cmocka_unit_test(unwinding),
		cmocka_unit_test(grouping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
