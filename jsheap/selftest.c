/*
 * selftest - see the header. The claims of proofs.def, and the verdicts.
 */
#include "jsheap/selftest.h"

#include "jsheap/props.h"

#include <string.h>

#define ENOUGH 5000 /* objects that are asked for a claim */

/* Classes of holders that are no instance types. */
enum holder {
	HOLD_TYPE,
	HOLD_CONS,
	HOLD_SLICED,
	HOLD_THIN,
	HOLD_OBJECT,
	HOLD_OBJECT_MAP,
	HOLD_FUNCTION,
	HOLD_CONTEXT,
	HOLD_INNER_CONTEXT,
};

static bool is_smi(const struct js_heap *h, jsval v)
{
	(void)h;
	return jsval_is_smi(v) && (v.bits & UINT32_MAX) == 0;
}

static bool is_count(const struct js_heap *h, jsval v)
{
	return is_smi(h, v) && jsval_smi(v) >= 0;
}

static bool is_undefined(const struct js_heap *h, jsval v)
{
	return js_is_root(h, v, R_undefined);
}

static bool is_string(const struct js_heap *h, jsval v)
{
	return (js_classes(h, v) & CLASS_STRING) != 0;
}

static bool is_string_or_undefined(const struct js_heap *h, jsval v)
{
	/* A script's name may be whatever its embedder gave; a symbol, too. */
	return is_string(h, v) || is_undefined(h, v) || js_is(h, v, T_SYMBOL) || is_smi(h, v);
}

static bool is_name(const struct js_heap *h, jsval v)
{
	return is_string(h, v) || js_is(h, v, T_SYMBOL);
}

static bool is_receiver(const struct js_heap *h, jsval v)
{
	return (js_classes(h, v) & CLASS_RECEIVER) != 0;
}

static bool is_receiver_or_null(const struct js_heap *h, jsval v)
{
	return is_receiver(h, v) || js_is_root(h, v, R_null);
}

static bool is_receiver_or_undefined(const struct js_heap *h, jsval v)
{
	return is_receiver(h, v) || is_undefined(h, v) || js_is(h, v, T_SYMBOL);
}

static bool is_function(const struct js_heap *h, jsval v)
{
	return (js_classes(h, v) & CLASS_FUNCTION) != 0;
}

static bool is_constructor(const struct js_heap *h, jsval v)
{
	/* Since V8 12 the maps of contexts and of maps name their native context. */
	return is_receiver_or_null(h, v) || js_is_map(h, v) || js_is(h, v, T_TUPLE2) ||
	       js_is(h, v, T_FUNCTION_TEMPLATE_INFO) || js_is(h, v, T_NATIVE_CONTEXT) ||
	       is_undefined(h, v) || is_smi(h, v);
}

static bool is_descriptors(const struct js_heap *h, jsval v)
{
	uint16_t type;
	const char *name = js_type_of(h, v, &type) == RC_OK ? type_name(&h->types, type) : NULL;

	return name != NULL && strstr(name, "DESCRIPTOR_ARRAY") != NULL;
}

static bool is_cell_or_smi(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_CELL) || is_smi(h, v);
}

static bool has_type_like(const struct js_heap *h, jsval v, const char *text)
{
	uint16_t type;
	const char *name = js_type_of(h, v, &type) == RC_OK ? type_name(&h->types, type) : NULL;

	return name != NULL && strstr(name, text) != NULL;
}

static bool is_transitions(const struct js_heap *h, jsval v)
{
	jsval strong = jsval_object(jsval_addr(v));

	return is_smi(h, v) || js_is_map(h, strong) || (v.bits & UINT32_MAX) == 3 ||
	       js_is(h, v, T_TRANSITION_ARRAY) || has_type_like(h, v, "PROTOTYPE_");
}

static bool is_properties(const struct js_heap *h, jsval v)
{
	return is_smi(h, v) || has_type_like(h, v, "PROPERTY_ARRAY") ||
	       has_type_like(h, v, "DICTIONARY") || has_type_like(h, v, "FIXED_ARRAY") ||
	       has_type_like(h, v, "HASH_TABLE");
}

static bool is_elements(const struct js_heap *h, jsval v)
{
	return has_type_like(h, v, "ARRAY") || has_type_like(h, v, "DICTIONARY") ||
	       has_type_like(h, v, "HASH_TABLE") || has_type_like(h, v, "ELEMENTS") ||
	       has_type_like(h, v, "ORDERED");
}

