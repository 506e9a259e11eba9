/*
 * code - see the header.
 */
#include "jsheap/code.h"

#include "base/vec.h"

#include <string.h>

#define TABLE_BYTES    0x20000u /* of an isolate, searched for the table of builtins */
#define TABLE_MIN      200      /* builtins; V8 has more than a thousand */
#define SHARED_WORDS   4        /* data words of a SharedFunctionInfo */
#define CODE_WORDS     6        /* tagged words at the head of a Code object */
#define DEOPT_ELEMENTS 16       /* of DeoptimizationData: the SharedFunctionInfo is among them */

struct build {
	struct js_codes *codes;
	VEC(struct js_code) found;
};

static enum rc load(const struct js_codes *cs, jsval v, struct js_code *c)
{
	const struct v8_layout *l = &cs->heap->layout;
	uint32_t size, flags;

	*c = (struct js_code){.v = v, .kind = -1, .builtin = -1};
	TRY(js_word32(cs->heap, v, v8_value(l, V8_Code_instruction_size), &size));
	c->size = size;
	if (v8_has(l, V8_Code_instructions))
		c->start = jsval_addr(v) + (addr_t)v8_value(l, V8_Code_instructions);
	else
		TRY(js_word(cs->heap, v, v8_value(l, V8_Code_instruction_start), &c->start));
	if (v8_has(l, V8_Code_flags) &&
	    js_word32(cs->heap, v, v8_value(l, V8_Code_flags), &flags) == RC_OK)
		c->kind = (int)(flags & (uint32_t)v8_value(l, V8_code_kind_mask));
	return RC_OK;
}

/* The isolate has a table of the Code objects of all builtins, by number: the longest run of them in
 * its memory. */
static enum rc find_builtins(struct js_codes *cs)
{
	const struct js_heap *h = cs->heap;
	const size_t words = TABLE_BYTES / 8;
	uint64_t *w = malloc(TABLE_BYTES);
	size_t run = 0, best = 0, best_end = 0;
	enum rc rc = RC_OK;

	if (w == NULL)
		return RC_NOMEM;
	size_t n = mem_peek(h->mem, h->isolates[0].addr, w, TABLE_BYTES) / 8;
	for (size_t i = 0; i < n && i < words; i++) {
		run = js_is(h, jsval_of(w[i]), T_CODE) ? run + 1 : 0;
		if (run > best) {
			best = run;
			best_end = i + 1;
		}
	}
	for (size_t i = 0; best >= TABLE_MIN && i < best && rc == RC_OK; i++) {
		uint64_t code = w[best_end - best + i];
		if (map_get(&cs->builtins, code) == NULL)
			rc = map_put(&cs->builtins, code, i + 1);
	}
	free(w);
	return rc;
}

/* Optimized code names its function in its DeoptimizationData, itself or in a wrapper. */
static jsval shared_of_deoptimization(const struct js_heap *h, jsval code)
{
	for (int64_t off = 8; off < 8 * CODE_WORDS; off += 8) {
		jsval data, v;

		if (js_field(h, code, off, &data) != RC_OK || !jsval_is_pointer(data) ||
		    js_page_at(h, data.bits) == NULL || js_is(h, data, T_CODE))
			continue;
		for (int64_t i = 0; i < DEOPT_ELEMENTS; i++) {
			int64_t at = v8_value(&h->layout, V8_FixedArray_data) + 8 * i;
			if (!js_fits(h, data, (uint64_t)at + 8) ||
			    js_field(h, data, at, &v) != RC_OK)
				break;
			if (js_is(h, v, T_SHARED_FUNCTION_INFO))
				return v;
			if (js_is(h, v, T_SHARED_FUNCTION_INFO_WRAPPER) &&
			    js_field(h, v, 8, &v) == RC_OK && js_is(h, v, T_SHARED_FUNCTION_INFO))
				return v;
		}
	}
	return jsval_of(0);
}

static enum rc note_function(struct js_codes *cs, const struct js_object *o)
{
	const struct v8_layout *l = &cs->heap->layout;
	uint64_t shared_at = (uint64_t)v8_value(l, V8_JSFunction_shared) / 8;

	for (size_t i = 3; i < o->size / 8 && i < o->readable / 8 && i < 9; i++) {
		if (!js_is(cs->heap, jsval_of(o->words[i]), T_CODE) ||
		    map_get(&cs->builtins, o->words[i]) != NULL)
			continue;
		TRY(map_put(&cs->of_function, o->words[i], 1));
		if (shared_at < o->readable / 8)
			TRY(map_put(&cs->shared, o->words[i], o->words[shared_at]));
	}
	return RC_OK;
}

static enum rc note_shared(struct js_codes *cs, const struct js_object *o)
{
	for (size_t i = 1; i < SHARED_WORDS && i < o->readable / 8; i++)
		if (js_is(cs->heap, jsval_of(o->words[i]), T_CODE) &&
		    map_get(&cs->builtins, o->words[i]) == NULL)
			TRY(map_put(&cs->shared, o->words[i], jsval_object(o->addr).bits));
	return RC_OK;
}

