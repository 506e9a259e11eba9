/*
 * inspect_leaf - values that a few facts describe; own properties, if any, come behind them.
 */
#include "jsheap/bytes.h"
#include "jsheap/function.h"
#include "jsheap/inspect_walk.h"
#include "jsheap/names.h"
#include "jsheap/script.h"
#include "jsheap/special.h"
#include "jsheap/string.h"

#include <math.h>
#include <string.h>

/* Facts, then the own properties. */
static enum rc with_extras(struct inspect *in, jsval v, const char *kind, const char *text,
			   const struct fact *facts, size_t n, unsigned hide)
{
	in->e->begin(in->e, kind, text, facts, n);
	TRY(inspect_extras(in, v, hide));
	in->e->close(in->e);
	return RC_OK;
}

/* The own `name` of a function where it is a property of its own: defined, or computed. */
static const char *own_name(struct inspect *in, jsval v)
{
	struct js_property p;

	if (js_property_named(in->h, v, "name", &p) != RC_OK || p.accessor ||
	    !js_is_string(in->h, p.value))
		return NULL;
	return js_string_name(in->h, p.value, &in->arena);
}

static const char *function_name(struct inspect *in, jsval v)
{
	const char *name = own_name(in, v);
	struct js_function f;

	if (name == NULL && js_function_load(in->h, v, &f) == RC_OK)
		name = js_shared_name(in->h, f.shared, &in->arena);
	return name != NULL ? name : "";
}

static enum rc function(struct inspect *in, jsval v)
{
	struct fact facts[4] = {
		{.name = "name"}, {.name = "file"}, {.name = "line"}, {.name = "column"}};
	struct str text = STR_INIT;
	struct js_function f;
	uint32_t line, column;
	size_t n = 1;

	facts[0].text = function_name(in, v);
	if (js_function_load(in->h, v, &f) == RC_OK &&
	    (facts[1].text = js_script_name(in->h, f.script, &in->arena)) != NULL) {
		n = 2;
		if (f.has_range &&
		    js_script_position(in->h, f.script, f.start, &line, &column) == RC_OK) {
			facts[2].number = line;
			facts[3].number = column;
			n = 4;
		}
	}
	str_printf(&text, facts[0].text[0] != '\0' ? "[Function: %s]" : "[Function]",
		   facts[0].text);
	if (n > 1)
		str_printf(&text, " at %s", facts[1].text);
	if (n == 4)
		str_printf(&text, ":%.0f:%.0f", facts[2].number, facts[3].number);
	enum rc rc =
		with_extras(in, v, "function", str_text(&text), facts, n, HIDE_NATIVES | HIDE_NAME);
	str_free(&text);
	return rc;
}

#define BOUND_MAX 100

/* "bound bound f" */
static const char *bound_name(struct inspect *in, jsval v)
{
	const char *own = own_name(in, v), *name = "";
	unsigned bound = 0;

	if (own != NULL)
		return own;
	for (; bound < BOUND_MAX && js_is(in->h, v, T_JS_BOUND_FUNCTION); bound++)
		if (js_field(in->h, v, v8_value(&in->h->layout, V8_JSBoundFunction_target), &v) !=
		    RC_OK)
			break;
	name = function_name(in, v);
	for (; bound != 0 && name != NULL; bound--)
		name = arena_printf(&in->arena, "bound %s", name);
	return name != NULL ? name : "";
}

static enum rc bound_arguments(struct inspect *in, jsval v)
{
	const struct v8_layout *l = &in->h->layout;
	struct members m = {.in = in, .array = true};
	jsval list, length;
	enum rc rc;

