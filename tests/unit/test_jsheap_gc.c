/*
 * test_jsheap_gc - what collectors leave in the middle of their work: moved objects and maps, marks on
 * pages that are not swept, areas of allocating threads.
 */
#include "jsheap/gc.h"
#include "jsheap/walk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/unit/js_mock.h"

#define NATIVE       UINT64_C(0x5000000)
#define NATIVE_BYTES 0x4000u
#define HEAP         (NATIVE + 0x100)
#define BITMAP       (NATIVE + 0x2000)
#define BITMAP_AT    0x40 /* of the page's header: a pointer to the bitmap */
#define OBJECTS      40u
#define OBJECT_BYTES 40u

struct with_native {
	struct mock *m;
	uint64_t words[NATIVE_BYTES / 8];
	jsval objects[OBJECTS];
};

static uint64_t *native(struct with_native *n, addr_t addr)
{
	return &n->words[(addr - NATIVE) / 8];
}

static void start(struct with_native *n, struct mock *m)
{
	*n = (struct with_native){.m = m};
	jsval map = mock_map(m, M_JS_OBJECT, OBJECT_BYTES / 8, 3);
	for (size_t i = 0; i < OBJECTS; i++)
		n->objects[i] = mock_object(m, map);
	struct segment s = {.start = NATIVE,
			    .end = NATIVE + NATIVE_BYTES,
			    .data = (const uint8_t *)n->words,
			    .rank = RANK_CORE};
	assert_int_equal(mem_add(&m->t->mem, &s), RC_OK);
	assert_int_equal(mem_seal(&m->t->mem), RC_OK);
	m->h.isolates[0] = (struct js_isolate){.addr = NATIVE, .heap = HEAP};
}

static struct js_walk_stats walk(struct with_native *n)
{
	struct js_walk w;

	assert_int_equal(js_walk_init(&w, &n->m->h), RC_OK);
	assert_int_equal(js_walk_page(&w, &n->m->h.pages[1], NULL, NULL), RC_OK);
	js_walk_free(&w);
	assert_int_equal(w.stats.bytes + w.stats.filler_bytes + w.stats.forwarded_bytes +
				 w.stats.dead_bytes + w.stats.gap_bytes,
			 V8_PAGE_BYTES - MOCK_HEADER);
	return w.stats;
}

static void moved_objects(void **state)
{
	struct with_native n;
	jsval map;

	start(&n, *state);
	uint64_t before = walk(&n).objects;
	for (size_t i = 0; i < 10; i++)
		mock_set(n.m, n.objects[i], 0, jsval_addr(n.objects[20 + i]));
	struct js_walk_stats st = walk(&n);
	assert_int_equal(st.objects, before - 10);
	assert_int_equal(st.forwarded_bytes, 10 * OBJECT_BYTES);
	assert_int_equal(st.missteps, 0);
	assert_int_equal(js_map_of(&n.m->h, n.objects[3], &map), RC_OK);
	assert_true(js_is_map(&n.m->h, map));
}

/* All words that name a map may name the place where it was. */
static void moved_maps(void **state)
{
	struct with_native n;
	jsval map;

	start(&n, *state);
	assert_int_equal(js_map_of(&n.m->h, n.objects[0], &map), RC_OK);
	uint64_t before = walk(&n).objects;
	jsval copy = mock_new(n.m, mock_root(n.m, "meta_map"), 80);
	memcpy(mock_at(n.m, copy), mock_at(n.m, map), 80);
	mock_set(n.m, map, 0, jsval_addr(copy));
	assert_true(js_is_map(&n.m->h, map));
	struct js_walk_stats st = walk(&n);
	assert_int_equal(st.objects, map.bits < MOCK_PAGE ? before + 1 : before);
	assert_int_equal(st.missteps, 0);
}

static void mark(struct with_native *n, jsval v)
{
	size_t bit = (jsval_addr(v) - MOCK_PAGE) / 8;

	*native(n, BITMAP + bit / 64 * 8) |= UINT64_C(1) << (bit % 64);
}

