/*
 * generator - see the header. Source: src/objects/js-generator.h and .tq.
 */
#include "jsheap/generator.h"

#include "jsheap/function.h"
#include "jsheap/positions.h"

#define CLOSED  (-1)
#define RUNNING (-2)

static const char *type_of(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_JS_GENERATOR_OBJECT)         ? "generator"
	       : js_is(h, v, T_JS_ASYNC_FUNCTION_OBJECT)  ? "async function"
	       : js_is(h, v, T_JS_ASYNC_GENERATOR_OBJECT) ? "async generator"
							  : NULL;
}

bool js_is_generator(const struct js_heap *h, jsval v)
{
	return type_of(h, v) != NULL;
}

/* The place where it stands still: the bytecode offset counts from the start of the BytecodeArray,
 * less the tag bit. */
static int32_t position_of(const struct js_heap *h, jsval v, const struct js_function *f)
{
	int64_t header = v8_value(&h->layout, V8_BytecodeArray_data);
	jsval offset, bytecode;
	int32_t position;

	if (js_field(h, v, v8_value(&h->layout, V8_JSGenerator_position), &offset) != RC_OK ||
	    !jsval_is_smi(offset) || js_bytecode_of(h, f->shared, &bytecode) != RC_OK ||
	    js_bytecode_position(h, bytecode, jsval_smi(offset) - (header - 1), &position) != RC_OK)
		return -1;
	return position;
}

enum rc js_generator_load(const struct js_heap *h, jsval v, struct js_generator *g)
{
	const struct v8_layout *l = &h->layout;
	struct js_function f;
	jsval continuation;

	*g = (struct js_generator){.type = type_of(h, v), .position = -1};
	if (g->type == NULL)
		return RC_BAD;
	TRY(js_field(h, v, v8_value(l, V8_JSGenerator_function), &g->function));
	TRY(js_field(h, v, v8_value(l, V8_JSGenerator_receiver), &g->receiver));
	TRY(js_field(h, v, v8_value(l, V8_JSGenerator_continuation), &continuation));
	TRY(js_function_load(h, g->function, &f));
	if (!jsval_is_smi(continuation))
		return RC_BAD;
	if (js_is(h, v, T_JS_ASYNC_FUNCTION_OBJECT))
		TRY(js_field(h, v, v8_value(l, V8_JSAsyncFunction_promise), &g->promise));
	g->script = f.script;
	/* Generators have a suspension of their own at the start; async functions run at once. */
	int32_t c = jsval_smi(continuation);
	g->state = c == CLOSED                      ? GENERATOR_CLOSED
		   : c == RUNNING                   ? GENERATOR_RUNNING
		   : c == 0 && g->promise.bits == 0 ? GENERATOR_START
						    : GENERATOR_SUSPENDED;
	if (c >= 0)
		g->position = position_of(h, v, &f);
	return RC_OK;
}

const char *js_generator_state(enum generator_state s)
{
	static const char *const names[] = {"suspended-start", "suspended", "running", "closed"};

	return names[s];
}
