/*
 * inside - what the commands that look inside V8 share.
 */
#ifndef JSHEAP_CMDS_INSIDE_H
#define JSHEAP_CMDS_INSIDE_H

#include "cmd/session.h"
#include "jsheap/function.h"
#include "jsheap/heap.h"

/* Where a function is defined. Strings live in the arena of the run. */
struct place {
	const char *function;  /* NULL: it has no name */
	const char *file;      /* NULL: none */
	uint32_t line, column; /* 0: not known */
};

/* The place of a SharedFunctionInfo; all unset when it cannot be read. */
void place_of_shared(struct run *r, jsval shared, struct place *p);

/* "name at file:line:column", as much of it as is known. */
void place_put(const struct place *p, struct str *out);

/* A value in a few words, on one line: JavaScript values as ::jsprint shows them without their
 * members, V8's own objects by their type and what names them. */
void brief_put(struct run *r, jsval v, struct str *out);

/* The same in the memory of the run. */
const char *brief(struct run *r, jsval v);

/* The function that a bound one calls in the end; other values as they are. */
jsval unbound(const struct js_heap *h, jsval v);

/* A property key or variable name as text, in the memory of the run. NULL when it cannot be read. */
const char *key_text(struct run *r, jsval key);

/* "FIXED_ARRAY", or "type 1234". In the memory of the run. */
const char *type_text(struct run *r, uint16_t type);

/* True when `text` is NULL or a part of `s`. */
bool has_text(const char *s, const char *text);

/* The isolate that a command is about: the one of its option -i (or NOT_GIVEN), else the selected one,
 * else NOT_GIVEN for all. RC_USAGE after a message. */
MUST_USE enum rc isolate_wanted(struct run *r, uint64_t given, uint64_t *isolate);

#endif
