/*
 * v8map - a map (hidden class), decoded.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/kinds.h"
#include "jsheap/map.h"
#include "jsheap/names.h"
#include "jsheap/props.h"

#include <inttypes.h>
#include <string.h>

#define TRANSITIONS_MAX 65536

static const struct col map_cols[] = {
	{"address", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"number", COL_UINT, COL_JSON_ONLY, NULL},
	{"instance_type", COL_STR, COL_JSON_ONLY, NULL},
	{"instance_size", COL_SIZE, COL_JSON_ONLY, NULL},
	{"inobject", COL_UINT, COL_JSON_ONLY, NULL},
	{"inobject_at", COL_UINT, COL_JSON_ONLY, NULL},
	{"elements", COL_STR, COL_JSON_ONLY, NULL},
	{"bits", COL_STRS, COL_JSON_ONLY, NULL},
	{"properties", COL_UINT, COL_JSON_ONLY, NULL},
	{"dictionary", COL_BOOL, COL_JSON_ONLY, NULL},
	{"descriptors", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"constructor", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"constructor_name", COL_STR, COL_JSON_ONLY, NULL},
	{"back_pointer", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"prototype", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"transitions", COL_UINT, COL_JSON_ONLY, NULL},
	{"root", COL_STR, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL},
	COL_END,
};
static const struct record map_record = {"v8map", LAYOUT_LINES, map_cols};

static const struct col descriptor_cols[] = {
	{"address", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"index", COL_UINT, COL_JSON_ONLY, NULL},
	{"name", COL_STR, COL_JSON_ONLY, NULL},
	{"kind", COL_STR, COL_JSON_ONLY, NULL},
	{"location", COL_STR, COL_JSON_ONLY, NULL},
	{"offset", COL_UINT, COL_JSON_ONLY, NULL},
	{"representation", COL_STR, COL_JSON_ONLY, NULL},
	{"writable", COL_BOOL, COL_JSON_ONLY, NULL},
	{"enumerable", COL_BOOL, COL_JSON_ONLY, NULL},
	{"configurable", COL_BOOL, COL_JSON_ONLY, NULL},
	{"details", COL_ADDR, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL},
	COL_END,
};
static const struct record descriptor_record = {"descriptor", LAYOUT_LINES, descriptor_cols};

static const struct col transition_cols[] = {
	{"address", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"name", COL_STR, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL},
	COL_END,
};
static const struct record transition_record = {"transition", LAYOUT_LINES, transition_cols};
static const struct record *const records[] = {&map_record, &descriptor_record, &transition_record,
					       NULL};

static const struct example examples[] = {
	{"::findjsobjects -c Map -n 1 | ::v8map", "the map of an object"},
	{"::v8roots -n fixed_array_map | ::v8map", "one of V8's own"},
	EXAMPLE_END,
};

/* The names of the bits, from the lowest one on. */
struct bit_names {
	enum v8_field field;
	enum v8_width width;
	unsigned first;
	const char *names[12];
};

static const struct bit_names bit_names[] = {
	{V8_Map_bit_field,
	 BITS_8,
	 0,
	 {"non_instance_prototype", "callable", "named_interceptor", "indexed_interceptor",
	  "undetectable", "access_check_needed", "constructor", "prototype_slot"}},
	{V8_Map_bit_field2, BITS_8, 0, {"new_target_is_base", "immutable_prototype"}},
	{V8_Map_bit_field3,
	 BITS_32,
	 20,
	 {"prototype_map", "dictionary_map", "owns_descriptors", "in_retained_map_list",
	  "deprecated", "unstable", "migration_target", "extensible", "interesting_properties"}},
};

static size_t list_bits(const struct js_heap *h, jsval map, const char **out)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof bit_names / sizeof bit_names[0]; i++) {
		const struct bit_names *b = &bit_names[i];
		addr_t at = jsval_addr(map) + (addr_t)v8_value(&h->layout, b->field);
		uint32_t bits = 0;
		uint8_t byte = 0;

		if (b->width == BITS_8 ? mem_u8(h->mem, at, &byte) != RC_OK
				       : mem_u32(h->mem, at, &bits) != RC_OK)
			continue;
		bits |= byte;
		for (unsigned k = 0; k < 12 && b->names[k] != NULL; k++)
			if ((bits >> (b->first + k) & 1) != 0)
				out[n++] = b->names[k];
	}
	return n;
}

/* Calls row() for each transition; counts them. A map has none, one (a weak pointer to the map), or
 * an array in which names and weak pointers to maps stand in pairs. */
static enum rc one_transition(struct run *r, jsval key, jsval target, bool print, uint64_t *n)
{
	const char *name = key_text(r, key);

