/*
 * inside - see the header.
 */
#include "jsheap/cmds/inside.h"

#include "jsheap/inspect.h"
#include "jsheap/names.h"
#include "jsheap/props.h"
#include "jsheap/string.h"

#include <string.h>

#define BOUND_MAX   100
#define BRIEF_UNITS 60

void place_of_shared(struct run *r, jsval shared, struct place *p)
{
	const struct js_heap *h = r->heap;
	struct js_function f;

	*p = (struct place){0};
	if (js_shared_load(h, shared, &f) != RC_OK)
		return;
	p->function = js_shared_debug_name(h, shared, r->arena);
	if (p->function != NULL && p->function[0] == '\0')
		p->function = NULL;
	p->file = js_script_name(h, f.script, r->arena);
	if (!f.has_range || js_script_position(h, f.script, f.start, &p->line, &p->column) != RC_OK)
		p->line = p->column = 0;
}

void place_put(const struct place *p, struct str *out)
{
	str_puts(out, p->function != NULL ? p->function : "(anonymous)");
	if (p->file != NULL || p->line != 0)
		str_printf(out, " at %s", p->file != NULL ? p->file : "(no file)");
	if (p->line != 0)
		str_printf(out, ":%u:%u", p->line, p->column);
}

jsval unbound(const struct js_heap *h, jsval v)
{
	for (int i = 0; i < BOUND_MAX && js_is(h, v, T_JS_BOUND_FUNCTION); i++)
		if (js_field(h, v, v8_value(&h->layout, V8_JSBoundFunction_target), &v) != RC_OK)
			break;
	return v;
}

const char *key_text(struct run *r, jsval key)
{
	struct str out = STR_INIT;
	const char *text = NULL;

	if (js_key_put(r->heap, key, &out) == RC_OK)
		text = arena_strndup(r->arena, str_text(&out), out.n);
	str_free(&out);
	return text;
}

const char *type_text(struct run *r, uint16_t type)
{
	const char *name = type_name(&r->heap->types, type);

	return name != NULL ? name : arena_printf(r->arena, "type %u", type);
}

static void put_javascript(struct run *r, jsval v, const char *kind, struct str *out)
{
	const struct js_heap *h = r->heap;
	uint64_t length;

	if (strcmp(kind, "array") == 0 && js_array_length(h, v, &length) == RC_OK) {
		str_printf(out, "Array(%llu)", (unsigned long long)length);
		return;
	}
	if (strcmp(kind, "object") == 0) {
		const char *name = js_constructor_name(h, v, r->arena);
		str_printf(out, "[%s]", name != NULL ? name : "Object without a constructor");
		return;
	}
	struct inspect_options o = {.members = 0, .string_units = BRIEF_UNITS, .total = 8};
	struct str text = STR_INIT;

	if (js_inspect_text(h, v, &o, &text) == RC_OK) {
		size_t line = strcspn(str_text(&text), "\n");
		str_write(out, str_text(&text), line);
		if (line < text.n)
			str_puts(out, " ...");
	}
	str_free(&text);
}

/* What names an object of V8's own. */
static void put_internal(struct run *r, jsval v, uint16_t type, struct str *out)
{
	const struct js_heap *h = r->heap;
	const char *root = js_root_name(h, v), *name = NULL;
	struct place p;
	jsval length;

	str_puts(out, type_text(r, type));
	if (root != NULL) {
		str_printf(out, " (%s)", root);
		return;
	}
	if (type_is(&h->types, type, T_SHARED_FUNCTION_INFO)) {
		place_of_shared(r, v, &p);
		str_putc(out, ' ');
		place_put(&p, out);
	} else if (type_is(&h->types, type, T_SCRIPT)) {
		name = js_script_name(h, v, r->arena);
		str_printf(out, " %s", name != NULL ? name : "(no name)");
	} else if (js_is_map(h, v)) {
		uint16_t instances;
		if (mem_u16(h->mem,
			    jsval_addr(v) + (addr_t)v8_value(&h->layout, V8_Map_instance_type),
			    &instances) == RC_OK)
			str_printf(out, " of %s", type_text(r, instances));
	} else if ((strstr(str_text(out), "ARRAY") != NULL ||
		    strstr(str_text(out), "DICTIONARY") != NULL ||
		    strstr(str_text(out), "TABLE") != NULL) &&
		   js_field(h, v, v8_value(&h->layout, V8_FixedArray_length), &length) == RC_OK &&
		   jsval_is_smi(length)) {
		str_printf(out, "[%d]", jsval_smi(length));
	}
}

void brief_put(struct run *r, jsval v, struct str *out)
{
	const struct js_heap *h = r->heap;
	const jsval given = v;
	uint16_t type;

	if (jsval_is_weak(v)) {
		if ((v.bits & UINT32_MAX) == 3) {
			str_puts(out, "weak (cleared)");
			return;
		}
		v = jsval_object(jsval_addr(v));
		if (js_type_of(h, v, &type) == RC_OK)
			str_puts(out, "weak ");
		else
			v = given;
	}
	if (jsval_is_smi(v)) {
		if ((v.bits & UINT32_MAX) == 0)
			str_printf(out, "%d", jsval_smi(v));
		else
			str_printf(out, "0x%llx", (unsigned long long)v.bits);
		return;
	}
	if (js_type_of(h, v, &type) != RC_OK) {
		str_printf(out, "0x%llx", (unsigned long long)v.bits);
		return;
	}
	const char *kind = js_kind(h, v);
	if (strcmp(kind, "internal") == 0) {
		struct str text = STR_INIT;
		put_internal(r, v, type, &text);
		str_write(out, str_text(&text), text.n);
		str_free(&text);
	} else {
		put_javascript(r, v, kind, out);
	}
}

const char *brief(struct run *r, jsval v)
{
	struct str out = STR_INIT;

	brief_put(r, v, &out);
	const char *text = arena_strndup(r->arena, str_text(&out), out.n);
	str_free(&out);
	return text;
}

bool has_text(const char *s, const char *text)
{
	return text == NULL || (s != NULL && strstr(s, text) != NULL);
}

enum rc isolate_wanted(struct run *r, uint64_t given, uint64_t *isolate)
{
	*isolate = given != NOT_GIVEN         ? given
		   : r->session->isolate != 0 ? r->session->isolate - 1
					      : NOT_GIVEN;
	if (*isolate == NOT_GIVEN || *isolate < r->heap->nisolates)
		return RC_OK;
	return run_error(r, RC_USAGE, 0, "there is no isolate %llu: the process has %zu",
			 (unsigned long long)*isolate, r->heap->nisolates);
}
