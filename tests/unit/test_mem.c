/*
 * test_mem - flattening and reading against a model that looks at one address after the other.
 */
#include "target/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define SPACE 256

/* What one address of the model holds. */
struct cell {
	bool mapped, has_byte;
	uint8_t rank, prot, byte;
};

static uint32_t seed;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)(seed >> 8) * below) >> 24);
}

/* Segments of one test share this memory, so that some of them are neighbours in it too. */
static const uint8_t *pool(void)
{
	static uint8_t bytes[4 * SPACE];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	return bytes;
}

static enum rc read_pattern(void *ctx, addr_t addr, void *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = (uint8_t)((addr + i) * 3 + (uintptr_t)ctx);
	return RC_OK;
}

static void add_random(struct mem *m, struct cell *model)
{
	struct segment s = {.start = rnd(SPACE), .rank = (uint8_t)rnd(3), .prot = (uint8_t)rnd(2)};
	uint32_t kind = rnd(4);

	s.end = s.start + rnd(40);
	if (s.end > SPACE)
		s.end = SPACE;
	if (kind == 0) {
		s.read = read_pattern;
		s.ctx = (void *)(uintptr_t)rnd(2);
	} else if (kind < 3) {
		/* Often at the same place relative to the address: such neighbours join. */
		s.data = pool() + s.start + (rnd(2) != 0 ? SPACE : rnd(SPACE));
	}
	assert_int_equal(mem_add(m, &s), RC_OK);
	for (addr_t a = s.start; a < s.end; a++) {
		struct cell *c = &model[a];

		if (c->mapped && c->rank > s.rank)
			continue;
		*c = (struct cell){.mapped = true, .rank = s.rank, .prot = s.prot};
		c->has_byte = s.data != NULL || s.read != NULL;
		if (s.data != NULL)
			c->byte = s.data[a - s.start];
		else if (s.read != NULL)
			assert_int_equal(read_pattern(s.ctx, a, &c->byte, 1), RC_OK);
	}
}

static void check_shape(const struct mem *m)
{
	for (size_t i = 0; i < m->segments.n; i++) {
		const struct segment *s = &m->segments.at[i], *next = s + 1;

		assert_true(s->start < s->end);
		if (i + 1 == m->segments.n)
			break;
		assert_true(s->end <= next->start);
		if (s->end == next->start && s->data != NULL && next->data != NULL &&
		    s->rank == next->rank && s->prot == next->prot)
			assert_ptr_not_equal(s->data + (s->end - s->start), next->data);
	}
}

/* The rc that reading [a, a + len) should give, and how many bytes can be read from its start. */
static enum rc expected(const struct cell *model, addr_t a, size_t len, size_t *good)
{
	for (*good = 0; *good < len; (*good)++) {
		addr_t at = a + *good;

		if (at >= SPACE || !model[at].mapped)
			return RC_FAULT;
		if (!model[at].has_byte)
			return RC_NOTSAVED;
	}
	return RC_OK;
}

static void check_reads(const struct mem *m, const struct cell *model)
{
	for (int i = 0; i < 300; i++) {
		addr_t a = rnd(SPACE + 8);
		size_t len = rnd(50), good;
		uint8_t buf[64], peeked[64];
		enum rc rc = expected(model, a, len, &good);

		memset(buf, 0xee, sizeof buf);
		assert_int_equal(mem_read(m, a, buf, len), rc);
		assert_int_equal(mem_peek(m, a, peeked, len), good);
		for (size_t k = 0; k < good; k++)
			assert_int_equal(peeked[k], model[a + k].byte);
		if (rc == RC_OK)
			assert_memory_equal(buf, peeked, len);
		else if (len != 0)
			assert_int_equal(buf[0], 0xee);
		const uint8_t *view = mem_view(m, a, len);
		if (view != NULL && len != 0) {
			assert_int_equal(rc, RC_OK);
			assert_memory_equal(view, buf, len);
		}
		const struct segment *s = mem_segment(m, a);
		assert_int_equal(s != NULL, a < SPACE && model[a].mapped);
		if (s != NULL) {
			assert_int_equal(s->rank, model[a].rank);
			assert_int_equal(s->prot, model[a].prot);
		}
	}
}

