/*
 * selftest_objects - checks in which several fields of an object must fit together.
 */
#include "jsheap/selftest.h"

#include "jsheap/function.h"
#include "jsheap/map.h"
#include "jsheap/props.h"
#include "jsheap/string.h"

#include <math.h>
#include <string.h>

#define ENOUGH      5000
#define MAX_DATE_MS 8.64e15

static bool enough(const struct selftest *t, enum v8_field f)
{
	return t->proofs[f].good + t->proofs[f].bad >= ENOUGH;
}

static void check_string(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	const struct v8_layout *l = &h->layout;
	struct js_string s, a, b;
	jsval v = jsval_object(o->addr), first, second;
	uint8_t byte;
	uint64_t data;

	if (enough(t, V8_String_length) || js_string_load(h, v, &s) != RC_OK)
		return;
	switch (s.kind) {
	case STRING_SEQ: {
		uint64_t bytes = (uint64_t)v8_value(l, V8_SeqString_chars) +
				 (uint64_t)s.length * (s.one_byte ? 1 : 2);
		bool fits = bytes <= o->size && o->size - bytes < 8;
		proof_count(t, V8_SeqString_chars, fits, v.bits,
			    "header and characters of sequential strings fill their objects");
		return;
	}
	case STRING_CONS:
		if (js_field(h, v, v8_value(l, V8_ConsString_first), &first) == RC_OK &&
		    js_field(h, v, v8_value(l, V8_ConsString_second), &second) == RC_OK &&
		    js_string_load(h, first, &a) == RC_OK &&
		    js_string_load(h, second, &b) == RC_OK) {
			proof_count(t, V8_String_length, a.length + b.length == s.length, v.bits,
				    "halves of cons strings add up to their length");
			proof_count(t, V8_ConsStringTag, true, v.bits,
				    "strings with this tag have two halves");
		}
		return;
	case STRING_SLICED:
		proof_count(t, V8_SlicedStringTag,
			    js_field(h, v, v8_value(l, V8_SlicedString_parent), &first) == RC_OK &&
				    js_field(h, v, v8_value(l, V8_SlicedString_offset), &second) ==
					    RC_OK &&
				    js_string_load(h, first, &a) == RC_OK &&
				    (uint64_t)jsval_smi(second) + s.length <= a.length,
			    v.bits, "strings with this tag lie inside of their parents");
		return;
	case STRING_THIN:
		proof_count(t, V8_ThinStringTag,
			    js_field(h, v, v8_value(l, V8_ThinString_actual), &first) == RC_OK &&
				    js_string_load(h, first, &a) == RC_OK && a.length == s.length,
			    v.bits, "what strings with this tag stand for is as long");
		return;
	case STRING_EXTERNAL:
		if (s.length == 0 || (o->info->type & v8_value(l, V8_UncachedStringBit)) != 0)
			return;
		bool there = js_word(h, v, v8_value(l, V8_ExternalString_resource_data), &data) ==
				     RC_OK &&
			     mem_u8(h->mem, data, &byte) != RC_FAULT;
		proof_count(t, V8_ExternalString_resource_data, there, v.bits,
			    "characters of external strings are in memory");
		proof_count(t, V8_ExternalStringTag, there, v.bits,
			    "strings with this tag have characters elsewhere");
		return;
	}
}

/* Every descriptor that is somebody's own: key, details, and where the value is. */
static void check_descriptors(const struct js_heap *h, struct selftest *t, const struct js_map *m)
{
	const struct v8_layout *l = &h->layout;
	uint32_t fields = 0;
	bool order = true;

	if (enough(t, V8_DescriptorArray_header))
		return;
	for (uint32_t i = 0; i < m->nproperties; i++) {
		struct js_descriptor d;

		if (js_map_descriptor(h, m, i, &d) != RC_OK)
			return;
		bool name = js_is_string(h, d.key) || js_is(h, d.key, T_SYMBOL);
		proof_count(t, V8_DescriptorArray_header, name, m->descriptors.bits,
			    "descriptors start with a name");
		if (!name)
			return;
		uint32_t index = (d.details & (uint32_t)v8_value(l, V8_prop_index_mask)) >>
				 (uint32_t)v8_value(l, V8_prop_index_shift);
		order = order && (!d.in_field || index == fields);
		fields += d.in_field;
		if (d.accessor)
			proof_count(t, V8_prop_kind_mask,
				    js_is(h, d.value, T_ACCESSOR_PAIR) ||
					    js_is(h, d.value, T_ACCESSOR_INFO),
				    m->map.bits, "what counts as an accessor has one");
		if (!d.in_field)
			proof_count(t, V8_prop_location_mask, !jsval_is_weak(d.value), m->map.bits,
				    "what is in the map is no type of a field");
		if (d.in_object)
			proof_count(t, V8_Map_inobject_start, d.offset + 8 <= m->size, m->map.bits,
				    "in-object properties lie inside of their objects");
	}
	proof_count(t, V8_own_descriptors_shift, true, 0,
		    "maps have no more properties than descriptors");
	proof_count(t, V8_own_descriptors_mask, true, 0,
		    "maps have no more properties than descriptors");
	/* Unboxed doubles take several fields in old versions, and deleted ones leave gaps. */
	proof_count(t, V8_prop_index_mask, order, m->map.bits,
		    "fields are numbered in their order");
	proof_count(t, V8_prop_index_shift, order, m->map.bits,
		    "fields are numbered in their order");
}

