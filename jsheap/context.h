/*
 * context - the variables that closures share, scope by scope.
 *
 * A context is an array of tagged words; the ScopeInfo in its first slot names the others.
 *
 *	slot 0  ScopeInfo          slot 2  an extension (where the scope has one): the object of a
 *	slot 1  the context around         `with`, what a direct eval declared, the module
 *	        it                 behind  the variables
 *
 * Modules keep what they import and export in cells beside their context, and V8 from 13.7 on keeps
 * top-level `let`s and `const`s in cells as well. Source: src/objects/contexts.h, scope-info.h.
 */
#ifndef JSHEAP_CONTEXT_H
#define JSHEAP_CONTEXT_H

#include "jsheap/heap.h"
#include "jsheap/scope.h"
#include "jsheap/script.h"

struct js_context {
	jsval v, scope_info;
	jsval previous;  /* bits 0 for the native context, which ends every chain */
	jsval extension; /* bits 0: none */
	const char *
		kind; /* "function", "block", "catch", "with", "eval", "script", "module", "native" */
	uint32_t nslots;
	uint32_t first; /* slot of the first variable */
	bool has_scope; /* `scope` is filled */
	struct js_scope scope;
};

/* RC_OK, RC_BAD when v is no context or does not fit its ScopeInfo; RC_UNSUP when this V8 does not
 * tell its slots; RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_context_load(const struct js_heap *h, jsval v, struct js_context *c);

struct js_variable {
	jsval name;
	jsval value;
	bool is_number; /* `number` is the value: V8 keeps it without an object */
	double number;
};

/* The variables of a context: those with a slot, a module's imports and exports, what a direct eval
 * declared, and the properties of the object of a `with`. fn returning anything but RC_OK ends the
 * pass with that rc. RC_BAD, RC_FAULT, RC_NOTSAVED: what came before is good. */
typedef enum rc js_variable_fn(void *ctx, const struct js_variable *v);
MUST_USE enum rc js_context_variables(const struct js_heap *h, const struct js_context *c,
				      js_variable_fn *fn, void *ctx);

/* The function whose scope, or part of whose scope, a context is: among those of `script`, or of the
 * scripts whose eval made that one. Bits 0 when none can be told. `*holder` is its script. */
jsval js_context_function(const struct js_heap *h, const struct js_context *c, jsval script,
			  jsval *holder);

#endif
