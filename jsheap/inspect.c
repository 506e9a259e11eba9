/*
 * inspect - walks a value and tells an emitter what it meets.
 *
 * Bounds: depth, members of each object, length of strings, values in all; an object that contains
 * itself is told as circular. What cannot be read becomes a value of kind "unreadable" in its
 * place.
 */
#include "jsheap/callsite.h"
#include "jsheap/context.h"
#include "jsheap/function.h"
#include "jsheap/inspect_walk.h"
#include "jsheap/module.h"
#include "jsheap/names.h"
#include "jsheap/special.h"
#include "jsheap/string.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void inspect_leaf(struct inspect *in, const char *kind, const char *text, const struct fact *facts,
		  size_t n)
{
	in->e->begin(in->e, kind, text, facts, n);
	in->e->close(in->e);
}

static void plain_leaf(struct inspect *in, const char *kind, const char *text)
{
	inspect_leaf(in, kind, text, NULL, 0);
}

void inspect_unreadable(struct inspect *in, enum rc rc)
{
	struct fact fact = {.name = "reason", .text = rc_name(rc)};
	char *text = arena_printf(&in->arena, "<unreadable: %s>", rc_meaning(rc));

	inspect_leaf(in, "unreadable", text != NULL ? text : "<unreadable>", &fact, 1);
}

static void truncated(struct inspect *in, uint64_t left)
{
	struct fact fact = {.name = "count", .number = (double)left};
	char *text = arena_printf(&in->arena, "... %llu more", (unsigned long long)left);

	inspect_leaf(in, "truncated", text != NULL ? text : "...", &fact, 1);
}

void inspect_number(struct inspect *in, double d)
{
	struct fact fact = {.name = "value",
			    .text = isnan(d) ? "NaN"
				    : d > 0  ? "Infinity"
					     : "-Infinity"};

	if (isfinite(d))
		in->e->number(in->e, d);
	else
		inspect_leaf(in, "number", fact.text, &fact, 1);
}

enum rc inspect_string(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	enum rc rc = js_string_put(in->h, v, in->o->string_units, &text);

	if (rc == RC_OK || rc == RC_LIMIT)
		in->e->string(in->e, str_text(&text), text.n, rc == RC_LIMIT);
	else if (rc != RC_NOMEM)
		inspect_unreadable(in, rc);
	str_free(&text);
	return rc == RC_NOMEM ? rc : RC_OK;
}

void inspect_key(struct inspect *in, const char *name)
{
	in->e->key(in->e, name, strlen(name));
}

enum rc inspect_member(struct inspect *in, const char *name, jsval v)
{
	if (in->shallow)
		return RC_OK;
	inspect_key(in, name);
	return inspect_value(in, v);
}

enum rc inspect_member_field(struct inspect *in, const char *name, jsval holder,
			     enum v8_field field)
{
	jsval v;

	if (js_field(in->h, holder, v8_value(&in->h->layout, field), &v) != RC_OK)
		return RC_OK;
	return inspect_member(in, name, v);
}

static bool callable(const struct js_heap *h, jsval v)
{
	return js_is_function(h, v) || js_is(h, v, T_FUNCTION_TEMPLATE_INFO);
}

/* For people the names of the two tell enough. */
static enum rc accessor(struct inspect *in, jsval pair)
{
	const struct js_heap *h = in->h;
	jsval get = jsval_of(0), set = jsval_of(0);
	struct fact fact = {.name = "native", .number = 1};
	bool has_get, has_set;

	if (!js_is(h, pair, T_ACCESSOR_PAIR) ||
	    js_field(h, pair, v8_value(&h->layout, V8_AccessorPair_getter), &get) != RC_OK ||
	    js_field(h, pair, v8_value(&h->layout, V8_AccessorPair_setter), &set) != RC_OK) {
		inspect_leaf(in, "getter", "[Getter]", &fact, 1);
		return RC_OK;
	}
	has_get = callable(h, get);
	has_set = callable(h, set);
	in->e->begin(in->e, "getter",
		     has_get && has_set ? "[Getter/Setter]"
		     : has_set          ? "[Setter]"
					: "[Getter]",
		     NULL, 0);
	if (has_get && !in->e->brief)
		TRY(inspect_member(in, "get", get));
	if (has_set && !in->e->brief)
		TRY(inspect_member(in, "set", set));
	in->e->close(in->e);
	return RC_OK;
}