static void garbage_without_maps(void **state)
{
	struct with_native n;
	struct js_heap *h;
	addr_t bitmap = BITMAP;

	start(&n, *state);
	h = &n.m->h;
	memcpy(n.m->page + BITMAP_AT, &bitmap, sizeof bitmap);
	for (size_t i = 0; i < OBJECTS; i++)
		if (i < 5 || i >= 8)
			mark(&n, n.objects[i]);
	assert_true(v8_has(&h->layout, V8_Heap_gc_state));
	*native(&n, HEAP + (addr_t)(v8_value(&h->layout, V8_Heap_gc_state) & ~7)) =
		(uint64_t)GC_MARK_COMPACT << 8 * (v8_value(&h->layout, V8_Heap_gc_state) & 7);
	assert_int_equal(gc_examine(h), RC_OK);
	assert_int_equal(h->isolates[0].gc, GC_MARK_COMPACT);
	assert_string_equal(gc_state_name(h->isolates[0].gc), "mark-compact");
	assert_true(gc_marked(h, &h->pages[1]));
	assert_false(h->pages[1].dead);
	assert_int_equal(gc_next_mark(h, &h->pages[1], jsval_addr(n.objects[5]), h->pages[1].end),
			 jsval_addr(n.objects[8]));
	uint64_t before = walk(&n).objects;
	for (size_t i = 5; i < 8; i++)
		mock_set(n.m, n.objects[i], 0, 0xdead0001);
	struct js_walk_stats st = walk(&n);
	assert_int_equal(st.objects, before - 3);
	assert_int_equal(st.dead_bytes, 3 * OBJECT_BYTES);
	assert_int_equal(st.missteps, 0);
	/* One that is marked has no excuse. */
	mock_set(n.m, n.objects[12], 0, 0xdead0001);
	st = walk(&n);
	assert_int_equal(st.missteps, 1);
	assert_int_equal(st.gap_bytes, OBJECT_BYTES);
	gc_free(h);
}

/* {start, top, end} of a thread that was copying an object to objects[10], its map not yet there. */
static void areas_of_threads(void **state)
{
	struct with_native n;
	struct js_heap *h;
	struct js_area area;
	bool whole;

	start(&n, *state);
	h = &n.m->h;
	addr_t words[] = {jsval_addr(n.objects[5]), jsval_addr(n.objects[11]),
			  jsval_addr(n.objects[20])};
	memcpy(native(&n, NATIVE + 0x1000), words, sizeof words);
	assert_int_equal(gc_examine(h), RC_OK);
	for (size_t i = 10; i < 20; i++)
		memset(mock_at(n.m, n.objects[i]), 0, OBJECT_BYTES);
	struct js_walk_stats st;
	struct js_walk w;
	assert_int_equal(js_walk_init(&w, h), RC_OK);
	assert_int_equal(js_walk_page(&w, &h->pages[1], NULL, NULL), RC_OK);
	st = w.stats;
	js_walk_free(&w);
	assert_int_equal(st.missteps, 1);
	assert_int_equal(st.gap_bytes, OBJECT_BYTES); /* what was being copied */
	assert_true(gc_area_at(h, &h->pages[1], jsval_addr(n.objects[11]), 0, &area, &whole));
	assert_int_equal(area.limit, jsval_addr(n.objects[20]));
	assert_true(whole);
	assert_false(gc_area_at(h, &h->pages[1], jsval_addr(n.objects[4]), 0, &area, &whole));
	gc_free(h);
}

/* Any word as state, bitmap or area: nothing worse than a gap. */
static void hostile_words(void **state)
{
	static const uint64_t words[] = {
		0,    7,        UINT64_MAX,        MOCK_PAGE,
		HEAP, 0x100000, MOCK_PAGE + 0x108, NATIVE + NATIVE_BYTES - 8};
	struct with_native n;

	start(&n, *state);
	for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
		for (size_t i = 0; i < NATIVE_BYTES / 8; i++)
			n.words[i] = words[k];
		memcpy(n.m->page + BITMAP_AT, &words[k], sizeof words[k]);
		assert_int_equal(gc_examine(&n.m->h), RC_OK);
		assert_int_equal(walk(&n).missteps, 0);
		n.m->h.pages[1].dead = false;
		gc_free(&n.m->h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(moved_objects, setup, teardown),
		cmocka_unit_test_setup_teardown(moved_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(garbage_without_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(areas_of_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_words, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