	if (in->shallow)
		return RC_OK;
	inspect_key(in, "arguments");
	rc = js_field(in->h, v, v8_value(l, V8_JSBoundFunction_arguments), &list);
	if (rc == RC_OK)
		rc = js_field(in->h, list, v8_value(l, V8_FixedArray_length), &length);
	if (rc == RC_OK && (!jsval_is_smi(length) || jsval_smi(length) < 0 ||
			    !js_fits(in->h, list, 8 * (uint64_t)(uint32_t)jsval_smi(length))))
		rc = RC_BAD;
	uint64_t n = rc == RC_OK ? (uint64_t)jsval_smi(length) : 0;
	in->e->open(in->e, CONTAINER_ARRAY, "array", "Array", n, list.bits);
	for (uint64_t i = 0; i < n && rc == RC_OK; i++) {
		struct js_element e = {.index = i, .tag = ELEMENT_VALUE};
		rc = js_field(in->h, list, v8_value(l, V8_FixedArray_data) + 8 * (int64_t)i,
			      &e.value);
		if (rc == RC_OK)
			rc = members_element(&m, &e);
	}
	m.skipped = n - (m.given < n ? m.given : n);
	TRY(members_finish(&m, rc));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc bound(struct inspect *in, jsval v)
{
	struct fact fact = {.name = "name", .text = bound_name(in, v)};
	char *text = arena_printf(&in->arena, "[Function: %s]", fact.text);

	in->e->begin(in->e, "function", text != NULL ? text : "[Function]", &fact, 1);
	TRY(inspect_member_field(in, "target", v, V8_JSBoundFunction_target));
	TRY(inspect_member_field(in, "this", v, V8_JSBoundFunction_this));
	TRY(bound_arguments(in, v));
	TRY(inspect_extras(in, v, HIDE_NATIVES | HIDE_NAME));
	in->e->close(in->e);
	return RC_OK;
}

static enum rc any_function(struct inspect *in, jsval v)
{
	return js_is(in->h, v, T_JS_BOUND_FUNCTION) ? bound(in, v) : function(in, v);
}

static enum rc symbol(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	struct fact fact = {.name = "description"};
	jsval description;

	if (js_key_put(in->h, v, &text) != RC_OK) {
		inspect_unreadable(in, RC_BAD);
	} else {
		if (js_field(in->h, v, v8_value(&in->h->layout, V8_Symbol_description),
			     &description) == RC_OK &&
		    js_is_string(in->h, description))
			fact.text = js_string_name(in->h, description, &in->arena);
		fact.none = fact.text == NULL;
		inspect_leaf(in, "symbol", str_text(&text), &fact, 1);
	}
	str_free(&text);
	return RC_OK;
}

static enum rc bigint(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	enum rc rc = js_bigint_put(in->h, v, &text);

	if (rc == RC_OK) {
		char *digits = arena_strdup(&in->arena, str_text(&text));
		struct fact fact = {.name = "value", .text = digits != NULL ? digits : "?"};
		str_putc(&text, 'n');
		inspect_leaf(in, "bigint", str_text(&text), &fact, 1);
	} else if (rc != RC_NOMEM) {
		inspect_unreadable(in, rc);
		rc = RC_OK;
	}
	str_free(&text);
	return rc;
}

static enum rc date(struct inspect *in, jsval v)
{
	struct str text = STR_INIT;
	double ms;
	enum rc rc = js_date(in->h, v, &ms);

	if (rc == RC_OK) {
		js_date_put(ms, &text);
		struct fact facts[2] = {{.name = "value", .text = str_text(&text)},
					{.name = "time", .number = ms}};
		rc = with_extras(in, v, "date", str_text(&text), facts, isnan(ms) ? 1 : 2,
				 HIDE_NATIVES);
	} else {
		inspect_unreadable(in, rc);
		rc = RC_OK;
	}
	str_free(&text);
	return rc;
}

/* `lastIndex` is among its properties, as a field of its own. */
static enum rc regexp(struct inspect *in, jsval v)
{
	const struct v8_layout *l = &in->h->layout;
	struct str source = STR_INIT, flags = STR_INIT, text = STR_INIT;
	enum rc rc = RC_OK;
	double last = 0;
	jsval s, f, index;

	if (js_field(in->h, v, v8_value(l, V8_JSRegExp_source), &s) == RC_OK &&
	    js_field(in->h, v, v8_value(l, V8_JSRegExp_flags), &f) == RC_OK && jsval_is_smi(f) &&
	    js_string_put(in->h, s, in->o->string_units, &source) == RC_OK) {
		if (js_field(in->h, v, v8_value(l, V8_JSRegExp_last_index), &index) != RC_OK ||
		    js_number(in->h, index, &last) != RC_OK)
			last = 0;
		js_regexp_flags_put((uint32_t)jsval_smi(f), &flags);
		str_printf(&text, "/%s/%s", str_text(&source), str_text(&flags));
		struct fact facts[3] = {{.name = "source", .text = str_text(&source)},
					{.name = "flags", .text = str_text(&flags)},
					{.name = "lastIndex", .number = last}};
		rc = with_extras(in, v, "regexp", str_text(&text), facts, 3,
				 HIDE_NATIVES | HIDE_UNENUMERABLE);
	} else {
		inspect_unreadable(in, RC_BAD);
	}
	str_free(&source);
	str_free(&flags);
	str_free(&text);
	return rc;
}

#define TEXT_BYTES_SHOWN 50
#define JSON_BYTES_SHOWN (1u << 20)

/* Bytes as hexadecimal digits, block by block as long as they can be read; how many. */
static uint64_t put_hex(struct inspect *in, const struct js_bytes *b, uint64_t limit,
			struct str *out)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t block[1024];
	char text[2 * sizeof block];
	uint64_t shown = 0, n = b->addr != 0 ? b->length : 0;

	n = n < limit ? n : limit;
	while (shown < n) {
		size_t some = n - shown < sizeof block ? (size_t)(n - shown) : sizeof block;
		if (mem_read(in->h->mem, b->addr + shown, block, some) != RC_OK)
			break;
		for (size_t i = 0; i < some; i++) {
			text[2 * i] = digits[block[i] >> 4];
			text[2 * i + 1] = digits[block[i] & 15];
		}
		str_write(out, text, 2 * some);
		shown += some;
	}
	return shown;
}

