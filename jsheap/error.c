/*
 * error - what an error knows of the stack it was made on.
 *
 * Under a private symbol stands the text that `stack` returned, or, as long as nobody asked, the
 * frames. These had many forms:
 *
 *	FixedArray {count, (receiver, function, code, offset, flags, parameters)...}     until 8.x,
 *	                                                      as elements of an array in the oldest
 *	FixedArray of frames that name such an array and an index into it                7.9 to 8.x
 *	FixedArray of structs {receiver, function, code, offset, flags, parameters}      9.0 to 12.0
 *	the same with the code in front                                                  12.x, 13.x
 *	FixedArray {(code, receiver, function, offset, parameters, flags)...}            14.x
 *
 * Source: src/execution/messages.cc, src/objects/call-site-info.tq, frame-array.h.
 */
#include "jsheap/callsite.h"
#include "jsheap/function.h"
#include "jsheap/map.h"
#include "jsheap/positions.h"
#include "jsheap/props.h"
#include "jsheap/string.h"

#include <string.h>

#define FRAME_WORDS    6
#define FRAMES_MAX     100000
#define PROTOTYPES_MAX 100
#define LINE_START     "\n    at "

struct stack_search {
	const struct js_heap *h;
	jsval value;
};

static enum rc keep_stack(void *ctx, const struct js_property *p)
{
	struct stack_search *s = ctx;
	const char *name = js_key_internal(s->h, p->key) ? js_root_name(s->h, p->key) : NULL;

	if (name == NULL || p->accessor ||
	    (strcmp(name, "error_stack_symbol") != 0 && strcmp(name, "stack_trace_symbol") != 0))
		return RC_OK;
	s->value = p->value;
	return RC_DONE;
}

/* A word that stands for code: what a frame of JavaScript or of a builtin runs. */
static bool is_code(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_BYTECODE_ARRAY) || js_is(h, v, T_CODE) ||
	       js_is(h, v, T_BYTECODE_WRAPPER) || js_is(h, v, T_CODE_WRAPPER) ||
	       js_is(h, v, T_INSTRUCTION_STREAM) || js_is(h, v, T_CODE_DATA_CONTAINER);
}

/* Six words of a frame; which is which, the code tells. */
static enum rc frame_of_words(const struct js_heap *h, const jsval *w, struct js_call *c)
{
	bool code_first = is_code(h, w[0]) && !is_code(h, w[2]);
	const jsval *rest = code_first ? w + 1 : w;
	jsval flags;

	*c = (struct js_call){.receiver = rest[0], .function = rest[1]};
	c->code = code_first ? w[0] : w[2];
	if (!is_code(h, c->code) || !js_is_function(h, c->function) || !jsval_is_smi(w[3]))
		return RC_BAD;
	if (js_is(h, c->code, T_BYTECODE_WRAPPER))
		TRY(js_field(h, c->code, 8, &c->code));
	c->offset = jsval_smi(w[3]);
	flags = jsval_is_smi(w[4]) ? w[4] : w[5]; /* the parameters may stand in between */
	if (!jsval_is_smi(flags))
		return RC_BAD;
	uint32_t bits = (uint32_t)jsval_smi(flags);
	c->constructor = (bits & (uint32_t)v8_value(&h->layout, V8_frame_flag_constructor)) != 0;
	c->async = (bits & (uint32_t)v8_value(&h->layout, V8_frame_flag_async)) != 0;
	return RC_OK;
}

static enum rc words_at(const struct js_heap *h, jsval v, int64_t at, struct js_call *c)
{
	jsval w[FRAME_WORDS];

	for (int i = 0; i < FRAME_WORDS; i++)
		TRY(js_field(h, v, at + 8 * (int64_t)i, &w[i]));
	return frame_of_words(h, w, c);
}

static enum rc put_call(const struct js_heap *h, const struct js_call *c, struct str *out)
{
	str_puts(out, LINE_START);
	return js_call_put(h, c, out);
}

/* A frame that is none of JavaScript: WebAssembly has an index in place of the function. */
static enum rc put_other(const struct js_heap *h, jsval v, int64_t at, struct str *out)
{
	jsval function;

	TRY(js_field(h, v, at + 8, &function));
	if (!jsval_is_smi(function))
		TRY(js_field(h, v, at + 16, &function));
	str_puts(out, LINE_START);
	if (jsval_is_smi(function))
		str_printf(out, "wasm-function[%d]", jsval_smi(function));
	else
		str_puts(out, "<unreadable>");
	return RC_OK;
}

/* An element that is an object: the frame itself, or a pointer to the array that has it. */
static enum rc put_frame_object(const struct js_heap *h, jsval v, struct str *out)
{
	struct js_call c;
	jsval array, index;