bool members_room(struct members *m)
{
	if (m->count_only) {
		m->given++;
		return false;
	}
	if (m->given < m->in->o->members && m->in->values < m->in->o->total) {
		m->given++;
		return true;
	}
	m->skipped++;
	return false;
}

enum rc inspect_stack(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	enum rc rc = js_error_stack(in->h, v, &text);

	if (rc == RC_OK) {
		inspect_key(in, "stack");
		if (in->e->brief) /* its lines as they are */
			inspect_leaf(in, "stack", str_text(&text), NULL, 0);
		else
			in->e->string(in->e, str_text(&text), text.n, false);
	}
	str_free(&text);
	return rc == RC_NOMEM ? RC_NOMEM : rc == RC_OK ? RC_OK : RC_DONE;
}

/* Two kinds of V8's own accessors stand for a value that is there. RC_DONE for all others. */
static enum rc behind_accessor(struct members *m, jsval key, jsval v)
{
	const struct js_heap *h = m->in->h;
	jsval value;

	if (js_is(h, v, T_ACCESSOR_INFO) && js_module_export(h, m->holder, key, &value) == RC_OK) {
		struct str name = STR_INIT;
		if (js_key_put(h, key, &name) == RC_OK)
			m->in->e->key(m->in->e, str_text(&name), name.n);
		else
			inspect_key(m->in, "?");
		str_free(&name);
		return inspect_value(m->in, value);
	}
	return js_string_is(h, key, "stack") ? inspect_stack(m->in, m->holder) : RC_DONE;
}

static enum rc named(struct members *m, const struct js_property *p)
{
	struct str name = STR_INIT;

	if (!members_room(m))
		return RC_OK;
	if (p->accessor) {
		enum rc rc = behind_accessor(m, p->key, p->value);
		if (rc != RC_DONE)
			return rc;
	}
	if (js_key_put(m->in->h, p->key, &name) != RC_OK)
		str_puts(&name, "?");
	m->in->e->key(m->in->e, str_text(&name), name.n);
	str_free(&name);
	if (p->is_double) {
		m->in->values++;
		inspect_number(m->in, p->number);
		return RC_OK;
	}
	return p->accessor ? accessor(m->in, p->value) : inspect_value(m->in, p->value);
}

/*
 * A class with private methods marks its instances with a symbol, its brand; the methods are
 * variables of the class' scope. Private fields have variables there as well, which hold their
 * names; static methods belong to the class itself.
 */
static enum rc private_methods(struct members *m, jsval context)
{
	const struct js_heap *h = m->in->h;
	struct js_context c;

	if (js_context_load(h, context, &c) != RC_OK || !c.has_scope || c.scope.names == 0)
		return RC_OK;
	for (uint32_t i = 0; i < c.scope.nlocals; i++) {
		uint64_t name, info;
		jsval v;
		addr_t at = c.scope.names + 8 * (addr_t)i;

		if (mem_u64(h->mem, at, &name) != RC_OK ||
		    mem_u64(h->mem, at + 8 * (addr_t)c.scope.nlocals, &info) != RC_OK ||
		    js_field(h, context,
			     v8_value(&h->layout, V8_FixedArray_data) + 8 * ((int64_t)c.first + i),
			     &v) != RC_OK)
			break;
		bool is_static = ((uint32_t)jsval_smi(jsval_of(info)) >>
					  v8_value(&h->layout, V8_scope_static_bit) &
				  1) != 0;
		bool pair = js_is(h, v, T_ACCESSOR_PAIR);
		const char *text = js_string_name(h, jsval_of(name), &m->in->arena);
		if (!is_static && (pair || js_is_function(h, v)) && text != NULL && text[0] == '#')
			TRY(named(m, &(struct js_property){
					     .key = jsval_of(name), .value = v, .accessor = pair}));
	}
	return RC_OK;
}

