/*
 * test_jsheap_positions - source position tables: what an encoder of the test's own wrote is read
 * back, in both encodings; tables that end too soon or claim too much are refused.
 */
#include "jsheap/positions.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/unit/js_mock.h"

#define PAIRS 50

struct encoder {
	uint8_t bytes[4096];
	size_t n;
};

static void put_unsigned(struct encoder *e, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		e->bytes[e->n++] = (uint8_t)(v | 0x80);
	e->bytes[e->n++] = (uint8_t)v;
}

static void put_signed(struct encoder *e, int64_t v)
{
	put_unsigned(e, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

static int64_t raw_of(const struct js_position *p)
{
	return (int64_t)(p->position + 1) << 1 | (int64_t)(p->inlining_id + 1) << 31;
}

static void encode(struct encoder *e, const struct js_position *p, size_t n, int64_t start,
		   bool packed)
{
	int64_t offset = start, raw = 0;

	e->n = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t delta = p[i].code_offset - offset;
		if (packed)
			put_unsigned(e, (uint64_t)delta << 2 | p[i].statement);
		else
			put_signed(e, p[i].statement ? delta : -delta - 1);
		put_signed(e, raw_of(&p[i]) - raw);
		offset = p[i].code_offset;
		raw = raw_of(&p[i]);
	}
}

/* The mock has no byte arrays; its arrays of words serve as such. */
static jsval byte_array(struct mock *m, const struct encoder *e)
{
	jsval v = mock_array(m, "fixed_array_map", 600);

	m->h.types.number[T_BYTE_ARRAY] = M_FIXED_ARRAY;
	mock_set(m, v, 8, smi((int64_t)e->n));
	memcpy(mock_at(m, v) + 16, e->bytes, e->n);
	return v;
}

static void fill(struct js_position *p, int64_t first)
{
	int64_t offset = first;

	for (int i = 0; i < PAIRS; i++) {
		p[i] = (struct js_position){.code_offset = offset,
					    .position = (i * 7919) % 100003,
					    .inlining_id = i % 5 - 1,
					    .statement = i % 3 == 0};
		offset += 1 + (i * i) % 300;
	}
}

struct check {
	const struct js_position *expected;
	size_t n;
};

static enum rc compare(void *ctx, const struct js_position *p)
{
	struct check *c = ctx;
	const struct js_position *x = &c->expected[c->n++];

	assert_int_equal(p->code_offset, x->code_offset);
	assert_int_equal(p->position, x->position);
	assert_int_equal(p->inlining_id, x->inlining_id);
	assert_int_equal(p->statement, x->statement);
	return RC_OK;
}

static void both_encodings(void **state)
{
	struct mock *m = *state;

	for (int packed = 0; packed <= 1; packed++)
		for (int64_t start = -1; start <= 0; start++) {
			struct js_position p[PAIRS], found;
			struct encoder e;
			struct check c = {.expected = p};

			m->h.layout.value[V8_positions_packed] = packed;
			m->h.layout.value[V8_positions_start] = start;
			fill(p, start + 2);
			encode(&e, p, PAIRS, start, packed != 0);
			jsval v = byte_array(m, &e);
			assert_int_equal(js_positions(&m->h, v, compare, &c), RC_OK);
			assert_int_equal(c.n, PAIRS);
			assert_int_equal(js_position_at(&m->h, v, start + 1, &found), RC_DONE);
			for (int i = 1; i < PAIRS; i++) {
				assert_int_equal(
					js_position_at(&m->h, v, p[i].code_offset - 1, &found),
					RC_OK);
				assert_int_equal(found.position, p[i - 1].position);
				assert_int_equal(js_position_at(&m->h, v, p[i].code_offset, &found),
						 RC_OK);
				assert_int_equal(found.position, p[i].position);
			}
		}
}

static enum rc ignore(void *ctx, const struct js_position *p)
{
	(void)ctx;
	(void)p;
	return RC_OK;
}

static void damaged(void **state)
{
	struct mock *m = *state;
	struct js_position p[PAIRS];
	struct encoder e;

	m->h.layout.value[V8_positions_packed] = 0;
	m->h.layout.value[V8_positions_start] = 0;
	fill(p, 0);
	encode(&e, p, PAIRS, 0, false);
	jsval v = byte_array(m, &e);
	mock_at(m, v)[16 + e.n - 1] |= 0x80; /* the last number goes on */
	assert_int_equal(js_positions(&m->h, v, ignore, NULL), RC_BAD);
	for (size_t i = 0; i < 16; i++)
		mock_at(m, v)[16 + i] = 0xff; /* a number without end */
	assert_int_equal(js_positions(&m->h, v, ignore, NULL), RC_BAD);
	mock_set(m, v, 8, smi(-1));
	assert_int_equal(js_positions(&m->h, v, ignore, NULL), RC_BAD);
	mock_set(m, v, 8, smi(INT32_MAX));
	assert_int_equal(js_positions(&m->h, v, ignore, NULL), RC_BAD);
	assert_int_equal(js_positions(&m->h, mock_string(m, "no table"), ignore, NULL), RC_OK);
	assert_int_equal(js_positions(&m->h, jsval_of(smi(3)), ignore, NULL), RC_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_encodings, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
