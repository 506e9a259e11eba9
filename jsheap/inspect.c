/*
 * inspect - walks a value and tells an emitter what it meets.
 *
 * Bounds: depth, members of each object, length of strings, values in all; an object that contains
 * itself is told as circular. What cannot be read becomes a value of kind "unreadable" in its
 * place.
 */
#include "jsheap/inspect.h"

#include "jsheap/function.h"
#include "jsheap/names.h"
#include "jsheap/props.h"
#include "jsheap/special.h"
#include "jsheap/string.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 200

struct inspect {
	const struct js_heap *h;
	const struct inspect_options *o;
	struct emitter *e;
	struct arena arena; /* names, until the end */
	uint64_t values;
	uint64_t path[DEPTH_MAX + 1]; /* objects that are open */
	unsigned level;
};

static enum rc value(struct inspect *in, jsval v);

static void special(struct inspect *in, const char *kind, const char *text)
{
	in->e->special(in->e, kind, text, NULL, 0);
}

static void unreadable(struct inspect *in, enum rc rc)
{
	struct fact fact = {"reason", rc_name(rc), 0};
	char *text = arena_printf(&in->arena, "<unreadable: %s>", rc_meaning(rc));

	in->e->special(in->e, "unreadable", text != NULL ? text : "<unreadable>", &fact, 1);
}

static void truncated(struct inspect *in, uint64_t left)
{
	struct fact fact = {"count", NULL, (double)left};
	char *text = arena_printf(&in->arena, "... %llu more", (unsigned long long)left);

	in->e->special(in->e, "truncated", text != NULL ? text : "...", &fact, 1);
}