static bool hidden(const struct members *m, const struct js_property *p)
{
	const struct js_heap *h = m->in->h;

	if ((m->hide & HIDE_NATIVES) != 0 && p->accessor && js_is(h, p->value, T_ACCESSOR_INFO))
		return true;
	if ((m->hide & HIDE_UNENUMERABLE) != 0 && (p->attributes & ATTRIBUTE_DONT_ENUM) != 0)
		return true;
	return (m->hide & HIDE_NAME) != 0 && js_string_is(h, p->key, "name");
}

static enum rc property(void *ctx, const struct js_property *p)
{
	struct members *m = ctx;

	if (js_key_brand(m->in->h, p->key))
		return private_methods(m, p->value);
	if (js_key_internal(m->in->h, p->key) || hidden(m, p))
		return RC_OK;
	return named(m, p);
}

static enum rc element_value(struct members *m, const struct js_element *e)
{
	switch (e->tag) {
	case ELEMENT_VALUE:
		return inspect_value(m->in, e->value);
	case ELEMENT_DOUBLE:
		m->in->values++;
		inspect_number(m->in, e->number);
		return RC_OK;
	case ELEMENT_HOLE:
		plain_leaf(m->in, "hole", "<hole>");
		return RC_OK;
	case ELEMENT_ACCESSOR:
		return accessor(m->in, e->value);
	}
	return RC_OK;
}

#define HOLES_ONE_BY_ONE 8

/* A few holes one by one, more as one value with a count. */
void members_holes(struct members *m, uint64_t to)
{
	if (to < m->next)
		return; /* a damaged dictionary may name an index twice */
	if (to - m->next > HOLES_ONE_BY_ONE) {
		struct fact fact = {.name = "count", .number = (double)(to - m->next)};
		char *text = arena_printf(&m->in->arena, "<%llu holes>",
					  (unsigned long long)(to - m->next));
		if (members_room(m))
			inspect_leaf(m->in, "hole", text != NULL ? text : "<holes>", &fact, 1);
		m->next = to;
	}
	for (; m->next < to; m->next++)
		if (members_room(m))
			plain_leaf(m->in, "hole", "<hole>");
}

enum rc members_element(void *ctx, const struct js_element *e)
{
	struct members *m = ctx;
	char name[24];

	if (!m->array && e->tag == ELEMENT_HOLE)
		return RC_OK;
	if (m->array) {
		members_holes(m, e->index);
		m->next = e->index + 1;
	}
	if (!members_room(m))
		return m->array ? RC_DONE : RC_OK;
	if (!m->array) {
		int n = snprintf(name, sizeof name, "%llu", (unsigned long long)e->index);
		m->in->e->key(m->in->e, name, (size_t)n);
	}
	return element_value(m, e);
}

enum rc members_finish(struct members *m, enum rc rc)
{
	if (rc == RC_NOMEM)
		return rc;
	if (m->skipped != 0) {
		if (!m->array)
			inspect_key(m->in, "...");
		truncated(m->in, m->skipped);
	}
	if (rc != RC_OK && rc != RC_DONE) {
		if (!m->array)
			inspect_key(m->in, "!");
		inspect_unreadable(m->in, rc);
	}
	return RC_OK;
}

/* The global object stands behind its proxy; arrays and arguments show their elements themselves. */
static jsval holder_of(const struct js_heap *h, jsval v)
{
	struct js_map m;
	jsval map;

	if (js_is(h, v, T_JS_GLOBAL_PROXY) && js_map_of(h, v, &map) == RC_OK &&
	    js_map_load(h, map, &m) == RC_OK && js_is(h, m.prototype, T_JS_GLOBAL_OBJECT))
		return m.prototype;
	return v;
}

static enum rc all_properties(struct members *m, jsval v)
{
	const struct js_heap *h = m->in->h;

