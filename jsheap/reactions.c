/*
 * reactions - see the header.
 *
 *	PromiseReaction {next, reject, fulfill, promise or capability}    newest first; some versions
 *	                                                                  have a word more in front
 *
 * An `await` has two functions of V8's own, whose context leads to the generator object.
 *
 * Source: src/objects/promise.tq, src/builtins/builtins-async-gen.cc.
 */
#include "jsheap/reactions.h"

#include "base/vec.h"
#include "jsheap/function.h"
#include "jsheap/generator.h"
#include "jsheap/props.h"

#define REACTIONS_MAX 1000000
#define FIRST_FIELD   8
#define NEXT_TRIES    3
#define CONTEXT_SLOTS 6

/* The generator object among the slots of a context. */
static jsval generator_in(const struct js_heap *h, jsval context)
{
	if ((js_classes(h, context) & CLASS_CONTEXT) == 0 || js_is(h, context, T_NATIVE_CONTEXT))
		return jsval_of(0);
	for (int i = 0; i < CONTEXT_SLOTS; i++) {
		jsval v;
		if (js_field(h, context, v8_value(&h->layout, V8_FixedArray_data) + 8 * i, &v) !=
			    RC_OK ||
		    js_is_map(h, v))
			break;
		if (js_is_generator(h, v))
			return v;
	}
	return jsval_of(0);
}

static jsval awaiting(const struct js_heap *h, const struct js_reaction *r)
{
	struct js_function f;

	if (js_is_generator(h, r->promise))
		return r->promise;
	if (js_is_generator(h, r->fulfill))
		return r->fulfill;
	if (js_function_load(h, r->fulfill, &f) != RC_OK || f.script.bits != 0)
		return jsval_of(0);
	return generator_in(h, f.context);
}

/* `next` is the first word that is 0 or a reaction; the others follow it. */
static enum rc load(const struct js_heap *h, jsval v, struct js_reaction *r, jsval *next)
{
	int64_t at = FIRST_FIELD;

	for (int tries = 0; tries < NEXT_TRIES; tries++, at += 8) {
		TRY(js_field(h, v, at, next));
		if (next->bits == 0 || js_is(h, *next, T_PROMISE_REACTION))
			break;
	}
	if (next->bits != 0 && !js_is(h, *next, T_PROMISE_REACTION))
		return RC_BAD;
	*r = (struct js_reaction){0};
	TRY(js_field(h, v, at + 8, &r->reject));
	TRY(js_field(h, v, at + 16, &r->fulfill));
	TRY(js_field(h, v, at + 24, &r->promise));
	if (js_is(h, r->promise, T_PROMISE_CAPABILITY)) /* of a subclass: its first field */
		TRY(js_field(h, r->promise, 8, &r->promise));
	r->awaits = awaiting(h, r);
	if (!js_is(h, r->promise, T_JS_PROMISE))
		r->promise = jsval_of(0);
	return RC_OK;
}

enum rc js_reactions(const struct js_heap *h, jsval list, js_reaction_fn *fn, void *ctx)
{
	VEC(struct js_reaction) found = {0};
	enum rc rc = RC_OK;

	while (rc == RC_OK && list.bits != 0) {
		struct js_reaction r;
		rc = !js_is(h, list, T_PROMISE_REACTION) ? RC_BAD
		     : found.n == REACTIONS_MAX          ? RC_LIMIT
							 : load(h, list, &r, &list);
		if (rc == RC_OK)
			rc = vec_push(&found, r);
	}
	for (size_t i = found.n; i-- != 0;) {
		enum rc given = fn(ctx, &found.at[i]);
		if (given != RC_OK) {
			rc = given;
			break;
		}
	}
	vec_free(&found);
	return rc;
}
