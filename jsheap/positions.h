/*
 * positions - where in the source a piece of code stands.
 *
 * V8 keeps, beside bytecode and beside optimized code, a table of bytes: pairs of (code offset,
 * source position), each as the difference to the one before.
 *
 *	bytes ── pair ── pair ── ...      a number is little-endian in groups of 7 bits, bit 7: more
 *	         │  └ position delta: sign in bit 0; the sum is bit 0 external,
 *	         │    then 30 bits script position + 1, then 16 bits inlining id + 1
 *	         └ code offset delta: sign in bit 0, -(delta + 1) for what is an expression;
 *	           in later versions unsigned: delta << 2 | breakable << 1 | statement
 *
 * Source: src/codegen/source-position-table.cc, source-position.h, V8 7.4 to 14.6.
 */
#ifndef JSHEAP_POSITIONS_H
#define JSHEAP_POSITIONS_H

#include "jsheap/heap.h"

struct js_position {
	int64_t code_offset; /* bytes into the code; of bytecode -1 is the entry of the function */
	int32_t position;    /* UTF-16 units into the script's source */
	int32_t inlining_id; /* -1: in the function itself */
	bool statement;
};

/* Give the pairs of a table in the order of code offsets. `v` is a ByteArray, or an object that has
 * one as its first field; anything else has no pairs. fn returning anything but RC_OK ends the pass
 * with that rc. RC_OK, RC_BAD when the bytes end inside a number, RC_FAULT, RC_NOTSAVED, RC_NOMEM. */
typedef enum rc js_position_fn(void *ctx, const struct js_position *p);
MUST_USE enum rc js_positions(const struct js_heap *h, jsval v, js_position_fn *fn, void *ctx);

/* The last pair at or before a code offset; RC_DONE when there is none. */
MUST_USE enum rc js_position_at(const struct js_heap *h, jsval table, int64_t code_offset,
				struct js_position *p);

/* The BytecodeArray of a SharedFunctionInfo, behind whatever it keeps in front of it (baseline
 * code, a copy of the interpreter's entry). RC_DONE when it has none: never compiled, or flushed. */
MUST_USE enum rc js_bytecode_of(const struct js_heap *h, jsval shared, jsval *bytecode);

/* Source position of an offset into a BytecodeArray, the offset counted from its first bytecode.
 * RC_DONE when it has no table. */
MUST_USE enum rc js_bytecode_position(const struct js_heap *h, jsval bytecode, int64_t offset,
				      int32_t *position);

#endif
