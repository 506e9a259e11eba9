/*
 * frames - the stack of a thread with C++ and JavaScript frames in their order.
 *
 * V8 keeps rbp in all its frames, and in the word below it either the context of a JavaScript
 * function or the marker of a typed frame:
 *
 *	fp + 8   return address            fp + 8   return address
 *	fp       caller's fp               fp       caller's fp
 *	fp - 8   context (tagged)          fp - 8   type << 1
 *	fp - 16  JSFunction
 *
 * Source: src/execution/frame-constants.h, frames.h.
 */
#ifndef JSHEAP_FRAMES_H
#define JSHEAP_FRAMES_H

#include "jsheap/heap.h"

enum js_frame_kind {
	FRAME_NATIVE,
	FRAME_JS,        /* a function with a script */
	FRAME_BUILTIN,   /* a function of V8's own, such as Array.prototype.map */
	FRAME_ENTRY,     /* C++ calls JavaScript */
	FRAME_EXIT,      /* JavaScript calls C++ */
	FRAME_CONSTRUCT, /* `new` */
	FRAME_INTERNAL,  /* V8's own stubs */
	FRAME_WASM,
};

enum js_tier { TIER_UNKNOWN, TIER_INTERPRETED, TIER_BASELINE, TIER_MAGLEV, TIER_TURBOFAN };

struct js_frame {
	enum js_frame_kind kind;
	addr_t pc, fp;
	bool is_call; /* pc is a return address */
	struct objfile
		*objfile;     /* native, or the file whose builtin runs; NULL for generated code */
	struct symbol symbol; /* name NULL: none found */
	uint64_t offset;      /* of pc in the symbol */
	jsval function;       /* FRAME_JS, FRAME_BUILTIN */
	enum js_tier tier;
	bool constructor; /* called by `new` */
	const char *type; /* V8's name of a typed frame, "EntryFrame"; NULL */
};

struct js_stack {
	struct js_frame *frames; /* innermost first; malloc'ed */
	size_t n;
	enum rc end; /* why it ends: RC_OK at the outermost frame; else as target_unwind */
};

/* The stack of a thread, at most `limit` frames. `h` may be NULL: then all frames are native. RC_OK
 * (look at stack->end), RC_NOMEM. */
MUST_USE enum rc js_stack_load(struct target *t, const struct js_heap *h, const struct thread *th,
			       size_t limit, struct js_stack *stack);
void js_stack_free(struct js_stack *stack);

/* The builtin whose code the frame runs, "ArrayMap"; NULL for other code. */
const char *js_frame_builtin(const struct js_frame *f);

/* "js", "native", ... and "interpreted", ...; js_tier_name gives NULL for TIER_UNKNOWN. */
const char *js_frame_kind_name(enum js_frame_kind kind);
const char *js_tier_name(enum js_tier tier);

#endif
