/*
 * test_jsheap_walk - pages, walking them, and grouping what they hold; pages that lie.
 */
#include "findobjs/group.h"
#include "jsheap/pages.h"
#include "jsheap/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/js_mock.h"

#define FAR UINT64_C(0x10000000000) /* a page header may promise that many bytes */

/* Objects as they come; their sizes must join. */
struct seen {
	uint64_t objects, bytes;
	addr_t last;
};

static enum rc see(void *ctx, const struct js_object *o)
{
	struct seen *s = ctx;

	assert_true(o->addr > s->last);
	assert_true(o->readable <= o->size && o->readable >= 8);
	assert_int_equal(o->words[0], o->info->map);
	s->last = o->addr;
	s->objects++;
	s->bytes += o->size;
	return RC_OK;
}

static struct js_walk_stats walk_page(struct mock *m, size_t page, struct seen *s)
{
	struct js_walk w;
	struct stopwatch watch;

	*s = (struct seen){0};
	stopwatch_start(&watch);
	assert_int_equal(js_walk_init(&w, &m->h), RC_OK);
	assert_int_equal(js_walk_page(&w, &m->h.pages[page], see, s), RC_OK);
	js_walk_free(&w);
	assert_true(stopwatch_good(&watch));
	assert_int_equal(w.stats.objects, s->objects);
	assert_int_equal(w.stats.bytes, s->bytes);
	return w.stats;
}

static jsval make_objects(struct mock *m, unsigned n)
{
	jsval map = mock_map(m, M_JS_OBJECT, 5, 3), d = mock_descriptors(m, map, 2), last;

	mock_describe(m, d, 0, mock_string(m, "x"), mock_field(0), 0);
	mock_describe(m, d, 1, mock_string(m, "y"), mock_field(1), 0);
	last = map;
	for (unsigned i = 0; i < n; i++)
		last = mock_object(m, map);
	return last;
}

static void whole_pages(void **state)
{
	struct mock *m = *state;
	struct seen s;
	struct js_walk_stats st;

	make_objects(m, 100);
	mock_string(m, "odd length of text");
	mock_array(m, "fixed_double_array_map", 7);
	mock_number(m, 2.5);
	st = walk_page(m, 1, &s);
	assert_int_equal(s.objects, 107);
	assert_int_equal(st.missteps, 0);
	assert_int_equal(st.bytes + st.filler_bytes, V8_PAGE_BYTES - MOCK_HEADER);
	st = walk_page(m, 0, &s);
	assert_int_equal(s.objects, m->nroots);
	assert_int_equal(st.missteps, 0);
	assert_int_equal(st.bytes, m->ro_used - MOCK_HEADER);
}

/* One word of each object destroyed in turn: the walk finds its way back. */
static void damaged_objects(void **state)
{
	struct mock *m = *state;
	const uint64_t words[] = {0, 1, UINT64_MAX, MOCK_PAGE + MOCK_HEADER + 1, smi(-1)};
	jsval last = make_objects(m, 30);
	struct seen s;

	mock_string(m, "text");
	for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
		for (addr_t a = jsval_addr(last) - 20 * 40; a < MOCK_PAGE + m->used; a += 8) {
			uint64_t was;
			uint8_t *at = mock_at(m, jsval_object(a));

			memcpy(&was, at, 8);
			memcpy(at, &words[k], 8);
			struct js_walk_stats st = walk_page(m, 1, &s);
			assert_int_equal(st.bytes + st.filler_bytes + st.gap_bytes,
					 V8_PAGE_BYTES - MOCK_HEADER);
			assert_in_range(st.objects, 29, 36);
			memcpy(at, &was, 8);
		}
}

