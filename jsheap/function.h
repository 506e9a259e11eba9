/*
 * function - JavaScript functions: name, script, where they are defined.
 */
#ifndef JSHEAP_FUNCTION_H
#define JSHEAP_FUNCTION_H

#include "base/str.h"
#include "jsheap/heap.h"

struct js_function {
	jsval v;
	jsval shared; /* SharedFunctionInfo */
	jsval context;
	jsval script; /* bits 0: none (builtins) */
	bool has_range;
	int32_t start, end; /* UTF-16 units into the script's source; start is that of the
			       `function` token */
};

bool js_is_function(const struct js_heap *h, jsval v);

/* RC_OK, RC_BAD when v is no JSFunction, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_function_load(const struct js_heap *h, jsval v, struct js_function *f);

/* The same for a SharedFunctionInfo alone (f->v and f->context stay 0). */
MUST_USE enum rc js_shared_load(const struct js_heap *h, jsval shared, struct js_function *f);

/* The function's own name in arena memory: "" when it has none; NULL when it cannot be read. */
const char *js_shared_name(const struct js_heap *h, jsval shared, struct arena *a);

/* Its own name, or else the one that V8 inferred ("exports.run"); "" when it has neither. */
const char *js_shared_debug_name(const struct js_heap *h, jsval shared, struct arena *a);

/* File name or URL of a script in arena memory; NULL when it has none. */
const char *js_script_name(const struct js_heap *h, jsval script, struct arena *a);

/* Line and column, both from 1, of a position in a script's source, line and column offsets of the
 * script applied. RC_OK, RC_BAD, RC_NOTSAVED when the source is not there. */
MUST_USE enum rc js_script_position(const struct js_heap *h, jsval script, int32_t position,
				    uint32_t *line, uint32_t *column);

#endif
