/*
 * code - V8's Code objects: what machine code is, where it is, whose it is.
 *
 *	JSFunction ── Code ── InstructionStream (machine code on a page of the code space)
 *	                 └── or a builtin in the text of the binary
 *
 * Until V8 10 the machine code is a part of the Code object itself. Source: src/objects/code.h,
 * code-kind.h.
 */
#ifndef JSHEAP_CODE_H
#define JSHEAP_CODE_H

#include "jsheap/walk.h"

struct js_code {
	jsval v;
	addr_t start;    /* of the machine code */
	uint64_t size;   /* bytes of it */
	int kind;        /* V8's number; -1: not known */
	int64_t builtin; /* number of the builtin; -1: none, or not known */
	jsval shared;    /* SharedFunctionInfo that it was compiled for; bits 0: none found */
	bool optimized;  /* some JSFunction has it as its own code, and it is no builtin */
};

/* What a walk of the whole heap tells of Code objects. */
struct js_codes {
	const struct js_heap *heap;
	struct map builtins;    /* Code -> number of the builtin plus 1 */
	struct map shared;      /* Code -> SharedFunctionInfo */
	struct map of_function; /* Code that a JSFunction has -> 1 */
	struct js_code *codes;  /* by the address of the object; malloc'ed */
	size_t n;
};

/* RC_OK, RC_NOMEM, RC_UNSUP when this V8 does not tell its Code objects, or what tick returned. */
MUST_USE enum rc js_codes_load(const struct js_heap *h,
			       enum rc (*tick)(void *ctx, size_t done, size_t total), void *ctx,
			       struct js_codes *c);
void js_codes_free(struct js_codes *c);

/* The Code object whose machine code holds an address; NULL when there is none. Of builtins that
 * share code in the binary the first. */
const struct js_code *js_codes_at(const struct js_codes *c, addr_t pc);

/* The one that is this object, or whose machine code is this InstructionStream; NULL for none. */
const struct js_code *js_codes_of(const struct js_codes *c, jsval v);

/* "builtin", "turbofan", "bytecode handler", ...; "code" when it is not known. */
const char *js_code_kind(const struct js_heap *h, const struct js_code *c);

#endif