static void check_map(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	jsval v = jsval_object(o->addr);
	struct js_map m;
	enum rc rc = js_map_load(h, v, &m);

	if (rc != RC_OK) {
		proof_count(t, V8_own_descriptors_shift, false, v.bits,
			    "maps have no more properties than descriptors");
		return;
	}
	if ((m.classes & CLASS_FUNCTION) != 0)
		proof_count(t, V8_Map_bit_field, m.callable, v.bits, "functions are callable");
	if ((m.classes & CLASS_OBJECT) != 0)
		check_descriptors(h, t, &m);
}

static bool like(const struct js_heap *h, jsval v, const char *text)
{
	uint16_t type;
	const char *name = js_type_of(h, v, &type) == RC_OK ? type_name(&h->types, type) : NULL;

	return name != NULL && strstr(name, text) != NULL;
}

static bool is_empty(const struct js_heap *h, jsval v)
{
	jsval length;

	return js_field(h, v, v8_value(&h->layout, V8_FixedArray_length), &length) == RC_OK &&
	       length.bits == 0;
}

/* Bits of the map against what the object has. */
static void check_object(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	const struct v8_layout *l = &h->layout;
	jsval v = jsval_object(o->addr), properties, elements, map;
	struct js_map m;

	if (enough(t, V8_dictionary_map_shift) ||
	    js_map_load(h, jsval_of(o->info->map), &m) != RC_OK ||
	    js_field(h, v, v8_value(l, V8_JSReceiver_properties), &properties) != RC_OK ||
	    js_field(h, v, v8_value(l, V8_JSObject_elements), &elements) != RC_OK)
		return;
	bool dictionary = like(h, properties, "DICTIONARY") || like(h, properties, "HASH_TABLE");
	proof_count(t, V8_dictionary_map_shift, dictionary == m.dictionary, v.bits,
		    "exactly objects of dictionary maps have dictionaries");
	proof_count(t, V8_Map_bit_field3, dictionary == m.dictionary, v.bits,
		    "exactly objects of dictionary maps have dictionaries");
	bool doubles = m.elements_kind == ELEMENTS_PACKED_DOUBLE ||
		       m.elements_kind == ELEMENTS_HOLEY_DOUBLE;
	bool slow = m.elements_kind == (unsigned)v8_value(l, V8_dictionary_elements_kind);
	bool kind = is_empty(h, elements) ||
		    (doubles == like(h, elements, "DOUBLE") &&
		     slow == (like(h, elements, "DICTIONARY") || like(h, elements, "HASH_TABLE")));
	if (!is_empty(h, elements) &&
	    m.elements_kind <= (unsigned)v8_value(l, V8_dictionary_elements_kind)) {
		static const enum v8_field fields[] = {
			V8_elements_kind_shift, V8_elements_kind_mask, V8_dictionary_elements_kind,
			V8_Map_bit_field2};
		for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
			proof_count(t, fields[i], kind, v.bits,
				    "doubles and dictionaries are the elements that maps say");
	}
	if ((js_classes(h, m.prototype) & CLASS_OBJECT) != 0 &&
	    js_map_of(h, m.prototype, &map) == RC_OK) {
		struct js_map pm;
		if (js_map_load(h, map, &pm) == RC_OK)
			proof_count(t, V8_prototype_map_bit, pm.is_prototype, v.bits,
				    "prototypes of objects have prototype maps");
	}
}