static enum rc look(void *ctx, const struct js_object *o)
{
	struct build *b = ctx;
	struct js_codes *cs = b->codes;
	const struct v8_types *types = &cs->heap->types;
	struct js_code c;

	if ((o->info->classes & CLASS_FUNCTION) != 0)
		return note_function(cs, o);
	if (type_is(types, o->info->type, T_SHARED_FUNCTION_INFO))
		return note_shared(cs, o);
	if (!type_is(types, o->info->type, T_CODE) || load(cs, jsval_object(o->addr), &c) != RC_OK)
		return RC_OK;
	return vec_push(&b->found, c);
}

static int by_object(const void *a, const void *b)
{
	const struct js_code *x = a, *y = b;

	return (x->v.bits > y->v.bits) - (x->v.bits < y->v.bits);
}

static enum rc walk_all(struct build *b, enum rc (*tick)(void *, size_t, size_t), void *ctx)
{
	const struct js_heap *h = b->codes->heap;
	struct js_walk w;
	enum rc rc = js_walk_init(&w, h);

	for (size_t i = 0; i < h->npages && rc == RC_OK; i++) {
		rc = js_walk_page(&w, &h->pages[i], look, b);
		if (rc == RC_OK && tick != NULL)
			rc = tick(ctx, i + 1, h->npages);
	}
	js_walk_free(&w);
	return rc;
}

enum rc js_codes_load(const struct js_heap *h, enum rc (*tick)(void *, size_t, size_t), void *ctx,
		      struct js_codes *cs)
{
	struct build b = {.codes = cs};

	*cs = (struct js_codes){.heap = h};
	if (h->types.number[T_CODE] == TYPE_UNKNOWN ||
	    !v8_has(&h->layout, V8_Code_instruction_size) ||
	    (!v8_has(&h->layout, V8_Code_instructions) &&
	     !v8_has(&h->layout, V8_Code_instruction_start)))
		return RC_UNSUP;
	enum rc rc = find_builtins(cs);
	if (rc == RC_OK)
		rc = walk_all(&b, tick, ctx);
	cs->codes = b.found.at;
	cs->n = b.found.n;
	if (rc != RC_OK) {
		js_codes_free(cs);
		return rc;
	}
	if (cs->n > 1)
		qsort(cs->codes, cs->n, sizeof *cs->codes, by_object);
	for (size_t i = 0; i < cs->n; i++) {
		struct js_code *c = &cs->codes[i];
		const uint64_t *number = map_get(&cs->builtins, c->v.bits);
		const uint64_t *shared = map_get(&cs->shared, c->v.bits);

		c->builtin = number != NULL ? (int64_t)*number - 1 : -1;
		c->optimized = map_get(&cs->of_function, c->v.bits) != NULL;
		if (c->builtin < 0)
			c->shared = shared != NULL ? jsval_of(*shared)
						   : shared_of_deoptimization(h, c->v);
	}
	return RC_OK;
}

void js_codes_free(struct js_codes *cs)
{
	map_free(&cs->builtins);
	map_free(&cs->shared);
	map_free(&cs->of_function);
	free(cs->codes);
	cs->codes = NULL;
	cs->n = 0;
}

const struct js_code *js_codes_at(const struct js_codes *cs, addr_t pc)
{
	for (size_t i = 0; i < cs->n; i++)
		if (pc >= cs->codes[i].start && pc - cs->codes[i].start < cs->codes[i].size)
			return &cs->codes[i];
	return NULL;
}

const struct js_code *js_codes_of(const struct js_codes *cs, jsval v)
{
	jsval code = v;

	if (js_is(cs->heap, v, T_INSTRUCTION_STREAM) &&
	    js_field(cs->heap, v, v8_value(&cs->heap->layout, V8_InstructionStream_code), &code) !=
		    RC_OK)
		return NULL;
	for (size_t i = 0; i < cs->n; i++)
		if (jsval_eq(cs->codes[i].v, code))
			return &cs->codes[i];
	return NULL;
}

const char *js_code_kind(const struct js_heap *h, const struct js_code *c)
{
	static const char *const tiers[] = {"interpreted", "baseline", "maglev", "turbofan"};
	const struct v8_layout *l = &h->layout;

	if (c->builtin >= 0)
		return "builtin";
	if (c->kind >= 0 && v8_has(l, V8_code_kind_baseline)) {
		int64_t tier = c->kind - v8_value(l, V8_code_kind_baseline) + 1;
		if (tier >= 0 && tier < (int64_t)(sizeof tiers / sizeof tiers[0]))
			return tiers[tier];
		return c->kind == 0 ? "bytecode handler" : "stub";
	}
	return c->optimized ? "optimized" : "code";
}