	v = holder_of(h, v);
	m->holder = v;
	if (!js_is(h, v, T_JS_ARRAY) && !js_is(h, v, T_JS_ARGUMENTS_OBJECT))
		TRY(js_elements(h, v, members_element, m));
	return js_properties(h, v, property, m);
}

enum rc inspect_properties(struct inspect *in, jsval v, unsigned hide)
{
	struct members m = {.in = in, .hide = hide};

	return members_finish(&m, all_properties(&m, v));
}

static uint64_t count_extras(struct inspect *in, jsval v, unsigned hide)
{
	struct members m = {.in = in, .hide = hide, .count_only = true};

	/* What cannot be read is said when they are shown. */
	return all_properties(&m, v) == RC_OK ? m.given : m.given + 1;
}

bool inspect_has_extras(struct inspect *in, jsval v, unsigned hide)
{
	return count_extras(in, v, hide) != 0;
}

enum rc inspect_extras(struct inspect *in, jsval v, unsigned hide)
{
	uint64_t n = count_extras(in, v, hide);

	if (n == 0)
		return RC_OK;
	in->e->properties(in->e);
	if (!in->shallow)
		return inspect_properties(in, v, hide);
	inspect_key(in, "...");
	truncated(in, n);
	return RC_OK;
}

static enum rc array(struct inspect *in, jsval v)
{
	struct members m = {.in = in, .array = true};
	bool more = inspect_has_extras(in, v, HIDE_NATIVES);
	uint64_t length = 0;
	enum rc rc = js_array_length(in->h, v, &length);

	in->e->open(in->e, more ? CONTAINER_ELEMENTS : CONTAINER_ARRAY, "array",
		    js_constructor_name(in->h, v, &in->arena), length, v.bits);
	if (rc == RC_OK)
		rc = js_elements(in->h, v, members_element, &m);
	if (rc == RC_OK && m.next < length)
		members_holes(&m, length);
	if (rc == RC_DONE || m.skipped != 0)
		m.skipped = length > m.given ? length - m.given : 0;
	TRY(members_finish(&m, rc));
	if (more)
		TRY(inspect_extras(in, v, HIDE_NATIVES));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc object(struct inspect *in, jsval v)
{
	in->e->open(in->e, CONTAINER_OBJECT, "object", js_constructor_name(in->h, v, &in->arena), 0,
		    v.bits);
	TRY(inspect_properties(in, v, 0));
	in->e->close(in->e);
	return RC_OK;
}

struct entries {
	struct members m;
	bool pairs;
};

static enum rc entry(void *ctx, jsval key, jsval v)
{
	struct entries *en = ctx;
	struct emitter *e = en->m.in->e;

	if (!members_room(&en->m))
		return RC_OK;
	if (!en->pairs)
		return inspect_value(en->m.in, key);
	e->entry(e, 0);
	TRY(inspect_value(en->m.in, key));
	e->entry(e, 1);
	TRY(inspect_value(en->m.in, v));
	e->entry(e, 2);
	return RC_OK;
}

static enum rc count_entry(void *ctx, jsval key, jsval v)
{
	uint64_t *n = ctx;

	(void)key;
	(void)v;
	++*n;
	return RC_OK;
}

static enum rc collection(struct inspect *in, jsval v, bool weak, bool pairs)
{
	struct entries en = {.m = {.in = in, .array = true}, .pairs = pairs};
	uint64_t n = 0;
	enum rc rc = weak ? js_weak_collection(in->h, v, count_entry, &n)
			  : js_collection_size(in->h, v, &n);