	++*n;
	if (!print)
		return RC_OK;
	return row(r->sink, &transition_record, U(target.bits), S(name),
		   S(arena_printf(r->arena, "  + %s -> 0x%" PRIx64, name != NULL ? name : "?",
				  target.bits)));
}

static bool is_name(const struct js_heap *h, jsval v)
{
	return (js_classes(h, v) & CLASS_STRING) != 0 || js_is(h, v, T_SYMBOL);
}

static enum rc transitions(struct run *r, jsval map, bool print, uint64_t *n)
{
	const struct js_heap *h = r->heap;
	int64_t data = v8_value(&h->layout, V8_FixedArray_data);
	struct js_descriptor last;
	struct js_map m;
	jsval v, length, key, target;

	*n = 0;
	if (!v8_has(&h->layout, V8_Map_transitions))
		return RC_OK;
	TRY(js_field(h, map, v8_value(&h->layout, V8_Map_transitions), &v));
	target = jsval_object(jsval_addr(v));
	if (jsval_is_weak(v) && js_map_load(h, target, &m) == RC_OK && m.nproperties != 0 &&
	    js_map_descriptor(h, &m, m.nproperties - 1, &last) == RC_OK)
		return one_transition(r, last.key, target, print, n);
	if (!js_is(h, v, T_TRANSITION_ARRAY))
		return RC_OK;
	TRY(js_field(h, v, v8_value(&h->layout, V8_FixedArray_length), &length));
	for (int32_t i = 0; i + 1 < jsval_smi(length) && i < TRANSITIONS_MAX; i++) {
		if (js_field(h, v, data + 8 * (int64_t)i, &key) != RC_OK ||
		    js_field(h, v, data + 8 * (int64_t)i + 8, &target) != RC_OK)
			break;
		if (!is_name(h, key) || !jsval_is_weak(target) ||
		    !js_is_map(h, jsval_object(jsval_addr(target))))
			continue;
		TRY(one_transition(r, key, jsval_object(jsval_addr(target)), print, n));
		i++;
	}
	return RC_OK;
}

static const char *representation(const struct js_heap *h, uint32_t details)
{
	static const char *const names[] = {"smi", "double", "heapobject", "tagged"};
	int32_t mask, shift, value;
	char symbol[64];

	if (!v8_constant(&h->layout, "prop_representation_mask", &mask) ||
	    !v8_constant(&h->layout, "prop_representation_shift", &shift) || shift < 0 ||
	    shift > 31)
		return NULL;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(symbol, sizeof symbol, "prop_representation_%s", names[i]);
		if (v8_constant(&h->layout, symbol, &value) &&
		    (details & (uint32_t)mask) >> shift == (uint32_t)value)
			return names[i];
	}
	return NULL;
}

static enum rc descriptor_row(struct run *r, const struct js_map *m, uint32_t i)
{
	const struct js_heap *h = r->heap;
	struct str text = STR_INIT;
	struct js_descriptor d;

	TRY(js_map_descriptor(h, m, i, &d));
	unsigned attributes =
		(d.details & (uint32_t)v8_value(&h->layout, V8_prop_attributes_mask)) >>
		(unsigned)v8_value(&h->layout, V8_prop_attributes_shift);
	const char *name = key_text(r, d.key), *kind = d.accessor ? "accessor" : "data";
	const char *location = !d.in_field ? "map" : d.in_object ? "object" : "properties";
	const char *repr = d.in_field ? representation(h, d.details) : NULL;

	str_printf(&text, "  %3u  %-24s %c%c%c  ", i, name != NULL ? name : "?",
		   (attributes & ATTRIBUTE_READ_ONLY) != 0 ? '-' : 'w',
		   (attributes & ATTRIBUTE_DONT_ENUM) != 0 ? '-' : 'e',
		   (attributes & ATTRIBUTE_DONT_DELETE) != 0 ? '-' : 'c');
	if (d.in_field)
		str_printf(&text, "%s +%" PRIu64 "%s%s", location, d.offset,
			   repr != NULL ? ", " : "", repr != NULL ? repr : "");
	else
		str_printf(&text, "%s in the map: %s", kind, brief(r, d.value));
	enum rc rc = row(r->sink, &descriptor_record,
			 d.in_field || !jsval_is_pointer(d.value) ? NUL : U(d.value.bits), U(i),
			 S(name), S(kind), S(location), d.in_field ? U(d.offset) : NUL, S(repr),
			 B((attributes & ATTRIBUTE_READ_ONLY) == 0),
			 B((attributes & ATTRIBUTE_DONT_ENUM) == 0),
			 B((attributes & ATTRIBUTE_DONT_DELETE) == 0), A(d.details),
			 SN(str_text(&text), text.n));
	str_free(&text);
	return rc;
}