/* Lengths that lead out of the page, or nowhere. */
static void hostile_sizes(void **state)
{
	struct mock *m = *state;
	static const char *const maps[] = {"free_space_map",          "fixed_array_map",
					   "seq_one_byte_string_map", "seq_two_byte_string_map",
					   "property_array_map",      "bigint_map",
					   "descriptor_array_map",    "scope_info_map"};
	const uint64_t lengths[] = {0, smi(-1), smi(INT32_MAX), UINT64_MAX, smi(1 << 15), 1};
	struct seen s;

	make_objects(m, 10);
	for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
		for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
			size_t used = m->used;
			jsval v = mock_new(m, mock_root(m, maps[i]), 64);
			struct js_walk_stats st;
			uint64_t size;

			mock_set(m, v, 8, lengths[k]);
			mock_set(m, v, 24, lengths[k]);
			make_objects(m, 10);
			st = walk_page(m, 1, &s);
			assert_true(st.objects >= 10 + 4);
			assert_true(st.bytes + st.filler_bytes + st.gap_bytes <=
				    V8_PAGE_BYTES - MOCK_HEADER);
			if (js_size_at(&m->h, jsval_addr(v), &size) == RC_OK)
				assert_true(size >= 8 && size % 8 == 0);
			m->used = used;
			mock_fill(m);
		}
}

/* Pages as a damaged header would describe them. */
static void hostile_pages(void **state)
{
	struct mock *m = *state;
	struct js_page good = m->h.pages[1], *p = &m->h.pages[1];
	struct seen s;

	make_objects(m, 50);
	p->size = FAR;
	p->end = p->stop = p->base + FAR;
	walk_page(m, 1, &s);
	assert_true(s.objects >= 50);
	memset(m->page + m->used, 0xff, 64); /* no way on from there */
	walk_page(m, 1, &s);
	assert_true(s.objects >= 50);
	mock_fill(m);
	p->kind = PAGE_LARGE;
	walk_page(m, 1, &s);
	assert_int_equal(s.objects, 1);
	for (uint64_t bytes = 0; bytes < 64; bytes += 4)
		for (int kind = PAGE_NORMAL; kind <= PAGE_YOUNG; kind++) {
			*p = good;
			p->kind = (enum page_kind)kind;
			p->end = p->stop = p->start + bytes;
			walk_page(m, 1, &s);
			assert_true(s.bytes <= bytes);
		}
	*p = good;
	p->start = p->end = p->stop = MOCK_PAGE + FAR; /* nothing is there */
	walk_page(m, 1, &s);
	assert_int_equal(s.objects, 0);
	p->stop = p->end = p->start + FAR;
	assert_int_equal(walk_page(m, 1, &s).unreadable_bytes, FAR);
	*p = good;
}

static void allocation_areas(void **state)
{
	struct mock *m = *state;
	struct js_area area;
	struct seen s;

	make_objects(m, 5);
	area.top = MOCK_PAGE + m->used;
	memset(m->page + m->used, 0xcc, 4096);
	m->used += 4096;
	area.limit = MOCK_PAGE + m->used;
	make_objects(m, 5);
	m->h.isolates[0].areas = &area;
	m->h.isolates[0].nareas = 1;
	assert_int_equal(walk_page(m, 1, &s).missteps, 0);
	assert_int_equal(s.objects, 2 * 9);
	m->h.isolates[0].nareas = 0;
	struct js_walk_stats st = walk_page(m, 1, &s);
	assert_int_equal(st.missteps, 1);
	assert_int_equal(st.gap_bytes, 4096);
	assert_int_equal(s.objects, 2 * 9);
}

static enum rc read_page(void *ctx, addr_t addr, void *buf, size_t len)
{
	const struct mock *m = ctx;

	/* A hole of two objects' length in the middle of the page. */
	if (addr < MOCK_PAGE + 0x2000 && addr + len > MOCK_PAGE + 0x1f80)
		return RC_NOTSAVED;
	memcpy(buf, m->page + (addr - MOCK_PAGE), len);
	return RC_OK;
}

/* Memory that is not mapped here, or not in words. */
static void other_memory(void **state)
{
	struct mock *m = *state;
	struct segment s = {.start = MOCK_PAGE,
			    .end = MOCK_PAGE + V8_PAGE_BYTES,
			    .read = read_page,
			    .ctx = m,
			    .rank = RANK_CORE};
	uint8_t *odd = malloc(V8_PAGE_BYTES + 1);
	struct seen whole, seen;

	assert_non_null(odd);
	make_objects(m, 500);
	walk_page(m, 1, &whole);
	assert_int_equal(mem_add(&m->t->mem, &s), RC_OK);
	assert_int_equal(mem_seal(&m->t->mem), RC_OK);
	struct js_walk_stats st = walk_page(m, 1, &seen);
	assert_true(seen.objects < whole.objects && seen.objects > 100);
	assert_true(st.unreadable_bytes > 0);
	memcpy(odd + 1, m->page, V8_PAGE_BYTES);
	s.data = odd + 1;
	assert_int_equal(mem_add(&m->t->mem, &s), RC_OK);
	assert_int_equal(mem_seal(&m->t->mem), RC_OK);
	assert_int_equal(walk_page(m, 1, &seen).missteps, 0);
	assert_int_equal(seen.objects, whole.objects);
	free(odd);
}

