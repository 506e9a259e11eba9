/*
 * inspect_special - objects that hold something which is no property of theirs. It is shown under
 * the names that the language's standard has for internal slots, [[Target]] in small letters, or as
 * facts where the value is mostly that.
 */
#include "jsheap/callsite.h"
#include "jsheap/function.h"
#include "jsheap/generator.h"
#include "jsheap/inspect_walk.h"
#include "jsheap/iterator.h"
#include "jsheap/names.h"
#include "jsheap/reactions.h"
#include "jsheap/script.h"
#include "jsheap/special.h"
#include "jsheap/string.h"

#include <string.h>

#define CELLS_MAX 1000000

static void open_object(struct inspect *in, jsval v)
{
	in->e->open(in->e, CONTAINER_OBJECT, js_kind(in->h, v),
		    js_constructor_name(in->h, v, &in->arena), 0, v.bits);
}

static enum rc close_object(struct inspect *in, jsval v, unsigned hide)
{
	TRY(inspect_properties(in, v, hide));
	in->e->close(in->e);
	return RC_OK;
}

/* An object of this helper's making: {name: value, ...}. */
static void open_plain(struct inspect *in)
{
	in->e->open(in->e, CONTAINER_OBJECT, "object", "Object", 0, 0);
}

/* One kind of object with nothing to tell but its class. */
static enum rc plain(struct inspect *in, jsval v)
{
	open_object(in, v);
	return close_object(in, v, HIDE_NATIVES);
}

static enum rc wrapper(struct inspect *in, jsval v)
{
	open_object(in, v);
	TRY(inspect_member_field(in, "[[value]]", v, V8_JSPrimitiveWrapper_value));
	return close_object(in, v, HIDE_NATIVES);
}

static enum rc weak_ref(struct inspect *in, jsval v)
{
	open_object(in, v);
	TRY(inspect_member_field(in, "[[target]]", v, V8_JSWeakRef_target));
	return close_object(in, v, 0);
}

