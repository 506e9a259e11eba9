/*
 * function - JavaScript functions: name, script, where they are defined.
 */
#ifndef JSHEAP_FUNCTION_H
#define JSHEAP_FUNCTION_H

#include "base/str.h"
#include "jsheap/heap.h"
#include "jsheap/script.h"

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

/* True once V8 has compiled the function (and did not drop the code since). */
bool js_shared_compiled(const struct js_heap *h, jsval shared);

/* The range of a function's own text in its script, what Function.prototype.toString gives: of a class
 * the whole class. RC_OK, or RC_BAD when it has no text. */
MUST_USE enum rc js_function_text_range(const struct js_heap *h, const struct js_function *f,
					uint32_t *start, uint32_t *end);

#endif