static void put_map(struct run *r, const struct js_map *m, const char *const *bits, size_t nbits,
		    const char *elements, jsval constructor, const char *name, struct str *out)
{
	const char *root = js_root_name(r->heap, m->map);

	str_printf(out, "0x%" PRIx64 " map of %s (type %u)%s%s", m->map.bits, type_text(r, m->type),
		   m->type, root != NULL ? ", root " : "", root != NULL ? root : "");
	str_puts(out, "\n  instance size   ");
	if (m->size != 0)
		str_printf(out, "%u bytes", m->size);
	else
		str_puts(out, "told by each instance");
	if ((m->classes & CLASS_RECEIVER) != 0) {
		str_printf(out, ", %u in-object properties", m->ninobject);
		if (m->ninobject != 0)
			str_printf(out, " from +%u on", m->inobject_at);
		str_printf(out, "\n  elements        %s", elements);
		str_printf(out, "\n  properties      %s",
			   m->dictionary ? "in a dictionary"
					 : arena_printf(r->arena, "%u", m->nproperties));
	}
	str_puts(out, "\n  bits            ");
	for (size_t i = 0; i < nbits; i++)
		str_printf(out, "%s%s", i != 0 ? ", " : "", bits[i]);
	if (js_is_map(r->heap, m->constructor_or_back))
		str_printf(out, "\n  back pointer    0x%" PRIx64, m->constructor_or_back.bits);
	str_printf(out, "\n  constructor     %s%s%s", name != NULL ? name : "",
		   name != NULL ? ", " : "", brief(r, constructor));
	str_printf(out, "\n  prototype       0x%" PRIx64 " %s", m->prototype.bits,
		   brief(r, m->prototype));
}

static enum rc map_row(struct run *r, const struct js_map *m)
{
	const struct js_heap *h = r->heap;
	const char *bits[36], *elements = js_elements_kind_name(h, m->elements_kind);
	size_t nbits = list_bits(h, m->map, bits);
	jsval constructor = jsval_of(0);
	struct str text = STR_INIT;
	struct js_function f;
	const char *name = NULL;
	uint64_t ntransitions;

	if (js_map_constructor(h, m, &constructor) == RC_OK &&
	    js_function_load(h, constructor, &f) == RC_OK)
		name = js_shared_debug_name(h, f.shared, r->arena);
	TRY(transitions(r, m->map, false, &ntransitions));
	put_map(r, m, bits, nbits, elements, constructor, name, &text);
	bool receiver = (m->classes & CLASS_RECEIVER) != 0;
	enum rc rc = row(
		r->sink, &map_record, U(m->map.bits), U(m->type), S(type_name(&h->types, m->type)),
		m->size != 0 ? U(m->size) : NUL, receiver ? U(m->ninobject) : NUL,
		receiver ? U(m->inobject_at) : NUL, receiver ? S(elements) : NUL, SS(bits, nbits),
		receiver ? U(m->nproperties) : NUL, B(m->dictionary),
		m->descriptors.bits != 0 ? U(m->descriptors.bits) : NUL,
		jsval_is_pointer(constructor) ? U(constructor.bits) : NUL, S(name),
		js_is_map(h, m->constructor_or_back) ? U(m->constructor_or_back.bits) : NUL,
		U(m->prototype.bits), U(ntransitions), S(js_root_name(h, m->map)),
		SN(str_text(&text), text.n));
	str_free(&text);
	return rc;
}

static enum rc run(struct run *r)
{
	const struct js_heap *h = r->heap;
	jsval v = js_input(h, r->dot);
	struct js_map m;
	uint64_t n;

	if (!js_is_map(h, v) && js_map_of(h, v, &v) != RC_OK)
		return run_error(r, RC_BAD, r->dot, "is neither a map nor an object");
	enum rc rc = js_map_load(h, v, &m);
	if (rc != RC_OK)
		return run_error(r, rc, v.bits, "the map makes no sense");
	TRY(map_row(r, &m));
	for (uint32_t i = 0; i < m.nproperties; i++)
		TRY(descriptor_row(r, &m, i));
	TRY(transitions(r, v, false, &n));
	if (n != 0)
		sink_heading(r->sink, "transitions");
	return transitions(r, v, true, &n);
}

const struct command cmd_v8map = {
	.name = "v8map",
	.summary = "a map (hidden class): type, size, bits, properties, prototype, transitions",
	.help = "Given a map or any object of it. Each property shows its attributes (w writable, "
		"e "
		"enumerable, c configurable) and where its value is: at an offset of the object, "
		"at an "
		"offset of its property array, or in the map itself. Transitions are the maps that "
		"V8 "
		"made from this one by adding one more property.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.dot_required = true,
	.records = records,
	.examples = examples,
	.run = run,
};