/* A proxy has no properties; a revoked one has lost both. */
static enum rc proxy(struct inspect *in, jsval v)
{
	open_object(in, v);
	TRY(inspect_member_field(in, "[[target]]", v, V8_JSProxy_target));
	TRY(inspect_member_field(in, "[[handler]]", v, V8_JSProxy_handler));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc reaction(void *ctx, const struct js_reaction *r)
{
	struct members *m = ctx;
	struct inspect *in = m->in;

	if (!members_room(m))
		return RC_OK;
	open_plain(in);
	if (r->awaits.bits != 0)
		TRY(inspect_member(in, "await", r->awaits));
	else {
		if (js_is_function(in->h, r->fulfill) ||
		    js_is(in->h, r->fulfill, T_JS_BOUND_FUNCTION))
			TRY(inspect_member(in, "fulfill", r->fulfill));
		if (js_is_function(in->h, r->reject) ||
		    js_is(in->h, r->reject, T_JS_BOUND_FUNCTION))
			TRY(inspect_member(in, "reject", r->reject));
	}
	if (r->promise.bits != 0)
		TRY(inspect_member(in, "promise", r->promise));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc promise(struct inspect *in, jsval v)
{
	static const char *const names[] = {"pending", "fulfilled", "rejected"};
	struct members m = {.in = in, .array = true};
	enum promise_state state;
	jsval result;

	open_object(in, v);
	if (js_promise(in->h, v, &state, &result) == RC_OK) {
		inspect_key(in, "[[state]]");
		in->e->string(in->e, names[state], strlen(names[state]), false);
		if (state != PROMISE_PENDING) {
			TRY(inspect_member(in, "[[result]]", result));
		} else if (!in->e->brief || jsval_is_pointer(result)) {
			inspect_key(in, "[[reactions]]");
			in->e->open(in->e, CONTAINER_ARRAY, "array", "Array", 0, 0);
			TRY(members_finish(&m, js_reactions(in->h, result, reaction, &m)));
			in->e->close(in->e);
		}
	}
	return close_object(in, v, 0);
}

static enum rc cell(struct members *m, jsval weak_cell)
{
	struct inspect *in = m->in;
	jsval token;

	if (!members_room(m))
		return RC_OK;
	open_plain(in);
	TRY(inspect_member_field(in, "target", weak_cell, V8_WeakCell_target));
	TRY(inspect_member_field(in, "held", weak_cell, V8_WeakCell_holdings));
	if (js_field(in->h, weak_cell, v8_value(&in->h->layout, V8_WeakCell_token), &token) ==
		    RC_OK &&
	    !js_is_root(in->h, token, R_undefined))
		TRY(inspect_member(in, "token", token));
	in->e->close(in->e);
	return RC_OK;
}

/* Two lists of WeakCells: those whose target lives, and those whose cleanup is due. */
static enum rc registry(struct inspect *in, jsval v)
{
	const struct v8_layout *l = &in->h->layout;
	struct members m = {.in = in, .array = true};
	enum rc rc = RC_OK;

	open_object(in, v);
	TRY(inspect_member_field(in, "[[cleanup]]", v, V8_JSFinalizationRegistry_cleanup));
	inspect_key(in, "[[cells]]");
	in->e->open(in->e, CONTAINER_ARRAY, "array", "Array", 0, 0);
	for (int list = 0; list < 2; list++) {
		jsval c;
		rc = js_field(in->h, v, v8_value(l, V8_JSFinalizationRegistry_cells) + 8 * list,
			      &c);
		for (int i = 0; rc == RC_OK && js_is(in->h, c, T_WEAK_CELL); i++) {
			rc = i < CELLS_MAX ? cell(&m, c) : RC_LIMIT;
			if (rc == RC_OK)
				rc = js_field(in->h, c, v8_value(l, V8_WeakCell_next), &c);
		}
	}
	TRY(members_finish(&m, rc));
	in->e->close(in->e);
	return close_object(in, v, 0);
}

/* Where a generator stands still, as facts; their number. */
static size_t place(struct inspect *in, const struct js_generator *g, struct fact *facts)
{
	const char *file = js_script_name(in->h, g->script, &in->arena);
	uint32_t line, column;

	if (g->position < 0 ||
	    js_script_position(in->h, g->script, g->position, &line, &column) != RC_OK)
		return 0;
	facts[0] = (struct fact){.name = "file", .text = file, .none = file == NULL};
	facts[1] = (struct fact){.name = "line", .number = line};
	facts[2] = (struct fact){.name = "column", .number = column};
	return 3;
}

static enum rc generator(struct inspect *in, jsval v)
{
	struct fact facts[5];
	struct js_generator g;
	char *text;
	enum rc rc = js_generator_load(in->h, v, &g);

	if (rc != RC_OK) {
		inspect_unreadable(in, rc);
		return RC_OK;
	}
	facts[0] = (struct fact){.name = "type", .text = g.type};
	facts[1] = (struct fact){.name = "state", .text = js_generator_state(g.state)};
	size_t n = 2 + place(in, &g, facts + 2);
	if (n > 2)
		text = arena_printf(&in->arena, "[%s %s at %s:%.0f:%.0f]", g.type, facts[1].text,
				    facts[2].text != NULL ? facts[2].text : "<anonymous>",
				    facts[3].number, facts[4].number);
	else
		text = arena_printf(&in->arena, "[%s %s]", g.type, facts[1].text);
	in->e->begin(in->e, "generator", text != NULL ? text : g.type, facts, n);
	TRY(inspect_member(in, "function", g.function));
	if (!in->e->brief || !js_is_root(in->h, g.receiver, R_undefined))
		TRY(inspect_member(in, "this", g.receiver));
	if (g.promise.bits != 0 && !in->e->brief)
		TRY(inspect_member(in, "promise", g.promise));
	TRY(inspect_extras(in, v, HIDE_NATIVES));
	in->e->close(in->e);
	return RC_OK;
}

struct rest {
	struct members m;
	const struct js_iterator *it;
};

static enum rc rest_entry(void *ctx, jsval key, jsval value)
{
	struct rest *r = ctx;
	struct inspect *in = r->m.in;
	bool map = r->it->kind == ITERATOR_MAP;
	const char *over = r->it->over != NULL ? r->it->over : "entries";

	if (!members_room(&r->m))
		return RC_OK;
	if (strcmp(over, "entries") != 0)
		return inspect_value(in, map && strcmp(over, "values") == 0 ? value : key);
	in->e->open(in->e, CONTAINER_ARRAY, "array", "Array", 2, 0);
	TRY(inspect_value(in, key));
	TRY(inspect_value(in, map ? value : key));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc iterator_rest(struct inspect *in, const struct js_iterator *it)
{
	struct rest r = {.m = {.in = in, .array = true}, .it = it};

	if (in->shallow)
		return RC_OK;
	inspect_key(in, "values");
	in->e->open(in->e, CONTAINER_ARRAY, "array", "Array", 0, 0);
	TRY(members_finish(&r.m, js_iterator_rest(in->h, it, rest_entry, &r)));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc iterator_members(struct inspect *in, const struct js_iterator *it)
{
	if (it->kind == ITERATOR_MAP || it->kind == ITERATOR_SET)
		return iterator_rest(in, it);
	if (it->regexp.bits != 0)
		TRY(inspect_member(in, "regexp", it->regexp));
	if (it->function.bits != 0)
		TRY(inspect_member(in, "function", it->function));
	if (it->count != NULL)
		TRY(inspect_member(in, it->count, it->number));
	if (it->target.bits == 0 || js_is_root(in->h, it->target, R_undefined))
		return RC_OK;
	bool around = it->kind == ITERATOR_HELPER || it->kind == ITERATOR_WRAPPER;
	return inspect_member(in, around ? "underlying" : "target", it->target);
}

static enum rc iterator(struct inspect *in, jsval v)
{
	struct fact facts[5];
	struct js_iterator it;
	size_t n = 0;
	enum rc rc = js_iterator_load(in->h, v, &it);

	if (rc != RC_OK) {
		inspect_unreadable(in, rc);
		return RC_OK;
	}
	facts[n++] = (struct fact){.name = "type", .text = it.type};
	if (it.over != NULL)
		facts[n++] = (struct fact){.name = "over", .text = it.over};
	if (it.helper != NULL)
		facts[n++] = (struct fact){.name = "helper", .text = it.helper};
	if (it.index >= 0)
		facts[n++] = (struct fact){.name = "index", .number = it.index};
	facts[n++] = (struct fact){.name = "done", .number = it.done};
	char *text = arena_printf(&in->arena, "[%s%s%s%s]", it.type,
				  it.over != NULL || it.helper != NULL ? ": " : "",
				  it.over != NULL     ? it.over
				  : it.helper != NULL ? it.helper
						      : "",
				  it.done ? ", done" : "");
	in->e->begin(in->e, "iterator", text != NULL ? text : it.type, facts, n);
	TRY(iterator_members(in, &it));
	TRY(inspect_extras(in, v, HIDE_NATIVES));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc arguments(struct inspect *in, jsval v)
{
	struct members m = {.in = in, .array = true};
	struct js_property length;
	double n;
	enum rc rc;

	if (js_property_named(in->h, v, "length", &length) != RC_OK ||
	    js_number(in->h, length.value, &n) != RC_OK || !(n >= 0))
		n = 0;
	in->e->open(in->e, CONTAINER_VALUES, "arguments", "Arguments", (uint64_t)n, v.bits);
	rc = js_elements(in->h, v, members_element, &m);
	TRY(members_finish(&m, rc));
	TRY(inspect_extras(in, v, HIDE_NATIVES | HIDE_UNENUMERABLE));
	in->e->close(in->e);
	return RC_OK;
}

/* Errors made where `stack` is no property of their own still have it. */
static enum rc error(struct inspect *in, jsval v)
{
	struct js_property p;

	open_object(in, v);
	if (js_property_named(in->h, v, "stack", &p) == RC_DONE && inspect_stack(in, v) == RC_NOMEM)
		return RC_NOMEM;
	return close_object(in, v, 0);
}

/* Its properties are V8's accessors for the exports, whose values inspect.c looks up. */
static enum rc namespace(struct inspect *in, jsval v) {
	open_object(in, v); return close_object(in, v, 0);
}

const struct inspect_kind inspect_special_kinds[] = {
	{"wrapper", wrapper, true},
	{"weakref", weak_ref, true},
	{"proxy", proxy, true},
	{"promise", promise, true},
	{"finalizationregistry", registry, true},
	{"generator", generator, false},
	{"iterator", iterator, false},
	{"arguments", arguments, true},
	{"error", error, true},
	{"namespace", namespace, true},
	{"intl", plain, true},
	{"temporal", plain, true},
	{"wasm", plain, true},
	{NULL, NULL, false},
};