	in->e->open(in->e, pairs ? CONTAINER_ENTRIES : CONTAINER_VALUES, js_kind(in->h, v),
		    js_constructor_name(in->h, v, &in->arena), n, v.bits);
	if (rc == RC_OK)
		rc = weak ? js_weak_collection(in->h, v, entry, &en)
			  : js_collection(in->h, v, entry, &en);
	TRY(members_finish(&en.m, rc));
	TRY(inspect_extras(in, v, HIDE_NATIVES));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc map(struct inspect *in, jsval v)
{
	return collection(in, v, false, true);
}

static enum rc set(struct inspect *in, jsval v)
{
	return collection(in, v, false, false);
}

static enum rc weak_map(struct inspect *in, jsval v)
{
	return collection(in, v, true, true);
}

static enum rc weak_set(struct inspect *in, jsval v)
{
	return collection(in, v, true, false);
}

static const struct inspect_kind composites[] = {
	{"object", object, true}, {"array", array, true},      {"map", map, true},
	{"set", set, true},       {"weakmap", weak_map, true}, {"weakset", weak_set, true},
	{NULL, NULL, false},
};

static const struct inspect_kind *kind_named(const char *kind)
{
	static const struct inspect_kind *const tables[] = {composites, inspect_leaf_kinds,
							    inspect_special_kinds};

	for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
		for (const struct inspect_kind *k = tables[t]; k->kind != NULL; k++)
			if (strcmp(k->kind, kind) == 0)
				return k;
	return &composites[0];
}

static void beyond_depth(struct inspect *in, jsval v, const char *kind)
{
	const char *name = js_constructor_name(in->h, v, &in->arena);
	struct fact facts[2] = {{.name = "kind", .text = kind},
				{.name = "constructor", .text = name != NULL ? name : ""}};
	char *text = arena_printf(&in->arena, "[%s]", name != NULL ? name : kind);

	inspect_leaf(in, "truncated", text != NULL ? text : "[...]", facts, 2);
}

/* Objects with members: depth and circles are looked after here. */
static enum rc composite(struct inspect *in, jsval v, const char *kind)
{
	const struct inspect_kind *k = kind_named(kind);
	bool shallow = in->shallow;

	for (unsigned i = 0; i < in->level; i++)
		if (in->path[i] == v.bits) {
			plain_leaf(in, "circular", "[Circular]");
			return RC_OK;
		}
	in->shallow = in->level > in->o->depth || in->level >= INSPECT_DEPTH_MAX ||
		      in->values > in->o->total;
	enum rc rc = RC_OK;
	if (in->shallow && k->open) {
		beyond_depth(in, v, kind);
	} else if (in->level > INSPECT_DEPTH_MAX) {
		inspect_unreadable(in, RC_LIMIT);
	} else {
		in->path[in->level++] = v.bits;
		rc = k->show(in, v);
		in->level--;
	}
	in->shallow = shallow;
	return rc;
}

enum rc inspect_value(struct inspect *in, jsval v)
{
	const char *kind = js_kind(in->h, v);
	double d;

	in->values++;
	if (strcmp(kind, "string") == 0)
		return inspect_string(in, v);
	if (strcmp(kind, "number") == 0) {
		if (js_number(in->h, v, &d) == RC_OK)
			inspect_number(in, d);
		else
			inspect_unreadable(in, RC_BAD);
		return RC_OK;
	}
	if (strcmp(kind, "null") == 0 || strcmp(kind, "boolean") == 0) {
		in->e->literal(in->e, kind[0] == 'n'                 ? "null"
				      : js_is_root(in->h, v, R_true) ? "true"
								     : "false");
		return RC_OK;
	}
	if (strcmp(kind, "undefined") == 0 || strcmp(kind, "hole") == 0) {
		plain_leaf(in, kind, kind[0] == 'h' ? "<hole>" : kind);
		return RC_OK;
	}
	if (strcmp(kind, "invalid") == 0 || strcmp(kind, "weak") == 0) {
		inspect_unreadable(in, RC_BAD);
		return RC_OK;
	}
	return composite(in, v, kind);
}

enum rc js_inspect(const struct js_heap *h, jsval v, const struct inspect_options *o,
		   struct emitter *e)
{
	struct inspect *in = calloc(1, sizeof *in);

	if (in == NULL)
		return RC_NOMEM;
	*in = (struct inspect){.h = h, .o = o, .e = e};
	enum rc rc = inspect_value(in, v);
	arena_free(&in->arena);
	free(in);
	return rc;
}