static bool is_accessor(const struct js_heap *h, jsval v)
{
	return is_receiver_or_null(h, v) || js_is(h, v, T_FUNCTION_TEMPLATE_INFO) ||
	       is_undefined(h, v) || js_is_hole(h, v) || is_count(h, v);
}

static bool is_object_or_smi(const struct js_heap *h, jsval v)
{
	return is_receiver(h, v) || is_smi(h, v);
}

static bool is_smi_or_object(const struct js_heap *h, jsval v)
{
	jsval map;

	return is_smi(h, v) || js_map_of(h, v, &map) == RC_OK;
}

static bool is_length(const struct js_heap *h, jsval v)
{
	double d;

	return js_number(h, v, &d) == RC_OK && d >= 0 && d <= UINT32_MAX;
}

static bool is_regexp_flags(const struct js_heap *h, jsval v)
{
	return is_undefined(h, v) || (is_smi(h, v) && jsval_smi(v) >= 0 && jsval_smi(v) < 512);
}

static bool is_number_or_undefined(const struct js_heap *h, jsval v)
{
	double d;

	return is_undefined(h, v) || js_number(h, v, &d) == RC_OK;
}

static bool is_primitive(const struct js_heap *h, jsval v)
{
	jsval map;

	return is_smi(h, v) || (js_map_of(h, v, &map) == RC_OK && !is_receiver(h, v));
}

static bool is_table(const struct js_heap *h, jsval v)
{
	return is_undefined(h, v) || has_type_like(h, v, "HASH") ||
	       has_type_like(h, v, "ORDERED") || has_type_like(h, v, "FIXED_ARRAY");
}

static bool is_fixed_array(const struct js_heap *h, jsval v)
{
	return has_type_like(h, v, "FIXED_ARRAY");
}

static bool is_promise(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_JS_PROMISE) || is_undefined(h, v);
}

static bool is_weak_cell_or_undefined(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_WEAK_CELL) || is_undefined(h, v);
}

static bool is_shared(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_SHARED_FUNCTION_INFO);
}

static bool is_context(const struct js_heap *h, jsval v)
{
	return (js_classes(h, v) & CLASS_CONTEXT) != 0;
}

static bool is_scope_info(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_SCOPE_INFO);
}

static bool is_name_or_scope(const struct js_heap *h, jsval v)
{
	return is_smi(h, v) || is_string(h, v) || is_scope_info(h, v);
}

static bool is_script(const struct js_heap *h, jsval v)
{
	/* Builtins have none: undefined, or a Smi; API functions their template data. */
	return js_is(h, v, T_SCRIPT) || js_is(h, v, T_DEBUG_INFO) || is_undefined(h, v) ||
	       is_smi(h, v);
}

static bool is_line_ends(const struct js_heap *h, jsval v)
{
	return is_undefined(h, v) || is_smi(h, v) || is_fixed_array(h, v);
}

static bool is_script_type(const struct js_heap *h, jsval v)
{
	return is_smi(h, v) && jsval_smi(v) >= 0 && jsval_smi(v) <= 4;
}

static bool is_eval_from(const struct js_heap *h, jsval v)
{
	return is_undefined(h, v) || is_shared(h, v) || is_fixed_array(h, v);
}

static bool is_weak_list(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_WEAK_FIXED_ARRAY) || js_is(h, v, T_WEAK_ARRAY_LIST);
}

static bool is_code(const struct js_heap *h, jsval v)
{
	return js_is(h, v, T_CODE) || js_is(h, v, T_CODE_DATA_CONTAINER);
}

#define T(type)   HOLD_TYPE, T_##type
#define C(holder) HOLD_##holder, T_COUNT
struct claim {
	enum v8_field field;
	enum holder holder;
	enum v8_type type;
	bool (*is)(const struct js_heap *h, jsval v);
	const char *how;
};
static const struct claim claims[] = {
#define CLAIM(field_, holder_, test_, how_) {V8_##field_, holder_, is_##test_, how_},
#include "jsheap/proofs.def"
#undef CLAIM
};
#undef T
#undef C

static bool has_representation(const struct js_heap *h, const struct js_object *o,
			       enum v8_field tag)
{
	const struct v8_layout *l = &h->layout;

	return (o->info->classes & CLASS_STRING) != 0 &&
	       (o->info->type & v8_value(l, V8_StringRepresentationMask)) == v8_value(l, tag);
}