/* The three layouts of a page header; FORMATS words of zero in front of each. */
static void page_headers_of_each_format(void **state)
{
	const addr_t base = UINT64_C(0x30000000000), heap = 0x5000, owner = base + 0x8000;
	uint64_t page[0x9000 / 8] = {0};
	struct segment s = {.start = base,
			    .end = base + sizeof page,
			    .data = (const uint8_t *)page,
			    .rank = RANK_CORE};
	struct mem m = {0};
	struct page_header p;

	(void)state;
	assert_int_equal(mem_add(&m, &s), RC_OK);
	assert_int_equal(mem_seal(&m), RC_OK);
	assert_false(page_header_read(&m, base, false, &p));
	page[0x8000 / 8 + 1] = heap; /* the owner */
	const uint64_t oldest[] = {
		V8_PAGE_BYTES, 5, heap, base + 0x100, base + V8_PAGE_BYTES, 0, 0, 0, owner};
	memcpy(page, oldest, sizeof oldest);
	assert_true(page_header_read(&m, base, false, &p));
	assert_int_equal(p.flags, 5);
	assert_int_equal(p.end, base + V8_PAGE_BYTES);
	const uint64_t newer[] = {
		5, base, V8_PAGE_BYTES, heap, base + 0x100, base + V8_PAGE_BYTES, 0, 0, 0, owner};
	memcpy(page, newer, sizeof newer);
	assert_true(page_header_read(&m, base, false, &p));
	assert_int_equal(p.owner, owner);
	/* No owner's word agrees; start off; end beyond the chunk; a size that makes no sense. */
	static const struct {
		size_t word;
		uint64_t value;
	} wrong[] = {{9, 0},          {9, 0x123},      {3, 0}, {4, 0}, {4, 7},
		     {5, UINT64_MAX}, {2, UINT64_MAX}, {2, 0}, {1, 8}, {5, 0x30000000100}};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		page[wrong[i].word] = wrong[i].value;
		assert_false(page_header_read(&m, base, false, &p));
		memcpy(page, newer, sizeof newer);
	}
	mem_free(&m);
}

/* Pages over one another, and pages of no isolate: the first at a place stays. */
static void overlapping_pages(void **state)
{
	struct mock *m = *state;
	struct js_heap *h = &m->h;
	page_headers found = {0};
	const struct page_header headers[] = {
		{.base = MOCK_PAGE,
		 .size = FAR,
		 .start = MOCK_PAGE + 256,
		 .end = MOCK_PAGE + FAR,
		 .heap = 0x5000,
		 .owner = MOCK_OWNER},
		{.base = MOCK_PAGE + V8_PAGE_BYTES,
		 .size = V8_PAGE_BYTES,
		 .heap = 0x5000,
		 .owner = MOCK_OWNER},
		{.base = MOCK_PAGE, .size = V8_PAGE_BYTES, .heap = 0x5000, .owner = MOCK_OWNER},
		{.base = MOCK_RO,
		 .size = V8_PAGE_BYTES,
		 .start = MOCK_RO + MOCK_HEADER,
		 .end = MOCK_RO + V8_PAGE_BYTES},
		{.base = MOCK_RO - V8_PAGE_BYTES,
		 .size = V8_PAGE_BYTES,
		 .heap = 0x6000,
		 .owner = MOCK_OWNER},
	};

	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		assert_int_equal(vec_push(&found, headers[i]), RC_OK);
	h->isolates[0].heap = 0x5000;
	assert_int_equal(pages_adopt(h, &found), RC_OK);
	vec_free(&found);
	assert_int_equal(h->npages, 2);
	assert_ptr_equal(js_page_at(h, MOCK_RO), &h->pages[0]);
	assert_ptr_equal(js_page_at(h, MOCK_PAGE + 8), &h->pages[1]);
	assert_null(js_page_at(h, MOCK_PAGE + 5 * V8_PAGE_BYTES));
	assert_null(js_page_at(h, UINT64_MAX));
	assert_null(js_page_at(h, 0));
	struct seen s;
	make_objects(m, 50);
	walk_page(m, 1, &s);
	assert_int_equal(s.objects, 1); /* a large page has one object */
}