static void check_array(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	jsval v = jsval_object(o->addr), elements, capacity;
	uint64_t length;
	struct js_map m;

	if (enough(t, V8_FixedArray_length) ||
	    js_map_load(h, jsval_of(o->info->map), &m) != RC_OK ||
	    m.elements_kind > ELEMENTS_HOLEY_DOUBLE || js_array_length(h, v, &length) != RC_OK ||
	    js_field(h, v, v8_value(&h->layout, V8_JSObject_elements), &elements) != RC_OK ||
	    js_field(h, elements, v8_value(&h->layout, V8_FixedArray_length), &capacity) != RC_OK)
		return;
	proof_count(t, V8_FixedArray_length,
		    jsval_is_smi(capacity) && length <= (uint64_t)(uint32_t)jsval_smi(capacity),
		    v.bits, "arrays are no longer than their elements");
}

/* All that starts at the first element is tagged words: pointers to objects, or Smis. */
static void check_fixed_array(const struct js_heap *h, struct selftest *t,
			      const struct js_object *o)
{
	uint64_t at = (uint64_t)v8_value(&h->layout, V8_FixedArray_data);
	jsval map;

	if (enough(t, V8_FixedArray_data) || o->readable < at + 8 || o->size < at + 8)
		return;
	jsval v = jsval_of(o->words[at / 8]);
	bool tagged = jsval_is_smi(v) ? (v.bits & UINT32_MAX) == 0
				      : js_map_of(h, jsval_object(jsval_addr(v)), &map) == RC_OK;
	proof_count(t, V8_FixedArray_data, tagged, jsval_object(o->addr).bits,
		    "first elements are objects or Smis");
	proof_count(t, V8_SmiShift, tagged, jsval_object(o->addr).bits,
		    "Smis have nothing in their lower halves");
}

static void check_property_array(const struct js_heap *h, struct selftest *t,
				 const struct js_object *o)
{
	uint32_t word;

	if (mem_u32(h->mem, o->addr + 12, &word) != RC_OK)
		return;
	uint64_t n = word & (uint32_t)v8_value(&h->layout, V8_PropertyArray_length_mask);
	jsval last, map;
	addr_t at = o->addr + (addr_t)v8_value(&h->layout, V8_FixedArray_data) + 8 * (n - 1);
	uint64_t w;
	if (n == 0 || mem_u64(h->mem, at, &w) != RC_OK)
		return;
	last = jsval_of(w);
	proof_count(t, V8_PropertyArray_length_mask,
		    jsval_is_smi(last) || js_map_of(h, last, &map) == RC_OK,
		    jsval_object(o->addr).bits, "last words of property arrays are values");
}

static void check_date(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	jsval v = jsval_object(o->addr), word;
	double ms;

	if (js_field(h, v, v8_value(&h->layout, V8_JSDate_value), &word) != RC_OK)
		return;
	if (js_number(h, word, &ms) == RC_OK && v8_value(&h->layout, V8_JSDate_raw_value) == 0) {
		proof_count(t, V8_JSDate_raw_value, true, v.bits, "dates are numbers");
	} else if (v8_value(&h->layout, V8_JSDate_raw_value) != 0) {
		memcpy(&ms, &word.bits, sizeof ms);
		proof_count(t, V8_JSDate_raw_value, isnan(ms) || ms == floor(ms), v.bits,
			    "dates are whole milliseconds");
	} else {
		return;
	}
	proof_count(t, V8_JSDate_value, isnan(ms) || fabs(ms) <= MAX_DATE_MS, v.bits,
		    "dates are in the range of dates");
}

static void check_buffer(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	jsval v = jsval_object(o->addr);
	uint64_t length, store;
	uint8_t byte;

	if (js_word(h, v, v8_value(&h->layout, V8_JSArrayBuffer_byte_length), &length) != RC_OK ||
	    js_word(h, v, v8_value(&h->layout, V8_JSArrayBuffer_backing_store), &store) != RC_OK)
		return;
	bool sane = length <= UINT64_C(1) << 53;
	proof_count(t, V8_JSArrayBuffer_byte_length, sane, v.bits, "lengths are below 2^53");
	if (sane && length != 0 && store != 0)
		proof_count(t, V8_JSArrayBuffer_backing_store,
			    mem_u8(h->mem, store, &byte) != RC_FAULT &&
				    mem_u8(h->mem, store + length - 1, &byte) != RC_FAULT,
			    v.bits, "the bytes of buffers are in memory, to the last one");
}