static bool is_map_of_objects(const struct js_heap *h, const struct js_object *o)
{
	uint16_t type;
	uint32_t bits;
	addr_t at = o->addr + (addr_t)v8_value(&h->layout, V8_Map_bit_field3);

	return type_is(&h->types, o->info->type, T_MAP) &&
	       mem_u16(h->mem, o->addr + (addr_t)v8_value(&h->layout, V8_Map_instance_type),
		       &type) == RC_OK &&
	       (type_classes(&h->types, type) & CLASS_OBJECT) != 0 &&
	       mem_u32(h->mem, at, &bits) == RC_OK;
}

static bool holds(const struct js_heap *h, const struct claim *c, const struct js_object *o)
{
	unsigned classes = o->info->classes;

	switch (c->holder) {
	case HOLD_TYPE:
		return type_is(&h->types, o->info->type, c->type);
	case HOLD_CONS:
		return has_representation(h, o, V8_ConsStringTag);
	case HOLD_SLICED:
		return has_representation(h, o, V8_SlicedStringTag);
	case HOLD_THIN:
		return has_representation(h, o, V8_ThinStringTag);
	case HOLD_OBJECT:
		return (classes & CLASS_OBJECT) != 0;
	case HOLD_OBJECT_MAP:
		return is_map_of_objects(h, o);
	case HOLD_FUNCTION:
		return (classes & CLASS_FUNCTION) != 0;
	case HOLD_CONTEXT:
		return (classes & CLASS_CONTEXT) != 0;
	case HOLD_INNER_CONTEXT:
		return (classes & CLASS_CONTEXT) != 0 &&
		       !type_is(&h->types, o->info->type, T_NATIVE_CONTEXT);
	}
	return false;
}

/* Where the claimed field is: slots of contexts are counted in words of their data. */
static int64_t offset_of(const struct js_heap *h, enum v8_field f)
{
	int64_t v = v8_value(&h->layout, f);

	if (f == V8_context_scope_info || f == V8_context_previous)
		return v8_value(&h->layout, V8_FixedArray_data) + 8 * v;
	return v;
}

void proof_count(struct selftest *t, enum v8_field f, bool good, uint64_t object, const char *how)
{
	struct proof *p = &t->proofs[f];

	p->how = how;
	p->good += good;
	p->bad += !good;
	if (!good && p->first_bad == 0)
		p->first_bad = object;
}

struct pass {
	const struct js_heap *h;
	struct selftest *t;
};

static enum rc look(void *ctx, const struct js_object *o)
{
	struct pass *p = ctx;
	const struct js_heap *h = p->h;
	jsval self = jsval_object(o->addr), v;

	for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
		const struct claim *c = &claims[i];
		const struct proof *known = &p->t->proofs[c->field];

		if (!v8_has(&h->layout, c->field) || known->good + known->bad >= ENOUGH ||
		    !holds(h, c, o))
			continue;
		bool good = js_field(h, self, offset_of(h, c->field), &v) == RC_OK && c->is(h, v);
		proof_count(p->t, c->field, good, self.bits, c->how);
	}
	selftest_object(h, p->t, o);
	return RC_OK;
}

enum rc js_selftest(const struct js_heap *h, enum rc (*tick)(void *, size_t, size_t), void *ctx,
		    struct selftest *t)
{
	struct pass p = {h, t};
	struct js_walk w;

	*t = (struct selftest){0};
	for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++)
		t->proofs[claims[i].field].how = claims[i].how;
	TRY(js_walk_init(&w, h));
	enum rc rc = RC_OK;
	for (size_t i = 0; i < h->npages && rc == RC_OK; i++) {
		rc = js_walk_page(&w, &h->pages[i], look, &p);
		if (rc == RC_OK && tick != NULL)
			rc = tick(ctx, i + 1, h->npages);
	}
	t->stats = w.stats;
	js_walk_free(&w);
	return rc == RC_OK ? selftest_roots(h, t) : rc;
}

enum verdict js_verdict(const struct js_heap *h, const struct selftest *t, enum v8_field f)
{
	const struct proof *p = &t->proofs[f];
	const struct v8_row *row = h->layout.row[f];

	if (row == NULL)
		return VERDICT_UNKNOWN;
	if (p->good + p->bad != 0)
		return p->bad * 50 <= p->good ? VERDICT_PROVED : VERDICT_DISPROVED;
	return row->source == SOURCE_SYM ? VERDICT_SYMBOL : VERDICT_TABLE;
}

const char *js_verdict_name(enum verdict v)
{
	static const char *const names[] = {"unknown", "table", "symbol", "proved", "DISPROVED"};

	return names[v];
}