static void flattening_agrees_with_the_model(void **state)
{
	(void)state;
	for (seed = 1; seed < 400; seed++) {
		struct cell model[SPACE] = {0};
		struct mem m = {0};
		uint32_t keep = seed;

		for (uint32_t n = rnd(30); n != 0; n--)
			add_random(&m, model);
		assert_int_equal(mem_seal(&m), RC_OK);
		check_shape(&m);
		check_reads(&m, model);
		/* More may be added to what is sealed. */
		for (uint32_t n = rnd(10); n != 0; n--)
			add_random(&m, model);
		assert_int_equal(mem_seal(&m), RC_OK);
		check_shape(&m);
		check_reads(&m, model);
		mem_free(&m);
		seed = keep;
	}
}

static void the_later_of_two_equals_wins(void **state)
{
	struct mem m = {0};
	struct segment a = {.start = 0, .end = 8, .data = (const uint8_t *)"aaaaaaaa", .rank = 1};
	struct segment b = {.start = 2, .end = 4, .data = (const uint8_t *)"bb", .rank = 1};
	struct segment empty = {.start = 5, .end = 5, .rank = RANK_CORE};
	struct segment wrong = {.start = 6, .end = 5, .rank = RANK_CORE};
	char buf[9] = "";

	(void)state;
	assert_int_equal(mem_add(&m, &a), RC_OK);
	assert_int_equal(mem_add(&m, &b), RC_OK);
	assert_int_equal(mem_add(&m, &empty), RC_OK);
	assert_int_equal(mem_add(&m, &wrong), RC_OK);
	assert_null(mem_segment(&m, 0));
	assert_int_equal(mem_seal(&m), RC_OK);
	assert_int_equal(mem_read(&m, 0, buf, 8), RC_OK);
	assert_string_equal(buf, "aabbaaaa");
	mem_free(&m);
}

static void the_ends_of_the_address_space(void **state)
{
	struct mem m = {0};
	struct segment low = {.start = 0, .end = 8, .data = pool(), .rank = RANK_CORE};
	struct segment high = {.start = UINT64_MAX - 8, .end = UINT64_MAX, .data = pool()};
	uint64_t v;

	(void)state;
	assert_int_equal(mem_add(&m, &high), RC_OK);
	assert_int_equal(mem_add(&m, &low), RC_OK);
	assert_int_equal(mem_seal(&m), RC_OK);
	assert_int_equal(mem_u64(&m, UINT64_MAX - 8, &v), RC_OK);
	assert_int_equal(mem_u64(&m, UINT64_MAX - 7, &v), RC_FAULT);
	assert_int_equal(mem_u64(&m, UINT64_MAX, &v), RC_FAULT);
	assert_int_equal(mem_u64(&m, 0, &v), RC_OK);
	assert_null(mem_view(&m, UINT64_MAX - 8, SIZE_MAX));
	assert_int_equal(mem_read(&m, UINT64_MAX - 8, &v, 9), RC_FAULT);
	mem_free(&m);
}

static void strings(void **state)
{
	struct mem m = {0};
	struct segment text = {.start = 100, .end = 106, .data = (const uint8_t *)"hello"};
	struct segment open = {.start = 200, .end = 203, .data = (const uint8_t *)"abc"};
	struct segment hole = {.start = 203, .end = 204};
	char buf[16];

	(void)state;
	assert_int_equal(mem_add(&m, &text), RC_OK);
	assert_int_equal(mem_add(&m, &open), RC_OK);
	assert_int_equal(mem_add(&m, &hole), RC_OK);
	assert_int_equal(mem_seal(&m), RC_OK);
	assert_int_equal(mem_cstr(&m, 100, buf, sizeof buf), RC_OK);
	assert_string_equal(buf, "hello");
	assert_int_equal(mem_cstr(&m, 100, buf, 6), RC_OK);
	assert_int_equal(mem_cstr(&m, 100, buf, 5), RC_LIMIT);
	assert_string_equal(buf, "hell");
	assert_int_equal(mem_cstr(&m, 100, buf, 1), RC_LIMIT);
	assert_string_equal(buf, "");
	assert_int_equal(mem_cstr(&m, 100, buf, 0), RC_LIMIT);
	assert_int_equal(mem_cstr(&m, 200, buf, sizeof buf), RC_NOTSAVED);
	assert_string_equal(buf, "abc");
	assert_int_equal(mem_cstr(&m, 300, buf, sizeof buf), RC_FAULT);
	assert_string_equal(buf, "");
	mem_free(&m);
}