static double number_of(const struct number_type *t, uint64_t bits)
{
	float f;
	double d;

	if (t->format == FORMAT_FLOAT && t->bytes == 2)
		return js_half_float((uint16_t)bits);
	if (t->format == FORMAT_FLOAT && t->bytes == 4) {
		uint32_t low = (uint32_t)bits;
		memcpy(&f, &low, sizeof f);
		return (double)f;
	}
	if (t->format == FORMAT_FLOAT) {
		memcpy(&d, &bits, sizeof d);
		return d;
	}
	unsigned shift = 64 - 8u * t->bytes;
	return t->format == FORMAT_SIGNED ? (double)((int64_t)(bits << shift) >> shift)
					  : (double)bits;
}

static void typed_element(struct inspect *in, const struct number_type *t, uint64_t bits)
{
	struct fact fact = {.name = "value"};
	char *text;

	if (!t->big) {
		inspect_number(in, number_of(t, bits));
		return;
	}
	fact.text = t->format == FORMAT_SIGNED
			    ? arena_printf(&in->arena, "%lld", (long long)bits)
			    : arena_printf(&in->arena, "%llu", (unsigned long long)bits);
	text = fact.text != NULL ? arena_printf(&in->arena, "%sn", fact.text) : NULL;
	inspect_leaf(in, "bigint", text != NULL ? text : "?", &fact, 1);
}

/* The numbers of a typed array, where its bytes do not say them already. */
static void typed_values(struct inspect *in, const struct js_bytes *b)
{
	const struct number_type *t = b->type;
	uint64_t n = b->length / t->bytes;
	struct members m = {.in = in, .array = true};

	inspect_key(in, "values");
	in->e->open(in->e, CONTAINER_ARRAY, "array", "Array", n, b->addr);
	for (uint64_t i = 0; i < n && i < JSON_BYTES_SHOWN; i++) {
		uint64_t bits = 0;
		if (!members_room(&m) ||
		    mem_read(in->h->mem, b->addr + i * t->bytes, &bits, t->bytes) != RC_OK)
			break;
		in->values++;
		typed_element(in, t, bits);
	}
	m.skipped = n - (m.given < n ? m.given : n);
	if (members_finish(&m, RC_OK) == RC_OK)
		in->e->close(in->e);
}

static enum rc buffer(struct inspect *in, jsval v)
{
	const char *type = js_constructor_name(in->h, v, &in->arena);
	struct str hex = STR_INIT, text = STR_INIT;
	struct fact facts[7] = {{.name = "type", .text = type != NULL ? type : "ArrayBuffer"}};
	struct js_bytes b;
	size_t n = 1;
	enum rc rc = js_bytes_of(in->h, v, &b);

	if (rc != RC_OK) {
		inspect_unreadable(in, rc);
		return RC_OK;
	}
	uint64_t limit = in->e->brief ? TEXT_BYTES_SHOWN : JSON_BYTES_SHOWN;
	uint64_t shown = put_hex(in, &b, limit, &hex);
	bool numbers = b.type != NULL && !in->shallow && strcmp(b.type->name, "Uint8Array") != 0;
	str_printf(&text, "%s(%llu)", facts[0].text, (unsigned long long)b.length);
	facts[n++] = (struct fact){.name = "length", .number = (double)b.length};
	facts[n++] = (struct fact){.name = "hex", .text = str_text(&hex)};
	if (b.offset != 0)
		facts[n++] = (struct fact){.name = "offset", .number = (double)b.offset};
	if (b.max_length != 0)
		facts[n++] = (struct fact){.name = "maxLength", .number = (double)b.max_length};
	if (b.detached)
		facts[n++] = (struct fact){.name = "detached", .number = 1};
	if (shown < b.length)
		facts[n++] =
			(struct fact){.name = "truncated", .number = (double)(b.length - shown)};
	if (!numbers || !in->e->brief) {
		str_puts(&text, " <");
		for (uint64_t i = 0; i < shown && i < TEXT_BYTES_SHOWN; i++)
			str_printf(&text, "%s%.2s", i != 0 ? " " : "", hex.s + 2 * i);
		if (b.length > shown || shown > TEXT_BYTES_SHOWN)
			str_printf(&text, " ... %llu more", (unsigned long long)(b.length - shown));
		str_putc(&text, '>');
	}
	in->e->begin(in->e, "buffer", str_text(&text), facts, n);
	if (numbers)
		typed_values(in, &b);
	rc = inspect_extras(in, v, HIDE_NATIVES);
	in->e->close(in->e);
	str_free(&hex);
	str_free(&text);
	return rc;
}

static enum rc internal(struct inspect *in, jsval v)
{
	uint16_t type = TYPE_UNKNOWN;
	const char *name =
		js_type_of(in->h, v, &type) == RC_OK ? type_name(&in->h->types, type) : NULL;
	struct fact fact = {.name = "type", .text = name, .number = type};
	char *text = name != NULL ? arena_printf(&in->arena, "<%s>", name)
				  : arena_printf(&in->arena, "<type %u>", type);

	inspect_leaf(in, "internal", text != NULL ? text : "<internal>", &fact, 1);
	return RC_OK;
}

const struct inspect_kind inspect_leaf_kinds[] = {
	{"function", any_function, false}, {"symbol", symbol, false},
	{"bigint", bigint, false},         {"date", date, false},
	{"regexp", regexp, false},         {"buffer", buffer, false},
	{"internal", internal, false},     {NULL, NULL, false},
};
