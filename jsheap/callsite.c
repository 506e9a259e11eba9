/*
 * callsite - see the header. Source: src/objects/call-site-info.cc (SerializeCallSiteInfo), before
 * V8 9.0 messages.cc.
 */
#include "jsheap/callsite.h"

#include "jsheap/function.h"
#include "jsheap/names.h"
#include "jsheap/positions.h"
#include "jsheap/props.h"
#include "jsheap/script.h"
#include "jsheap/string.h"

#include <string.h>

#define PROTOTYPES_MAX 100
#define EVALS_MAX      16

struct names {
	const struct js_heap *h;
	const struct js_call *c;
	struct js_function f;
	struct arena arena;
};

static bool telling(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* The function's own `name` where a program set it, else what the source says. */
static const char *debug_name(struct names *n)
{
	struct js_property p;

	if (js_property_named(n->h, n->c->function, "name", &p) == RC_OK && !p.accessor &&
	    js_is_string(n->h, p.value)) {
		const char *own = js_string_name(n->h, p.value, &n->arena);
		if (telling(own))
			return own;
	}
	return js_shared_debug_name(n->h, n->f.shared, &n->arena);
}

static bool is_toplevel(const struct names *n)
{
	jsval r = n->c->receiver;

	return js_is_root(n->h, r, R_undefined) || js_is_root(n->h, r, R_null) ||
	       js_is_hole(n->h, r) || js_is(n->h, r, T_JS_GLOBAL_PROXY);
}

/* Classes of the program: their constructors have an instance type of their own. Those of the language
 * have one, too, but no script. */
static bool is_class(const struct js_heap *h, jsval v)
{
	struct js_function f;

	return js_is_function(h, v) && !js_is(h, v, T_JS_FUNCTION) &&
	       js_function_load(h, v, &f) == RC_OK && f.script.bits != 0;
}

static const char *type_name_of(struct names *n)
{
	const struct js_heap *h = n->h;
	jsval r = n->c->receiver;
	double d;

	if (js_is_string(h, r))
		return "String";
	if (js_number(h, r, &d) == RC_OK)
		return "Number";
	if (js_is_root(h, r, R_true) || js_is_root(h, r, R_false))
		return "Boolean";
	if (v8_value(&h->layout, V8_call_class_names) != 0 && is_class(h, r)) {
		struct js_function f;
		const char *name = js_function_load(h, r, &f) == RC_OK
					   ? js_shared_name(h, f.shared, &n->arena)
					   : NULL;
		if (telling(name))
			return name; /* a static method goes by the name of its class */
	}
	return js_constructor_name(h, r, &n->arena);
}

static bool holds(const struct names *n, const struct js_property *p)
{
	jsval get, set;

	if (!p->accessor)
		return jsval_eq(p->value, n->c->function);
	return js_is(n->h, p->value, T_ACCESSOR_PAIR) &&
	       js_field(n->h, p->value, v8_value(&n->h->layout, V8_AccessorPair_getter), &get) ==
		       RC_OK &&
	       js_field(n->h, p->value, v8_value(&n->h->layout, V8_AccessorPair_setter), &set) ==
		       RC_OK &&
	       (jsval_eq(get, n->c->function) || jsval_eq(set, n->c->function));
}

static bool prototype_of(const struct js_heap *h, jsval *v)
{
	struct js_map m;
	jsval map;

	if (js_map_of(h, *v, &map) != RC_OK || js_map_load(h, map, &m) != RC_OK)
		return false;
	*v = m.prototype;
	return true;
}

static bool found_under(const struct names *n, const char *name)
{
	struct js_property p;
	jsval at = n->c->receiver;

	for (int i = 0; i < PROTOTYPES_MAX; i++) {
		if (js_property_named(n->h, at, name, &p) == RC_OK)
			return holds(n, &p);
		if (!prototype_of(n->h, &at))
			return false;
	}
	return false;
}

struct search {
	const struct names *n;
	jsval key;
	unsigned found;
};

static enum rc match(void *ctx, const struct js_property *p)
{
	struct search *s = ctx;

	if ((p->attributes & ATTRIBUTE_DONT_ENUM) == 0 && js_is_string(s->n->h, p->key) &&
	    holds(s->n, p)) {
		s->key = p->key;
		s->found++;
	}
	return RC_OK;
}

/* The property of the receiver that holds the function: by the function's own name, else the only
 * one there is. */
static const char *method_name(struct names *n)
{
	const char *name = js_shared_name(n->h, n->f.shared, &n->arena);
	struct search s = {.n = n};
	jsval at = n->c->receiver;

	if (telling(name) && (strncmp(name, "get ", 4) == 0 || strncmp(name, "set ", 4) == 0)) {
		name += 4;
	} else if (!telling(name)) {
		/* "o.f" is what the parser remembers of `o.f = function() {}`. */
		name = js_shared_debug_name(n->h, n->f.shared, &n->arena);
		if (name != NULL && strrchr(name, '.') != NULL)
			name = strrchr(name, '.') + 1;
	}
	if (telling(name) && found_under(n, name))
		return name;
	for (int i = 0; i < PROTOTYPES_MAX && s.found < 2; i++)
		if (js_properties(n->h, at, match, &s) != RC_OK || !prototype_of(n->h, &at))
			break;
	return s.found == 1 ? js_string_name(n->h, s.key, &n->arena) : NULL;
}

/* Equal, or the last word of it. */
static bool ends_with(const struct v8_layout *l, const char *s, const char *word)
{
	size_t n = strlen(s), len = strlen(word);

	return n >= len && strcmp(s + n - len, word) == 0 &&
	       (n == len || s[n - len - 1] == '.' ||
		(s[n - len - 1] == ' ' && v8_value(l, V8_call_as_after_space) != 0));
}

static bool is_identifier(const char *s)
{
	for (const char *p = s; *p != '\0'; p++) {
		bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_' ||
			      *p == '$' || (*p & 0x80) != 0;
		if (!letter && (p == s || *p < '0' || *p > '9'))
			return false;
	}
	return *s != '\0';
}

static bool wants_type(const struct names *n, const char *name, const char *type)
{
	if (!telling(name))
		return true;
	if (v8_value(&n->h->layout, V8_call_type_prefix) != 0)
		return is_identifier(name) && strcmp(name, type) != 0;
	return strncmp(name, type, strlen(type)) != 0;
}

static void put_method(struct names *n, const char *name, struct str *out)
{
	const char *type = type_name_of(n), *method = method_name(n);

	if (telling(type) && wants_type(n, name, type))
		str_printf(out, "%s.", type);
	str_puts(out, telling(name) ? name : telling(method) ? method : "<anonymous>");
	if (telling(name) && telling(method) && !ends_with(&n->h->layout, name, method))
		str_printf(out, " [as %s]", method);
}

static int32_t position_of(const struct js_heap *h, jsval code, int64_t offset)
{
	int32_t position;

	return js_bytecode_position(h, code, offset, &position) == RC_OK ? position : -1;
}

static void put_place(const struct js_heap *h, jsval script, int32_t position, struct str *out)
{
	uint32_t line, column;

	if (position >= 0 && js_script_position(h, script, position, &line, &column) == RC_OK)
		str_printf(out, ":%u:%u", line, column);
}

/* "eval at f (file:1:2)" */
static void put_origin(struct names *n, jsval script, int depth, struct str *out)
{
	const struct js_heap *h = n->h;
	jsval from = js_script_eval_from(h, script), where, code;
	struct js_function f;
	int32_t position = -1;

	if (from.bits == 0 || depth == EVALS_MAX || js_shared_load(h, from, &f) != RC_OK)
		return;
	const char *name = js_shared_debug_name(h, from, &n->arena);
	const char *file = js_script_name(h, f.script, &n->arena);
	str_printf(out, "eval at %s (", telling(name) ? name : "<anonymous>");
	if (js_field(h, script, v8_value(&h->layout, V8_Script_eval_position), &where) == RC_OK &&
	    jsval_is_smi(where))
		position = jsval_smi(where);
	/* Until somebody asks it is an offset into the bytecode, negated. */
	if (position <= 0 && js_bytecode_of(h, from, &code) == RC_OK)
		position = position_of(h, code, -(int64_t)position);
	if (file != NULL) {
		str_puts(out, file);
		put_place(h, f.script, position, out);
	} else {
		put_origin(n, f.script, depth + 1, out);
	}
	str_putc(out, ')');
}

static void put_location(struct names *n, struct str *out)
{
	jsval script = n->f.script;
	const char *file = js_script_name(n->h, script, &n->arena);

	if (file == NULL && script.bits != 0 && js_script_eval_from(n->h, script).bits != 0) {
		put_origin(n, script, 0, out);
		str_puts(out, ", ");
	}
	str_puts(out, telling(file) ? file : "<anonymous>");
	if (script.bits != 0)
		put_place(n->h, script, position_of(n->h, n->c->code, n->c->offset), out);
}

static bool is_whole_script(const struct names *n)
{
	struct js_script s;

	return n->f.has_range && n->f.start == 0 &&
	       js_script_load(n->h, n->f.script, &s) == RC_OK && n->f.end == (int64_t)s.length;
}

static const char *name_in_trace(struct names *n)
{
	const char *name = debug_name(n);

	if (telling(name))
		return name;
	return js_script_eval_from(n->h, n->f.script).bits != 0 && is_whole_script(n) ? "eval"
										      : NULL;
}

/* Promise.all and the like, waiting. */
static bool is_combinator(const struct names *n, const char *name)
{
	return n->c->async && n->f.script.bits == 0 && name != NULL &&
	       (strcmp(name, "all") == 0 || strcmp(name, "any") == 0 ||
		strcmp(name, "allSettled") == 0);
}

enum rc js_call_put(const struct js_heap *h, const struct js_call *c, struct str *out)
{
	struct names n = {.h = h, .c = c};
	enum rc rc = js_function_load(h, c->function, &n.f);

	if (rc == RC_OK) {
		const char *name = name_in_trace(&n);
		bool method = !c->constructor && !is_toplevel(&n), named = true;

		if (c->async)
			str_puts(out, "async ");
		if (is_combinator(&n, name)) {
			/* Nothing runs there: the offset says which of its promises was waited for. */
			str_printf(out, "Promise.%s (index %lld)", name, (long long)c->offset);
			arena_free(&n.arena);
			return out->failed ? RC_NOMEM : RC_OK;
		}
		if (method)
			put_method(&n, name, out);
		else if (c->constructor)
			str_printf(out, "new %s", telling(name) ? name : "<anonymous>");
		else if (telling(name))
			str_puts(out, name);
		else
			named = false;
		str_puts(out, named ? " (" : "");
		put_location(&n, out);
		str_puts(out, named ? ")" : "");
	}
	arena_free(&n.arena);
	return out->failed ? RC_NOMEM : rc;
}
