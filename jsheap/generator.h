/*
 * generator - generators, async functions and async generators: where they are suspended.
 */
#ifndef JSHEAP_GENERATOR_H
#define JSHEAP_GENERATOR_H

#include "jsheap/heap.h"

enum generator_state { GENERATOR_START, GENERATOR_SUSPENDED, GENERATOR_RUNNING, GENERATOR_CLOSED };

struct js_generator {
	const char *type; /* "generator", "async function", "async generator" */
	enum generator_state state;
	jsval function, receiver;
	jsval promise; /* of an async function; bits 0: none */
	jsval script;
	int32_t position; /* of the yield or await in the script's source; -1: not known */
};

bool js_is_generator(const struct js_heap *h, jsval v);

/* RC_OK, RC_BAD when v is none, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_generator_load(const struct js_heap *h, jsval v, struct js_generator *g);

/* "suspended-start", "suspended", "running", "closed". */
const char *js_generator_state(enum generator_state s);

#endif