/* The source text at the place where a function's token should be. */
static void check_function(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	jsval v = jsval_object(o->addr);
	struct js_function f;
	struct str text = STR_INIT;

	if (t->proofs[V8_SharedFunctionInfo_token_offset].good > 500 ||
	    js_shared_load(h, v, &f) != RC_OK || !f.has_range || f.script.bits == 0)
		return;
	uint16_t offset = 0;
	if (mem_u16(h->mem,
		    o->addr + (addr_t)v8_value(&h->layout, V8_SharedFunctionInfo_token_offset),
		    &offset) == RC_OK &&
	    offset >= 8 && offset < 64 &&
	    js_script_text(h, f.script, (uint32_t)f.start, (uint32_t)f.start + 8, &text) == RC_OK) {
		const char *s = str_text(&text);
		/* Methods start with their names, arrows with their parameters. */
		if (s[0] == 'f' || strncmp(s, "async", 5) == 0)
			proof_count(t, V8_SharedFunctionInfo_token_offset,
				    strncmp(s, "function", 8) == 0 || strncmp(s, "async", 5) == 0 ||
					    offset != 8,
				    v.bits, "sources have `function` or `async` at that place");
	}
	str_free(&text);
}

static void check_uncompiled(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	int64_t at = v8_value(&h->layout, V8_UncompiledData_start_position);
	jsval v = jsval_object(o->addr);
	uint32_t start, end;

	if (!enough(t, V8_UncompiledData_start_position) && js_word32(h, v, at, &start) == RC_OK &&
	    js_word32(h, v, at + 4, &end) == RC_OK)
		proof_count(t, V8_UncompiledData_start_position, start <= end && end < 1u << 30,
			    v.bits, "functions end behind their start");
}

static void check_bigint(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	uint64_t top;
	int64_t digits = v8_value(&h->layout, V8_BigInt_digits);
	uint32_t bits;
	jsval v = jsval_object(o->addr);

	if (js_word32(h, v, v8_value(&h->layout, V8_BigInt_bitfield), &bits) != RC_OK)
		return;
	uint64_t n = bits >> 1 & 0x3fffffff;
	bool fits = (uint64_t)digits + 8 * n == o->size;
	proof_count(t, V8_BigInt_bitfield, fits, v.bits, "digits fill their objects");
	if (fits && n != 0 && js_word(h, v, digits + 8 * (int64_t)(n - 1), &top) == RC_OK)
		proof_count(t, V8_BigInt_digits, top != 0, v.bits, "the highest digit is not 0");
}

static void check_symbol(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	static const char how[] = "well-known symbols (Symbol.iterator ...) are public";
	jsval v = jsval_object(o->addr), name;
	struct str text = STR_INIT;
	uint32_t flags;

	if (js_field(h, v, v8_value(&h->layout, V8_Symbol_description), &name) == RC_OK &&
	    js_string_put(h, name, 64, &text) == RC_OK &&
	    strncmp(str_text(&text), "Symbol.", 7) == 0 &&
	    js_word32(h, v, v8_value(&h->layout, V8_Symbol_flags), &flags) == RC_OK) {
		bool open = (flags & (uint32_t)v8_value(&h->layout, V8_symbol_privacy_mask)) == 0;
		proof_count(t, V8_Symbol_flags, open, v.bits, how);
		proof_count(t, V8_symbol_privacy_mask, open, v.bits, how);
	}
	str_free(&text);
}

static const struct {
	enum v8_type type;
	void (*check)(const struct js_heap *h, struct selftest *t, const struct js_object *o);
} checks[] = {
	{T_MAP, check_map},
	{T_JS_ARRAY, check_array},
	{T_FIXED_ARRAY, check_fixed_array},
	{T_PROPERTY_ARRAY, check_property_array},
	{T_JS_DATE, check_date},
	{T_JS_ARRAY_BUFFER, check_buffer},
	{T_SHARED_FUNCTION_INFO, check_function},
	{T_UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA, check_uncompiled},
	{T_UNCOMPILED_DATA_WITH_PREPARSE_DATA, check_uncompiled},
	{T_BIGINT, check_bigint},
	{T_SYMBOL, check_symbol},
};

void selftest_object(const struct js_heap *h, struct selftest *t, const struct js_object *o)
{
	if ((o->info->classes & CLASS_STRING) != 0) {
		check_string(h, t, o);
		return;
	}
	if ((o->info->classes & CLASS_OBJECT) != 0)
		check_object(h, t, o);
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		if (type_is(&h->types, o->info->type, checks[i].type))
			checks[i].check(h, t, o);
}