/* Fails at the n-th call. */
struct failing {
	unsigned calls, fail_at;
};

static enum rc read_failing(void *ctx, addr_t addr, void *buf, size_t len)
{
	struct failing *f = ctx;

	if (++f->calls == f->fail_at)
		return RC_OS;
	return read_pattern(NULL, addr, buf, len);
}

static void each_read_may_fail(void **state)
{
	struct failing f = {0};
	struct mem m = {0};
	uint8_t want[3 * 5000], got[3 * 5000];

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct segment s = {.start = 5000 * (addr_t)i, .end = 5000 * (addr_t)(i + 1)};

		s.read = read_failing;
		s.ctx = &f;
		s.rank = (uint8_t)(i % 2);
		assert_int_equal(mem_add(&m, &s), RC_OK);
	}
	assert_int_equal(mem_seal(&m), RC_OK);
	assert_int_equal(read_pattern(NULL, 0, want, sizeof want), RC_OK);
	for (f.fail_at = 1;; f.fail_at++) {
		f.calls = 0;
		enum rc rc = mem_read(&m, 0, got, sizeof got);
		if (rc == RC_OK)
			break;
		assert_int_equal(rc, RC_OS);
		assert_true(f.fail_at < 10);
	}
	assert_int_equal(f.fail_at, 4);
	assert_memory_equal(got, want, sizeof want);
	/* A whole read fails, then page by page all of it comes through; or not from one page on.
	 */
	f = (struct failing){.fail_at = 1};
	assert_int_equal(mem_peek(&m, 0, got, sizeof got), 5000);
	mem_free(&m);
}

static enum rc read_below_4096(void *ctx, addr_t addr, void *buf, size_t len)
{
	return addr + len <= 4096 ? read_pattern(ctx, addr, buf, len) : RC_FAULT;
}

static void peek_stops_at_the_first_bad_page(void **state)
{
	struct mem m = {0};
	struct segment s = {.start = 0, .end = 10000, .read = read_below_4096};
	uint8_t buf[10000];

	(void)state;
	assert_int_equal(mem_add(&m, &s), RC_OK);
	assert_int_equal(mem_seal(&m), RC_OK);
	assert_int_equal(mem_peek(&m, 0, buf, sizeof buf), 4096);
	assert_int_equal(mem_peek(&m, 100, buf, 9000), 3996);
	assert_int_equal(mem_peek(&m, 4096, buf, 100), 0);
	mem_free(&m);
}

/* A million segments, each inside the one before or overlapping it, in the worst orders. */
static void hostile_overlaps_take_no_time(void **state)
{
	const uint32_t n = 1000000;
	struct timespec begin, end;

	(void)state;
	for (int shape = 0; shape < 3; shape++) {
		struct mem m = {0};
		const struct segment *s;

		clock_gettime(CLOCK_MONOTONIC, &begin);
		for (uint32_t i = 0; i < n; i++) {
			struct segment seg = {.rank = (uint8_t)(i % 3)};
			addr_t at = shape == 0 ? i : shape == 1 ? n - i : rnd(n);

			seg.start = 0x1000 + at;
			seg.end = shape == 0 ? 0x1000 + 2 * (addr_t)n - at : seg.start + n;
			assert_int_equal(mem_add(&m, &seg), RC_OK);
		}
		assert_int_equal(mem_seal(&m), RC_OK);
		clock_gettime(CLOCK_MONOTONIC, &end);
		assert_true(m.segments.n <= 2 * (size_t)n);
		s = mem_segment(&m, 0x1000 + n + n / 2);
		assert_true(shape != 0 || (s != NULL && s->rank == RANK_CORE));
		assert_true(end.tv_sec - begin.tv_sec < 20);
		mem_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flattening_agrees_with_the_model),
		cmocka_unit_test(the_later_of_two_equals_wins),
		cmocka_unit_test(the_ends_of_the_address_space),
		cmocka_unit_test(strings),
		cmocka_unit_test(each_read_may_fail),
		cmocka_unit_test(peek_stops_at_the_first_bad_page),
		cmocka_unit_test(hostile_overlaps_take_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