static void check_groups(struct mock *m, unsigned jobs, uint64_t most)
{
	const struct group_options options = {.jobs = jobs, .isolate = UINT32_MAX};
	struct object_groups *g;

	assert_int_equal(object_groups_make(&m->h, &options, &g), RC_OK);
	assert_int_equal(g->ngroups, 2);
	assert_int_equal(g->groups[0].count, most);
	assert_int_equal(g->groups[0].bytes, most * 40);
	assert_int_equal(g->groups[0].nproperties, 2);
	assert_string_equal(g->groups[0].properties[1], "y");
	assert_string_equal(g->groups[0].constructor, "Object");
	assert_int_equal(g->groups[1].count, 1);
	assert_int_equal(g->groups[1].nproperties, 0);
	assert_ptr_equal(object_groups_of(g, g->groups[0].representative), &g->groups[0]);
	assert_null(object_groups_of(g, mock_root(m, "meta_map")));
	assert_null(object_groups_of(g, jsval_of(smi(1))));
	object_groups_free(g);
}

/* 60 objects of two maps of the same names, one of none; an allocation site takes one of them. */
static void groups(void **state)
{
	struct mock *m = *state;
	jsval last = make_objects(m, 20), site;

	make_objects(m, 40);
	mock_object(m, mock_map(m, M_JS_OBJECT, 3, 3));
	for (unsigned jobs = 1; jobs <= 4; jobs++)
		check_groups(m, jobs, 60);
	site = mock_new(m, mock_root(m, "allocation_site_map"), 40);
	mock_set(m, site, 8, last.bits);
	mock_set(m, mock_new(m, mock_root(m, "allocation_site_map"), 40), 8, last.bits);
	mock_set(m, mock_new(m, mock_root(m, "allocation_site_map"), 40), 8, site.bits);
	mock_set(m, mock_new(m, mock_root(m, "allocation_site_map"), 40), 8, UINT64_MAX);
	for (unsigned jobs = 1; jobs <= 4; jobs++)
		check_groups(m, jobs, 59);
}

/* Objects whose keys are in no table, or in one of a senseless length. */
static void unreadable_keys(void **state)
{
	struct mock *m = *state;
	const struct group_options options = {.jobs = 1, .isolate = 0};
	jsval map = mock_map(m, M_JS_OBJECT, 3, 3);
	struct object_groups *g;
	struct stopwatch w;

	mock_set32(m, map, 16, 1u << 21);
	for (int i = 0; i < 200; i++) {
		jsval v = mock_object(m, map), t = mock_array(m, "name_dictionary_map", 5);

		mock_set(m, v, 8, t.bits);
		mock_set(m, t, 32, smi(i % 2 == 0 ? 1 << 26 : i));
		mock_set(m, t, 8, smi(i % 3 == 0 ? INT32_MAX : 5));
	}
	mock_set(m, mock_object(m, map), 8, smi(5));
	stopwatch_start(&w);
	assert_int_equal(object_groups_make(&m->h, &options, &g), RC_OK);
	assert_true(stopwatch_good(&w));
	assert_true(g->unreadable > 200 - 3);
	uint64_t n = 0;
	for (size_t i = 0; i < g->ngroups; i++)
		n += g->groups[i].count;
	assert_in_range(n, 201, 600); /* the arrays are not walked into place everywhere */
	object_groups_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_objects, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(allocation_areas, setup, teardown),
		cmocka_unit_test_setup_teardown(other_memory, setup, teardown),
		cmocka_unit_test(page_headers_of_each_format),
		cmocka_unit_test_setup_teardown(overlapping_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(groups, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable_keys, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
