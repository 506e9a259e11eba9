/*
 * script - scripts: what they are called, their source text, their functions, places in them.
 */
#ifndef JSHEAP_SCRIPT_H
#define JSHEAP_SCRIPT_H

#include "base/str.h"
#include "jsheap/heap.h"

/* Positions in sources count UTF-16 units from 0; lines and columns count from 1. */
struct js_script {
	jsval v, source, name, functions;
	bool has_source;
	uint32_t length; /* UTF-16 units of the source; 0 without */
	int32_t id;      /* -1: not known */
	int32_t type;    /* as script_type; -1: not known */
	int32_t line_offset, column_offset;
};

/* RC_OK, RC_BAD when v is no script, RC_FAULT, RC_NOTSAVED. A source that is not there is no error. */
MUST_USE enum rc js_script_load(const struct js_heap *h, jsval v, struct js_script *s);

/* "normal", "wasm", ...; NULL for a number that is none. */
const char *js_script_type_name(int32_t type);

/* File name or URL of a script in arena memory; NULL when it has none. */
const char *js_script_name(const struct js_heap *h, jsval script, struct arena *a);

/* Of evaluated code: the SharedFunctionInfo that called eval, else bits 0. */
jsval js_script_eval_from(const struct js_heap *h, jsval script);

/* Line and column of a position in a script's source, line and column offsets of the script
 * applied. RC_OK, RC_BAD, RC_NOTSAVED when the source is not there. */
MUST_USE enum rc js_script_position(const struct js_heap *h, jsval script, int32_t position,
				    uint32_t *line, uint32_t *column);

/* The same for many positions of one script: where its lines start, found once. */
struct js_lines {
	uint32_t *starts; /* of each line but the first; malloc'ed */
	size_t n;
	uint32_t length;
	int32_t line_offset, column_offset;
};
MUST_USE enum rc js_lines_load(const struct js_heap *h, const struct js_script *s,
			       struct js_lines *l);
void js_lines_free(struct js_lines *l);
MUST_USE enum rc js_lines_position(const struct js_lines *l, int32_t position, uint32_t *line,
				   uint32_t *column);

/* Append the source text of [start, end) as UTF-8. RC_OK; RC_BAD when the source is shorter;
 * RC_NOMEM, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_script_text(const struct js_heap *h, jsval script, uint32_t start, uint32_t end,
				struct str *out);

/* The SharedFunctionInfos of a script that V8 still has, in the order of its list: the script's own
 * top level first. Functions of functions that never ran have none. fn returning anything but RC_OK
 * ends the pass with that rc. */
typedef enum rc js_value_fn(void *ctx, jsval v);
MUST_USE enum rc js_script_functions(const struct js_heap *h, const struct js_script *s,
				     js_value_fn *fn, void *ctx);

/* The scripts of an isolate, from V8's own list. RC_OK; RC_UNSUP when this V8 has no such list. */
MUST_USE enum rc js_scripts(const struct js_heap *h, size_t isolate, js_value_fn *fn, void *ctx);

#endif