	if (words_at(h, v, 8, &c) == RC_OK)
		return put_call(h, &c, out);
	TRY(js_field(h, v, 8, &array));
	TRY(js_field(h, v, 16, &index));
	if (!js_is(h, array, T_FIXED_ARRAY))
		return put_other(h, v, 8, out);
	if (!jsval_is_smi(index) || jsval_smi(index) < 0 || jsval_smi(index) > FRAMES_MAX)
		return RC_BAD;
	int64_t at = v8_value(&h->layout, V8_FixedArray_data) + 8 +
		     8 * (int64_t)jsval_smi(index) * FRAME_WORDS;
	if (!js_fits(h, array, (uint64_t)at + 8 * FRAME_WORDS))
		return RC_BAD;
	return words_at(h, array, at, &c) == RC_OK ? put_call(h, &c, out)
						   : put_other(h, array, at, out);
}

static enum rc put_flat_frames(const struct js_heap *h, jsval v, int64_t first, int64_t n,
			       struct str *out)
{
	for (int64_t i = 0; i + FRAME_WORDS <= n; i += FRAME_WORDS) {
		struct js_call c;
		TRY(words_at(h, v, first + 8 * i, &c) == RC_OK
			    ? put_call(h, &c, out)
			    : put_other(h, v, first + 8 * i, out));
	}
	return RC_OK;
}

static enum rc put_frames(const struct js_heap *h, jsval v, struct str *out)
{
	int64_t data = v8_value(&h->layout, V8_FixedArray_data);
	jsval length, first;

	TRY(js_field(h, v, v8_value(&h->layout, V8_FixedArray_length), &length));
	int64_t n = jsval_smi(length);
	if (!jsval_is_smi(length) || n < 0 || n > FRAMES_MAX * FRAME_WORDS ||
	    !js_fits(h, v, (uint64_t)(data + 8 * n)))
		return RC_BAD;
	if (n == 0)
		return RC_OK;
	TRY(js_field(h, v, data, &first));
	if (jsval_is_smi(first)) /* the number of frames */
		return put_flat_frames(h, v, data + 8,
				       jsval_smi(first) * (int64_t)FRAME_WORDS < n
					       ? jsval_smi(first) * (int64_t)FRAME_WORDS
					       : n - 1,
				       out);
	if (is_code(h, first))
		return put_flat_frames(h, v, data, n, out);
	for (int64_t i = 0; i < n; i++) {
		jsval frame;
		TRY(js_field(h, v, data + 8 * i, &frame));
		if (!jsval_is_pointer(frame) || js_is_root(h, frame, R_undefined))
			break; /* room for more frames */
		TRY(put_frame_object(h, frame, out));
	}
	return RC_OK;
}

/* A string property, its own or inherited; bits 0 when there is none. */
static jsval text_property(const struct js_heap *h, jsval v, const char *name)
{
	for (int i = 0; i < PROTOTYPES_MAX; i++) {
		struct js_property p;
		struct js_map m;
		jsval map;

		if (js_property_named(h, v, name, &p) == RC_OK)
			return js_is_string(h, p.value) ? p.value : jsval_of(0);
		if (js_map_of(h, v, &map) != RC_OK || js_map_load(h, map, &m) != RC_OK)
			break;
		v = m.prototype;
	}
	return jsval_of(0);
}

/* As Error.prototype.toString: "name: message", or what there is of it. */
static enum rc put_header(const struct js_heap *h, jsval v, struct str *out)
{
	struct str name = STR_INIT, message = STR_INIT;
	jsval n = text_property(h, v, "name"), m = text_property(h, v, "message");
	enum rc rc = RC_OK;

	if (n.bits != 0)
		rc = js_string_put(h, n, UINT32_MAX, &name);
	else
		str_puts(&name, "Error");
	if (rc == RC_OK && m.bits != 0)
		rc = js_string_put(h, m, UINT32_MAX, &message);
	str_write(out, str_text(&name), name.n);
	if (name.n != 0 && message.n != 0)
		str_puts(out, ": ");
	str_write(out, str_text(&message), message.n);
	str_free(&name);
	str_free(&message);
	return rc;
}

enum rc js_error_stack(const struct js_heap *h, jsval v, struct str *out)
{
	struct stack_search s = {.h = h};
	enum rc rc = js_properties(h, v, keep_stack, &s);

	if (rc == RC_OK)
		return RC_DONE;
	if (rc != RC_DONE)
		return rc;
	if (js_is(h, s.value, T_ERROR_STACK_DATA))
		TRY(js_field(h, s.value, 8, &s.value));
	if (js_is(h, s.value, T_JS_ARRAY))
		TRY(js_field(h, s.value, v8_value(&h->layout, V8_JSObject_elements), &s.value));
	if (js_is_string(h, s.value))
		return js_string_put(h, s.value, UINT32_MAX, out);
	if (!js_is(h, s.value, T_FIXED_ARRAY))
		return RC_DONE;
	if (js_is(h, v, T_JS_ERROR))
		TRY(put_header(h, v, out));
	else
		str_puts(out, "Error");
	TRY(put_frames(h, s.value, out));
	return out->failed ? RC_NOMEM : RC_OK;
}
