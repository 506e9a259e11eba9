/*
 * callsite - one call as V8 tells it in a stack trace: "async Type.method [as alias] (file:1:2)".
 */
#ifndef JSHEAP_CALLSITE_H
#define JSHEAP_CALLSITE_H

#include "base/str.h"
#include "jsheap/heap.h"

struct js_call {
	jsval receiver, function;
	jsval code;     /* a BytecodeArray for JavaScript; anything else for builtins */
	int64_t offset; /* into the bytecode, from its first one */
	bool constructor, async;
};

/* As String(callSite) does. RC_OK; RC_BAD when `function` is none, RC_NOMEM. */
MUST_USE enum rc js_call_put(const struct js_heap *h, const struct js_call *c, struct str *out);

/* The text of an object's `stack` that V8 keeps under a symbol of its own: the string once it was
 * asked for, before that made of the frames. RC_OK, RC_DONE when it has none, RC_BAD, RC_NOMEM. */
MUST_USE enum rc js_error_stack(const struct js_heap *h, jsval v, struct str *out);

#endif
