/*
 * positions - see the header.
 */
#include "jsheap/positions.h"

#include <stdlib.h>

#define TABLE_BYTES_MAX (1u << 26)
#define VLQ_SHIFT_MAX   35
#define HOLDER_FIELDS   64 /* bytes of SharedFunctionInfo, InterpreterData, Code that are searched */
#define HOLDERS_MAX     3

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

static uint64_t take_unsigned(struct reader *r)
{
	uint64_t n = 0;

	for (unsigned shift = 0;; shift += 7) {
		if (r->at == r->end || shift > VLQ_SHIFT_MAX) {
			r->bad = true;
			return 0;
		}
		uint8_t byte = *r->at++;
		n |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return n;
	}
}

static int64_t take_signed(struct reader *r)
{
	uint64_t n = take_unsigned(r);

	return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

static void take_offset(struct reader *r, bool packed, struct js_position *p)
{
	if (packed) {
		uint64_t n = take_unsigned(r);
		p->statement = (n & 1) != 0;
		p->code_offset += (int64_t)(n >> 2);
	} else {
		int64_t n = take_signed(r);
		p->statement = n >= 0;
		p->code_offset += n >= 0 ? n : -(n + 1);
	}
}

static enum rc decode(const struct v8_layout *l, const uint8_t *bytes, size_t n, js_position_fn *fn,
		      void *ctx)
{
	struct reader r = {.at = bytes, .end = bytes + n};
	struct js_position p = {.code_offset = v8_value(l, V8_positions_start)};
	bool packed = v8_value(l, V8_positions_packed) != 0;
	int64_t raw = 0;

	while (r.at < r.end) {
		take_offset(&r, packed, &p);
		raw += take_signed(&r);
		if (r.bad)
			return RC_BAD;
		p.position = (int32_t)((uint64_t)raw >> 1 & 0x3fffffff) - 1;
		p.inlining_id = (int32_t)((uint64_t)raw >> 31 & 0xffff) - 1;
		TRY(fn(ctx, &p));
	}
	return RC_OK;
}

static bool is_bytes(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_BYTE_ARRAY) || js_is(h, v, T_TRUSTED_BYTE_ARRAY);
}

enum rc js_positions(const struct js_heap *h, jsval v, js_position_fn *fn, void *ctx)
{
	uint64_t data = (uint64_t)v8_value(&h->layout, V8_FixedArray_data);
	jsval length, first;

	if (!is_bytes(h, v) && js_classes(h, v) == 0 && js_field(h, v, 8, &first) == RC_OK)
		v = first;
	if (!is_bytes(h, v))
		return RC_OK;
	TRY(js_field(h, v, v8_value(&h->layout, V8_FixedArray_length), &length));
	int64_t n = jsval_smi(length);
	if (!jsval_is_smi(length) || n < 0 || n > TABLE_BYTES_MAX ||
	    !js_fits(h, v, data + (uint64_t)n))
		return RC_BAD;
	uint8_t *bytes = malloc((size_t)n + 1);
	if (bytes == NULL)
		return RC_NOMEM;
	enum rc rc = mem_read(h->mem, jsval_addr(v) + data, bytes, (size_t)n);
	if (rc == RC_OK)
		rc = decode(&h->layout, bytes, (size_t)n, fn, ctx);
	free(bytes);
	return rc;
}

struct search {
	int64_t code_offset;
	struct js_position *found;
	bool any;
};

static enum rc keep_last(void *ctx, const struct js_position *p)
{
	struct search *s = ctx;

	if (p->code_offset > s->code_offset)
		return RC_DONE;
	*s->found = *p;
	s->any = true;
	return RC_OK;
}

enum rc js_position_at(const struct js_heap *h, jsval table, int64_t code_offset,
		       struct js_position *p)
{
	struct search s = {.code_offset = code_offset, .found = p};
	enum rc rc = js_positions(h, table, keep_last, &s);

	if (rc != RC_OK && rc != RC_DONE)
		return rc;
	return s.any ? RC_OK : RC_DONE;
}

static bool may_hold_bytecode(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_INTERPRETER_DATA) || js_is(h, v, T_BASELINE_DATA) ||
	       js_is(h, v, T_CODE) || js_is(h, v, T_BYTECODE_WRAPPER) ||
	       js_is(h, v, T_CODE_WRAPPER) || js_is(h, v, T_CODE_DATA_CONTAINER);
}

static enum rc search_bytecode(const struct js_heap *h, jsval holder, int depth, jsval *bytecode)
{
	for (int64_t at = 8; at < HOLDER_FIELDS; at += 8) {
		jsval v;

		if (js_field(h, holder, at, &v) != RC_OK)
			break;
		if (js_is(h, v, T_BYTECODE_ARRAY)) {
			*bytecode = v;
			return RC_OK;
		}
		if (depth < HOLDERS_MAX && may_hold_bytecode(h, v) &&
		    search_bytecode(h, v, depth + 1, bytecode) == RC_OK)
			return RC_OK;
		if (js_is_map(h, v))
			break; /* the next object */
	}
	return RC_DONE;
}

enum rc js_bytecode_of(const struct js_heap *h, jsval shared, jsval *bytecode)
{
	if (js_is(h, shared, T_BYTECODE_ARRAY)) {
		*bytecode = shared;
		return RC_OK;
	}
	return search_bytecode(h, shared, 0, bytecode);
}

enum rc js_bytecode_position(const struct js_heap *h, jsval bytecode, int64_t offset,
			     int32_t *position)
{
	struct js_position p;
	jsval table;

	if (!js_is(h, bytecode, T_BYTECODE_ARRAY))
		return RC_BAD;
	TRY(js_field(h, bytecode, v8_value(&h->layout, V8_BytecodeArray_positions), &table));
	TRY(js_position_at(h, table, offset, &p));
	*position = p.position;
	return RC_OK;
}