static void number(struct inspect *in, double d)
{
	struct fact fact = {"value", isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity", 0};

	if (isfinite(d))
		in->e->number(in->e, d);
	else
		in->e->special(in->e, "number", fact.text, &fact, 1);
}

static enum rc string(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	enum rc rc = js_string_put(in->h, v, in->o->string_units, &text);

	if (rc == RC_OK || rc == RC_LIMIT)
		in->e->string(in->e, str_text(&text), text.n, rc == RC_LIMIT);
	else if (rc != RC_NOMEM)
		unreadable(in, rc);
	str_free(&text);
	return rc == RC_NOMEM ? rc : RC_OK;
}

#define BOUND_MAX 100

/* The function behind bound ones, and how many those were. */
static jsval bound_target(const struct js_heap *h, jsval v, unsigned *bound)
{
	for (*bound = 0; *bound < BOUND_MAX && js_is(h, v, T_JS_BOUND_FUNCTION); ++*bound)
		if (js_field(h, v, v8_value(&h->layout, V8_JSBoundFunction_target), &v) != RC_OK)
			break;
	return v;
}

static void function(struct inspect *in, jsval v)
{
	unsigned bound;

	struct js_function f;
	struct fact facts[4] = {
		{"name", NULL, 0}, {"file", NULL, 0}, {"line", NULL, 0}, {"column", NULL, 0}};
	struct str text = STR_INIT;
	uint32_t line, column;
	size_t n = 1;

	facts[0].text = "";
	if (js_function_load(in->h, bound_target(in->h, v, &bound), &f) == RC_OK) {
		const char *name = js_shared_name(in->h, f.shared, &in->arena);
		const char *file = js_script_name(in->h, f.script, &in->arena);

		facts[0].text = name != NULL ? name : "";
		if (file != NULL) {
			facts[n++].text = file;
			if (f.has_range &&
			    js_script_position(in->h, f.script, f.start, &line, &column) == RC_OK) {
				facts[n++].number = line;
				facts[n++].number = column;
			}
		}
	}
	for (; bound != 0 && facts[0].text != NULL; bound--)
		facts[0].text = arena_printf(&in->arena, "bound %s", facts[0].text);
	if (facts[0].text == NULL)
		facts[0].text = "";
	str_printf(&text, facts[0].text[0] != '\0' ? "[Function: %s]" : "[Function]",
		   facts[0].text);
	if (n > 1)
		str_printf(&text, " at %s", facts[1].text);
	if (n == 4)
		str_printf(&text, ":%.0f:%.0f", facts[2].number, facts[3].number);
	in->e->special(in->e, "function", str_text(&text), facts, n);
	str_free(&text);
}

static void symbol(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	struct fact fact = {"description", NULL, 0};
	jsval description;

	if (js_key_put(in->h, v, &text) == RC_OK) {
		if (js_field(in->h, v, v8_value(&in->h->layout, V8_Symbol_description),
			     &description) == RC_OK &&
		    js_is_string(in->h, description))
			fact.text = js_string_name(in->h, description, &in->arena);
		if (fact.text == NULL)
			fact.text = "";
		in->e->special(in->e, "symbol", str_text(&text), &fact, 1);
	} else {
		unreadable(in, RC_BAD);
	}
	str_free(&text);
}

static void bigint(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	enum rc rc = js_bigint_put(in->h, v, &text);

	if (rc == RC_OK) {
		char *value_text = arena_strdup(&in->arena, str_text(&text));
		struct fact fact = {"value", value_text != NULL ? value_text : "?", 0};
		str_putc(&text, 'n');
		in->e->special(in->e, "bigint", str_text(&text), &fact, 1);
	} else {
		unreadable(in, rc);
	}
	str_free(&text);
}

static void date(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	double ms;
	enum rc rc = js_date(in->h, v, &ms);

	if (rc == RC_OK) {
		js_date_put(ms, &text);
		struct fact facts[2] = {{"value", str_text(&text), 0}, {"time", NULL, ms}};
		in->e->special(in->e, "date", str_text(&text), facts, isnan(ms) ? 1 : 2);
	} else {
		unreadable(in, rc);
	}
	str_free(&text);
}

static void regexp(struct inspect *in, jsval v)
{
	struct str source = STR_INIT, flags = STR_INIT, text = STR_INIT;
	jsval s, f;

	if (js_field(in->h, v, v8_value(&in->h->layout, V8_JSRegExp_source), &s) == RC_OK &&
	    js_field(in->h, v, v8_value(&in->h->layout, V8_JSRegExp_flags), &f) == RC_OK &&
	    jsval_is_smi(f) && js_string_put(in->h, s, in->o->string_units, &source) == RC_OK) {
		js_regexp_flags_put((uint32_t)jsval_smi(f), &flags);
		str_printf(&text, "/%s/%s", str_text(&source), str_text(&flags));
		struct fact facts[2] = {{"source", str_text(&source), 0},
					{"flags", str_text(&flags), 0}};
		in->e->special(in->e, "regexp", str_text(&text), facts, 2);
	} else {
		unreadable(in, RC_BAD);
	}
	str_free(&source);
	str_free(&flags);
	str_free(&text);
}

#define TEXT_BYTES_SHOWN 50
#define JSON_BYTES_SHOWN (1u << 20)

static void buffer(struct inspect *in, jsval v)
{
	const char *type = js_constructor_name(in->h, v, &in->arena);
	struct str hex = STR_INIT, text = STR_INIT;
	struct js_bytes b;
	enum rc rc = js_bytes_of(in->h, v, &b);
	uint64_t shown = 0;

	type = type != NULL ? type : "ArrayBuffer";
	if (rc == RC_OK && b.addr != 0)
		for (; shown < b.length && shown < JSON_BYTES_SHOWN; shown++) {
			uint8_t byte;
			if (mem_u8(in->h->mem, b.addr + shown, &byte) != RC_OK)
				break;
			str_printf(&hex, "%02x", byte);
		}
	if (rc == RC_OK) {
		struct fact facts[4] = {{"type", type, 0},
					{"length", NULL, (double)b.length},
					{"hex", str_text(&hex), 0},
					{"truncated", NULL, (double)(b.length - shown)}};
		str_printf(&text, "%s(%llu) <", type, (unsigned long long)b.length);
		for (uint64_t i = 0; i < shown && i < TEXT_BYTES_SHOWN; i++)
			str_printf(&text, "%s%.2s", i != 0 ? " " : "", hex.s + 2 * i);
		if (b.length > TEXT_BYTES_SHOWN)
			str_printf(&text, " ... %llu more",
				   (unsigned long long)(b.length - TEXT_BYTES_SHOWN));
		str_putc(&text, '>');
		in->e->special(in->e, "buffer", str_text(&text), facts, shown < b.length ? 4 : 3);
	} else {
		unreadable(in, rc);
	}
	str_free(&hex);
	str_free(&text);
}

/* One member of an object at a time: key, then value, until the limit. */
struct members {
	struct inspect *in;
	uint64_t given, skipped;
	bool array;      /* positions matter: holes are shown, names are not */
	uint64_t next;   /* array: index that comes next */
	bool no_natives; /* leave V8's own accessors out */
};

static void accessor(struct inspect *in, jsval pair)
{
	jsval get = jsval_of(0), set = jsval_of(0);
	struct fact facts[2] = {{"get", NULL, 0}, {"set", NULL, 0}};
	const char *text = "[Getter]";

	if (js_is(in->h, pair, T_ACCESSOR_PAIR) &&
	    js_field(in->h, pair, v8_value(&in->h->layout, V8_AccessorPair_getter), &get) ==
		    RC_OK &&
	    js_field(in->h, pair, v8_value(&in->h->layout, V8_AccessorPair_setter), &set) ==
		    RC_OK) {
		bool has_get = js_is_function(in->h, get), has_set = js_is_function(in->h, set);
		facts[0].number = has_get;
		facts[1].number = has_set;
		text = has_get && has_set ? "[Getter/Setter]" : has_set ? "[Setter]" : "[Getter]";
	} else {
		facts[0].number = 1;
	}
	in->e->special(in->e, "getter", text, facts, 2);
}

static bool room(struct members *m)
{
	if (m->given < m->in->o->members && m->in->values < m->in->o->total) {
		m->given++;
		return true;
	}
	m->skipped++;
	return false;
}

static enum rc property(void *ctx, const struct js_property *p)
{
	struct members *m = ctx;
	struct str name = STR_INIT;
	enum rc rc = RC_OK;

	if (js_key_internal(m->in->h, p->key) ||
	    (m->no_natives && p->accessor && js_is(m->in->h, p->value, T_ACCESSOR_INFO)) ||
	    !room(m))
		return RC_OK;
	if (js_key_put(m->in->h, p->key, &name) != RC_OK)
		str_puts(&name, "?");
	m->in->e->key(m->in->e, str_text(&name), name.n);
	str_free(&name);
	if (p->accessor)
		accessor(m->in, p->value);
	else
		rc = value(m->in, p->value);
	return rc;
}

static enum rc element_value(struct members *m, const struct js_element *e)
{
	switch (e->tag) {
	case ELEMENT_VALUE:
		return value(m->in, e->value);
	case ELEMENT_DOUBLE:
		m->in->values++;
		number(m->in, e->number);
		return RC_OK;
	case ELEMENT_HOLE:
		special(m->in, "hole", "<hole>");
		return RC_OK;
	case ELEMENT_ACCESSOR:
		accessor(m->in, e->value);
		return RC_OK;
	}
	return RC_OK;
}

#define HOLES_ONE_BY_ONE 8

/* A run of indexes without elements: a few holes one by one, more as one value with a count. */
static void holes(struct members *m, uint64_t to)
{
	if (to < m->next)
		return; /* a damaged dictionary may name an index twice */
	if (to - m->next > HOLES_ONE_BY_ONE) {
		struct fact fact = {"count", NULL, (double)(to - m->next)};
		char *text = arena_printf(&m->in->arena, "<%llu holes>",
					  (unsigned long long)(to - m->next));
		if (room(m))
			m->in->e->special(m->in->e, "hole", text != NULL ? text : "<holes>", &fact,
					  1);
		m->next = to;
	}
	for (; m->next < to; m->next++)
		if (room(m))
			special(m->in, "hole", "<hole>");
}

static enum rc element(void *ctx, const struct js_element *e)
{
	struct members *m = ctx;
	char name[24];

	if (!m->array && e->tag == ELEMENT_HOLE)
		return RC_OK;
	if (m->array) {
		holes(m, e->index);
		m->next = e->index + 1;
	}
	if (!room(m))
		return m->array ? RC_DONE : RC_OK;
	if (!m->array) {
		int n = snprintf(name, sizeof name, "%llu", (unsigned long long)e->index);
		m->in->e->key(m->in->e, name, (size_t)n);
	}
	return element_value(m, e);
}

static enum rc finish(struct members *m, enum rc rc)
{
	if (rc == RC_NOMEM)
		return rc;
	if (m->skipped != 0) {
		if (!m->array)
			m->in->e->key(m->in->e, "...", 3);
		truncated(m->in, m->skipped);
	}
	if (rc != RC_OK && rc != RC_DONE) {
		if (!m->array)
			m->in->e->key(m->in->e, "!", 1);
		unreadable(m->in, rc);
	}
	return RC_OK;
}

static enum rc array(struct inspect *in, jsval v)
{
	struct members m = {.in = in, .array = true};
	uint64_t length = 0;
	enum rc rc = js_array_length(in->h, v, &length);

	in->e->open(in->e, CONTAINER_ARRAY, "array", js_constructor_name(in->h, v, &in->arena),
		    length, v.bits);
	if (rc == RC_OK)
		rc = js_elements(in->h, v, element, &m);
	if (rc == RC_OK && m.next < length)
		holes(&m, length);
	if (rc == RC_DONE || m.skipped != 0)
		m.skipped = length > m.given ? length - m.given : 0;
	rc = finish(&m, rc);
	in->e->close(in->e);
	return rc;
}

/* A member that is no property: what a promise, proxy or wrapper holds. */
static enum rc inner(struct inspect *in, const char *name, jsval v)
{
	in->e->key(in->e, name, strlen(name));
	return value(in, v);
}

static enum rc inner_field(struct inspect *in, const char *name, jsval holder, enum v8_field field)
{
	jsval v;

	if (js_field(in->h, holder, v8_value(&in->h->layout, field), &v) != RC_OK)
		return RC_OK;
	return inner(in, name, v);
}

static enum rc inner_promise(struct inspect *in, jsval v)
{
	static const char *const names[] = {"pending", "fulfilled", "rejected"};
	enum promise_state state;
	jsval result;

	if (js_promise(in->h, v, &state, &result) != RC_OK)
		return RC_OK;
	in->e->key(in->e, "[[state]]", 9);
	in->e->string(in->e, names[state], strlen(names[state]), false);
	return state != PROMISE_PENDING ? inner(in, "[[result]]", result) : RC_OK;
}

static enum rc inners(struct inspect *in, jsval v, const char *kind)
{
	if (strcmp(kind, "promise") == 0)
		return inner_promise(in, v);
	if (strcmp(kind, "wrapper") == 0)
		return inner_field(in, "[[value]]", v, V8_JSPrimitiveWrapper_value);
	if (strcmp(kind, "weakref") == 0)
		return inner_field(in, "[[target]]", v, V8_JSWeakRef_target);
	if (strcmp(kind, "proxy") == 0) {
		TRY(inner_field(in, "[[target]]", v, V8_JSProxy_target));
		return inner_field(in, "[[handler]]", v, V8_JSProxy_handler);
	}
	return RC_OK;
}

static enum rc object(struct inspect *in, jsval v, const char *kind)
{
	struct members m = {.in = in};
	enum rc rc;

	in->e->open(in->e, CONTAINER_OBJECT, kind, js_constructor_name(in->h, v, &in->arena), 0,
		    v.bits);
	rc = inners(in, v, kind);
	if (rc == RC_OK && strcmp(kind, "proxy") != 0) {
		rc = js_elements(in->h, v, element, &m);
		if (rc == RC_OK)
			rc = js_properties(in->h, v, property, &m);
	}
	rc = finish(&m, rc);
	in->e->close(in->e);
	return rc;
}

struct entries {
	struct members m;
	bool pairs;
};

static enum rc entry(void *ctx, jsval key, jsval v)
{
	struct entries *en = ctx;
	struct emitter *e = en->m.in->e;

	if (!room(&en->m))
		return RC_OK;
	if (!en->pairs)
		return value(en->m.in, key);
	e->entry(e, 0);
	TRY(value(en->m.in, key));
	e->entry(e, 1);
	TRY(value(en->m.in, v));
	e->entry(e, 2);
	return RC_OK;
}

static enum rc collection(struct inspect *in, jsval v, const char *kind)
{
	bool weak = strncmp(kind, "weak", 4) == 0;
	struct entries en = {.m = {.in = in, .array = true}, .pairs = strstr(kind, "map") != NULL};
	uint64_t n = 0;
	enum rc rc = weak ? RC_OK : js_collection_size(in->h, v, &n);

	in->e->open(in->e, en.pairs ? CONTAINER_ENTRIES : CONTAINER_VALUES, kind,
		    js_constructor_name(in->h, v, &in->arena), n, v.bits);
	if (rc == RC_OK)
		rc = weak ? js_weak_collection(in->h, v, entry, &en)
			  : js_collection(in->h, v, entry, &en);
	rc = finish(&en.m, rc);
	in->e->close(in->e);
	return rc;
}

static void internal(struct inspect *in, jsval v)
{
	uint16_t type = TYPE_UNKNOWN;
	const char *name =
		js_type_of(in->h, v, &type) == RC_OK ? type_name(&in->h->types, type) : NULL;
	struct fact fact = {"type", name, type};
	char *text = name != NULL ? arena_printf(&in->arena, "<%s>", name)
				  : arena_printf(&in->arena, "<type %u>", type);

	in->e->special(in->e, "internal", text != NULL ? text : "<internal>", &fact, 1);
}

/* Objects with members: depth and circles are looked after here. */
static enum rc composite(struct inspect *in, jsval v, const char *kind)
{
	enum rc rc;

	for (unsigned i = 0; i < in->level; i++)
		if (in->path[i] == v.bits) {
			special(in, "circular", "[Circular]");
			return RC_OK;
		}
	if (in->level > in->o->depth || in->level >= DEPTH_MAX || in->values > in->o->total) {
		const char *name = js_constructor_name(in->h, v, &in->arena);
		struct fact facts[2] = {{"kind", kind, 0},
					{"constructor", name != NULL ? name : "", 0}};
		char *text = arena_printf(&in->arena, "[%s]", name != NULL ? name : kind);
		in->e->special(in->e, "truncated", text != NULL ? text : "[...]", facts, 2);
		return RC_OK;
	}
	in->path[in->level++] = v.bits;
	if (strcmp(kind, "array") == 0)
		rc = array(in, v);
	else if (strcmp(kind, "map") == 0 || strcmp(kind, "set") == 0 ||
		 strcmp(kind, "weakmap") == 0 || strcmp(kind, "weakset") == 0)
		rc = collection(in, v, kind);
	else
		rc = object(in, v, kind);
	in->level--;
	return rc;
}

static const struct {
	const char *kind;
	void (*show)(struct inspect *in, jsval v);
} leaves[] = {
	{"function", function}, {"symbol", symbol}, {"bigint", bigint},     {"date", date},
	{"regexp", regexp},     {"buffer", buffer}, {"internal", internal},
};

static enum rc value(struct inspect *in, jsval v)
{
	const char *kind = js_kind(in->h, v);
	double d;

	in->values++;
	if (strcmp(kind, "string") == 0)
		return string(in, v);
	if (strcmp(kind, "number") == 0) {
		if (js_number(in->h, v, &d) == RC_OK)
			number(in, d);
		else
			unreadable(in, RC_BAD);
		return RC_OK;
	}
	if (strcmp(kind, "null") == 0 || strcmp(kind, "boolean") == 0) {
		in->e->literal(in->e, kind[0] == 'n'                     ? "null"
				      : jsval_eq(v, in->h->root[R_true]) ? "true"
									 : "false");
		return RC_OK;
	}
	for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++)
		if (strcmp(kind, leaves[i].kind) == 0) {
			leaves[i].show(in, v);
			return RC_OK;
		}
	if (strcmp(kind, "undefined") == 0 || strcmp(kind, "hole") == 0) {
		special(in, kind, kind[0] == 'h' ? "<hole>" : kind);
		return RC_OK;
	}
	if (strcmp(kind, "invalid") == 0 || strcmp(kind, "weak") == 0) {
		unreadable(in, RC_BAD);
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
	enum rc rc = value(in, v);
	arena_free(&in->arena);
	free(in);
	return rc;
}
