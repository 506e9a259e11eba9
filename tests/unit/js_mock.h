/*
 * js_mock - a small V8 heap made from byte arrays, for tests: two pages, their root objects, the
 * layout and the types of a V8 13.6.
 *
 *	MOCK_RO    read-only page: roots and the maps of the basic types
 *	MOCK_PAGE  page of an old space: what the test makes; the rest is one free-space object
 *
 * Objects are made one behind the other and written to by byte offset, so that a test can make
 * whatever V8 would not.
 */
#ifndef TESTS_JS_MOCK_H
#define TESTS_JS_MOCK_H

#include "jsheap/map.h"
#include "jsheap/sizes.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOCK_RO     UINT64_C(0x10000000000)
#define MOCK_PAGE   UINT64_C(0x20000000000)
#define MOCK_OWNER  UINT64_C(0x7000)
#define MOCK_HEADER 0x100u
#define MOCK_ROOTS  64

/* Instance types. Receivers come last, proxies first among them, as in V8. */
enum {
	M_TWO_BYTE = 0,
	M_CONS = 1,
	M_EXTERNAL = 2,
	M_SLICED = 3,
	M_THIN = 5,
	M_ONE_BYTE = 8,
	M_UNCACHED = 0x10,
	M_NOT_A_STRING = 0x80,
	M_SYMBOL = 0x80,
	M_BIGINT,
	M_HEAP_NUMBER,
	M_ODDBALL,
	M_FILLER = 0x90,
	M_FREE_SPACE,
	M_MAP = 0xa0,
	M_FIXED_ARRAY = 0xb0,
	M_FIXED_DOUBLE_ARRAY,
	M_PROPERTY_ARRAY,
	M_DESCRIPTOR_ARRAY,
	M_DICTIONARY,
	M_SHARED_FUNCTION_INFO = 0xc0,
	M_SCOPE_INFO,
	M_PROPERTY_CELL,
	M_ACCESSOR_PAIR,
	M_ACCESSOR_INFO,
	M_TUPLE2,
	M_SCRIPT,
	M_FUNCTION_TEMPLATE_INFO,
	M_ALLOCATION_SITE,
	M_FIRST_CONTEXT = 0xd0,
	M_LAST_CONTEXT = 0xd9,
	M_JS_PROXY = 0x400,
	M_JS_GLOBAL_OBJECT,
	M_JS_PRIMITIVE_WRAPPER,
	M_JS_OBJECT = 0x420,
	M_JS_ARRAY,
	M_JS_MAP,
	M_JS_SET,
	M_JS_WEAK_MAP,
	M_JS_DATE,
	M_JS_REG_EXP,
	M_JS_ERROR,
	M_JS_PROMISE,
	M_JS_ARRAY_BUFFER,
	M_JS_TYPED_ARRAY,
	M_JS_DATA_VIEW,
	M_JS_BOUND_FUNCTION,
	M_JS_WEAK_REF,
	M_JS_FUNCTION = 0x480,
	M_JS_LAST_FUNCTION = 0x484,
};

static const struct v8_constant mock_constants[] = {
	{"FirstContextType", M_FIRST_CONTEXT},
	{"FirstJSFunctionType", M_JS_FUNCTION},
	{"LastContextType", M_LAST_CONTEXT},
	{"LastJSFunctionType", M_JS_LAST_FUNCTION},
	{"type_AccessorInfo__ACCESSOR_INFO_TYPE", M_ACCESSOR_INFO},
	{"type_AccessorPair__ACCESSOR_PAIR_TYPE", M_ACCESSOR_PAIR},
	{"type_AllocationSite__ALLOCATION_SITE_TYPE", M_ALLOCATION_SITE},
	{"type_BigInt__BIGINT_TYPE", M_BIGINT},
	{"type_FixedArray__FIXED_ARRAY_TYPE", M_FIXED_ARRAY},
	{"type_FixedDoubleArray__FIXED_DOUBLE_ARRAY_TYPE", M_FIXED_DOUBLE_ARRAY},
	{"type_FunctionTemplateInfo__FUNCTION_TEMPLATE_INFO_TYPE", M_FUNCTION_TEMPLATE_INFO},
	{"type_HeapNumber__HEAP_NUMBER_TYPE", M_HEAP_NUMBER},
	{"type_JSArrayBuffer__JS_ARRAY_BUFFER_TYPE", M_JS_ARRAY_BUFFER},
	{"type_JSArray__JS_ARRAY_TYPE", M_JS_ARRAY},
	{"type_JSBoundFunction__JS_BOUND_FUNCTION_TYPE", M_JS_BOUND_FUNCTION},
	{"type_JSDataView__JS_DATA_VIEW_TYPE", M_JS_DATA_VIEW},
	{"type_JSDate__JS_DATE_TYPE", M_JS_DATE},
	{"type_JSError__JS_ERROR_TYPE", M_JS_ERROR},
	{"type_JSFunction__JS_FUNCTION_TYPE", M_JS_FUNCTION},
	{"type_JSGlobalObject__JS_GLOBAL_OBJECT_TYPE", M_JS_GLOBAL_OBJECT},
	{"type_JSMap__JS_MAP_TYPE", M_JS_MAP},
	{"type_JSObject__JS_OBJECT_TYPE", M_JS_OBJECT},
	{"type_JSPrimitiveWrapper__JS_PRIMITIVE_WRAPPER_TYPE", M_JS_PRIMITIVE_WRAPPER},
	{"type_JSPromise__JS_PROMISE_TYPE", M_JS_PROMISE},
	{"type_JSProxy__JS_PROXY_TYPE", M_JS_PROXY},
	{"type_JSRegExp__JS_REG_EXP_TYPE", M_JS_REG_EXP},
	{"type_JSSet__JS_SET_TYPE", M_JS_SET},
	{"type_JSTypedArray__JS_TYPED_ARRAY_TYPE", M_JS_TYPED_ARRAY},
	{"type_JSWeakMap__JS_WEAK_MAP_TYPE", M_JS_WEAK_MAP},
	{"type_JSWeakRef__JS_WEAK_REF_TYPE", M_JS_WEAK_REF},
	{"type_Map__MAP_TYPE", M_MAP},
	{"type_Oddball__ODDBALL_TYPE", M_ODDBALL},
	{"type_PropertyArray__PROPERTY_ARRAY_TYPE", M_PROPERTY_ARRAY},
	{"type_PropertyCell__PROPERTY_CELL_TYPE", M_PROPERTY_CELL},
	{"type_ScopeInfo__SCOPE_INFO_TYPE", M_SCOPE_INFO},
	{"type_Script__SCRIPT_TYPE", M_SCRIPT},
	{"type_SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE", M_SHARED_FUNCTION_INFO},
	{"type_Symbol__SYMBOL_TYPE", M_SYMBOL},
	{"type_Tuple2__TUPLE2_TYPE", M_TUPLE2},
};

/* Offsets and masks; {field, value}. */
static const struct {
	enum v8_field field;
	int64_t value;
} mock_values[] = {
	{V8_SmiShift, 31},
	{V8_FirstNonstringType, M_NOT_A_STRING},
	{V8_StringRepresentationMask, 7},
	{V8_ConsStringTag, M_CONS},
	{V8_ExternalStringTag, M_EXTERNAL},
	{V8_SlicedStringTag, M_SLICED},
	{V8_ThinStringTag, M_THIN},
	{V8_OneByteStringTag, M_ONE_BYTE},
	{V8_UncachedStringBit, M_UNCACHED},
	{V8_String_length, 12},
	{V8_SeqString_chars, 16},
	{V8_ConsString_first, 16},
	{V8_ConsString_second, 24},
	{V8_SlicedString_parent, 16},
	{V8_SlicedString_offset, 24},
	{V8_ThinString_actual, 16},
	{V8_ExternalString_resource_data, 24},
	{V8_Map_instance_size_in_words, 8},
	{V8_Map_inobject_start, 9},
	{V8_Map_instance_type, 12},
	{V8_Map_bit_field, 14},
	{V8_Map_bit_field2, 15},
	{V8_Map_bit_field3, 16},
	{V8_Map_prototype, 24},
	{V8_Map_constructor, 32},
	{V8_Map_descriptors, 40},
	{V8_elements_kind_shift, 2},
	{V8_elements_kind_mask, 252},
	{V8_own_descriptors_shift, 10},
	{V8_own_descriptors_mask, 0xffc00},
	{V8_dictionary_map_shift, 21},
	{V8_prototype_map_bit, 20},
	{V8_new_target_is_base_bit, 32},
	{V8_JSReceiver_properties, 8},
	{V8_JSObject_elements, 16},
	{V8_DescriptorArray_header, 24},
	{V8_PropertyArray_length_mask, 0x3ff},
	{V8_prop_kind_mask, 1},
	{V8_prop_location_mask, 2},
	{V8_prop_attributes_mask, 0x38},
	{V8_prop_attributes_shift, 3},
	{V8_prop_index_mask, 0x1ff80000},
	{V8_prop_index_shift, 19},
	{V8_dictionary_index_shift, 8},
	{V8_FixedArray_length, 8},
	{V8_FixedArray_data, 16},
	{V8_PropertyCell_name, 8},
	{V8_PropertyCell_details, 16},
	{V8_PropertyCell_value, 24},
	{V8_AccessorPair_getter, 8},
	{V8_AccessorPair_setter, 16},
	{V8_AllocationSite_boilerplate, 8},
	{V8_Symbol_description, 16},
	{V8_Symbol_flags, 12},
	{V8_dictionary_elements_kind, 13},
	{V8_HeapNumber_value, 8},
	{V8_BigInt_bitfield, 8},
	{V8_BigInt_digits, 16},
	{V8_JSArray_length, 24},
	{V8_JSDate_value, 24},
	{V8_JSDate_raw_value, 1},
	{V8_JSRegExp_source, 32},
	{V8_JSRegExp_flags, 40},
	{V8_JSPrimitiveWrapper_value, 24},
	{V8_JSCollection_table, 24},
	{V8_JSWeakRef_target, 24},
	{V8_JSProxy_target, 16},
	{V8_JSProxy_handler, 24},
	{V8_JSPromise_result, 24},
	{V8_JSPromise_flags, 32},
	{V8_JSArrayBuffer_byte_length, 32},
	{V8_JSArrayBuffer_backing_store, 48},
	{V8_JSArrayBufferView_byte_offset, 32},
	{V8_JSArrayBufferView_byte_length, 40},
	{V8_JSTypedArray_external_pointer, 48},
	{V8_JSTypedArray_base_pointer, 56},
	{V8_context_scope_info, 0},
	{V8_context_previous, 1},
	{V8_context_first, 2},
	{V8_JSBoundFunction_target, 24},
	{V8_JSFunction_shared, 24},
	{V8_JSFunction_context, 32},
	{V8_SharedFunctionInfo_name_or_scope_info, 16},
	{V8_SharedFunctionInfo_script, 24},
	{V8_SharedFunctionInfo_token_offset, 40},
	{V8_Script_source, 8},
	{V8_Script_name, 16},
	{V8_Script_line_offset, 24},
	{V8_Script_column_offset, 32},
	{V8_UncompiledData_start_position, 16},
	{V8_FunctionTemplateInfo_first, 8},
	{V8_frame_context_or_type, -8},
	{V8_frame_function, -16},
	{V8_InstructionStream_code, 8},
	{V8_page_from_flag, 8},
	{V8_page_to_flag, 16},
};

struct mock {
	struct target *t;
	struct js_heap h;
	uint8_t *ro, *page; /* a page each */
	size_t ro_used, used;
	const char *names[MOCK_ROOTS];
	jsval values[MOCK_ROOTS];
	size_t nroots;
};

/* Like elements kinds, by their V8 names. */
enum {
	M_SMI_ELEMENTS = 0,
	M_PACKED = 2,
	M_HOLEY = 3,
	M_DOUBLE = 4,
	M_HOLEY_DOUBLE = 5,
	M_DICTIONARY_ELEMENTS = 13,
	M_FAST_SLOPPY = 14,
};

static inline uint64_t smi(int64_t n)
{
	return (uint64_t)n << 32;
}

static inline uint8_t *mock_at(const struct mock *m, jsval v)
{
	addr_t a = jsval_addr(v);

	return a >= MOCK_PAGE ? m->page + (a - MOCK_PAGE) : m->ro + (a - MOCK_RO);
}

static inline void mock_set(const struct mock *m, jsval v, size_t offset, uint64_t word)
{
	memcpy(mock_at(m, v) + offset, &word, sizeof word);
}

static inline void mock_set32(const struct mock *m, jsval v, size_t offset, uint32_t word)
{
	memcpy(mock_at(m, v) + offset, &word, sizeof word);
}

static inline jsval mock_root(const struct mock *m, const char *name)
{
	for (size_t i = 0; i < m->nroots; i++)
		if (strcmp(m->names[i], name) == 0)
			return m->values[i];
	abort();
}

/* What is left of the page is one free object. */
static inline void mock_fill(struct mock *m)
{
	uint64_t words[2] = {mock_root(m, "free_space_map").bits,
			     smi((int64_t)(V8_PAGE_BYTES - m->used) / 8)};

	if (V8_PAGE_BYTES - m->used >= sizeof words)
		memcpy(m->page + m->used, words, sizeof words);
	else if (V8_PAGE_BYTES - m->used == 8)
		memcpy(m->page + m->used, &m->h.root[R_filler1].bits, 8);
}

/* An object of `bytes` on MOCK_PAGE, zeroed. */
static inline jsval mock_new(struct mock *m, jsval map, size_t bytes)
{
	size_t at = m->used;

	bytes = (bytes + 7) & ~(size_t)7;
	if (at + bytes > V8_PAGE_BYTES)
		abort();
	memset(m->page + at, 0, bytes);
	memcpy(m->page + at, &map.bits, 8);
	m->used += bytes;
	mock_fill(m);
	return jsval_object(MOCK_PAGE + at);
}

static inline jsval mock_new_ro(struct mock *m, jsval map, size_t bytes)
{
	size_t at = m->ro_used;

	memcpy(m->ro + at, &map.bits, 8);
	m->ro_used += (bytes + 7) & ~(size_t)7;
	return jsval_object(MOCK_RO + at);
}

static inline jsval mock_add_root(struct mock *m, const char *name, jsval v)
{
	m->names[m->nroots] = name;
	m->values[m->nroots++] = v;
	return v;
}

static inline void mock_map_bits(const struct mock *m, jsval map, uint16_t type, unsigned words,
				 unsigned inobject_start)
{
	uint8_t *p = mock_at(m, map);

	p[8] = (uint8_t)words;
	p[9] = (uint8_t)inobject_start;
	memcpy(p + 12, &type, sizeof type);
}

#define MOCK_MAP_BYTES 80

static inline void mock_root_map(struct mock *m, const char *name, uint16_t type, unsigned words)
{
	jsval meta = jsval_object(MOCK_RO + MOCK_HEADER);
	jsval map = mock_add_root(m, name, mock_new_ro(m, meta, MOCK_MAP_BYTES));

	mock_map_bits(m, map, type, words, 0);
}

static inline void mock_string_root(struct mock *m, const char *name, const char *text)
{
	size_t n = strlen(text);
	jsval s = mock_new_ro(m, mock_root(m, "seq_one_byte_string_map"), 16 + n);

	mock_set32(m, s, 12, (uint32_t)n);
	memcpy(mock_at(m, s) + 16, text, n);
	mock_add_root(m, name, s);
}

static inline void mock_make_roots(struct mock *m)
{
	static const struct {
		const char *name;
		uint16_t type, words;
	} maps[] = {
		{"meta_map", M_MAP, MOCK_MAP_BYTES / 8},
		{"free_space_map", M_FREE_SPACE, 0},
		{"one_pointer_filler_map", M_FILLER, 0},
		{"two_pointer_filler_map", M_FILLER, 0},
		{"oddball_map", M_ODDBALL, 5},
		{"seq_one_byte_string_map", M_ONE_BYTE, 0},
		{"seq_two_byte_string_map", M_TWO_BYTE, 0},
		{"cons_one_byte_string_map", M_CONS | M_ONE_BYTE, 4},
		{"cons_two_byte_string_map", M_CONS, 4},
		{"sliced_string_map", M_SLICED | M_ONE_BYTE, 4},
		{"thin_string_map", M_THIN | M_ONE_BYTE, 3},
		{"external_one_byte_string_map", M_EXTERNAL | M_ONE_BYTE, 4},
		{"external_string_map", M_EXTERNAL, 4},
		{"uncached_external_string_map", M_EXTERNAL | M_UNCACHED, 3},
		{"symbol_map", M_SYMBOL, 3},
		{"heap_number_map", M_HEAP_NUMBER, 2},
		{"bigint_map", M_BIGINT, 0},
		{"fixed_array_map", M_FIXED_ARRAY, 0},
		{"fixed_double_array_map", M_FIXED_DOUBLE_ARRAY, 0},
		{"property_array_map", M_PROPERTY_ARRAY, 0},
		{"descriptor_array_map", M_DESCRIPTOR_ARRAY, 0},
		{"name_dictionary_map", M_DICTIONARY, 0},
		{"scope_info_map", M_SCOPE_INFO, 0},
		{"property_cell_map", M_PROPERTY_CELL, 5},
		{"accessor_pair_map", M_ACCESSOR_PAIR, 3},
		{"shared_function_info_map", M_SHARED_FUNCTION_INFO, 7},
		{"script_map", M_SCRIPT, 16},
		{"allocation_site_map", M_ALLOCATION_SITE, 5},
		{"function_context_map", M_FIRST_CONTEXT + 5, 0},
	};
	static const char *const oddballs[] = {"undefined_value", "null_value",     "true_value",
					       "false_value",     "the_hole_value", "stale_hole"};

	for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
		mock_root_map(m, maps[i].name, maps[i].type, maps[i].words);
	for (size_t i = 0; i < sizeof oddballs / sizeof oddballs[0]; i++)
		mock_add_root(m, oddballs[i], mock_new_ro(m, mock_root(m, "oddball_map"), 40));
	mock_add_root(m, "empty_string",
		      mock_new_ro(m, mock_root(m, "seq_one_byte_string_map"), 16));
	mock_add_root(m, "empty_fixed_array", mock_new_ro(m, mock_root(m, "fixed_array_map"), 16));
	mock_add_root(m, "to_string_tag_symbol", mock_new_ro(m, mock_root(m, "symbol_map"), 24));
	mock_add_root(m, "class_positions_symbol", mock_new_ro(m, mock_root(m, "symbol_map"), 24));
	mock_string_root(m, "constructor_string", "constructor");
	mock_string_root(m, "name_string", "name");
}

static inline enum rc mock_layout(struct mock *m, struct why *why)
{
	struct js_heap *h = &m->h;
	struct v8_layout *l = &h->layout;
	static const struct v8_row told = {.source = SOURCE_LIT};

	l->version = (struct v8_version){13, 6, 0, 0, "13.6"};
	l->constants = (struct v8_constant *)mock_constants;
	l->nconstants = sizeof mock_constants / sizeof mock_constants[0];
	for (size_t i = 0; i < sizeof mock_values / sizeof mock_values[0]; i++) {
		l->value[mock_values[i].field] = mock_values[i].value;
		l->row[mock_values[i].field] = &told;
	}
	/* What the table of rows knows without a symbol. */
	for (size_t i = 0; i < v8_nrows; i++) {
		int64_t value;

		if (l->row[v8_rows[i].field] != NULL ||
		    v8_row_value(l, &v8_rows[i], &value) != RC_OK)
			continue;
		l->value[v8_rows[i].field] = value;
		l->row[v8_rows[i].field] = &v8_rows[i];
	}
	TRY(v8_types_resolve(&h->arena, l, &h->types, why));
	v8_types_learn(&h->types, &h->arena, "one_pointer_filler_map", M_FILLER);
	v8_types_learn(&h->types, &h->arena, "free_space_map", M_FREE_SPACE);
	return v8_types_finish(&h->types, l, why);
}

static inline enum rc mock_pages(struct mock *m)
{
	struct js_heap *h = &m->h;
	static const addr_t bases[] = {MOCK_RO, MOCK_PAGE};

	h->isolates = arena_array(&h->arena, 1, sizeof *h->isolates);
	h->nisolates = 1;
	h->pages = arena_array(&h->arena, 2, sizeof *h->pages);
	for (size_t i = 0; i < 2; i++) {
		h->pages[i] = (struct js_page){
			.base = bases[i],
			.start = bases[i] + MOCK_HEADER,
			.end = bases[i] + (i == 0 ? m->ro_used : V8_PAGE_BYTES),
			.size = V8_PAGE_BYTES,
			.owner = i == 0 ? 0 : MOCK_OWNER,
			.metadata = bases[i],
			.kind = i == 0 ? PAGE_READ_ONLY : PAGE_NORMAL,
			.isolate = i == 0 ? UINT32_MAX : 0,
		};
		h->pages[i].stop = h->pages[i].end;
		TRY(map_put(&h->page_of, bases[i] >> 18, i + 1));
		struct segment s = {.start = bases[i],
				    .end = bases[i] + V8_PAGE_BYTES,
				    .data = i == 0 ? m->ro : m->page,
				    .rank = RANK_CORE};
		TRY(mem_add(&m->t->mem, &s));
	}
	h->npages = 2;
	return mem_seal(&m->t->mem);
}

static inline enum rc mock_open(struct mock *m, struct why *why)
{
	static const char *const wanted[] = {
#define ROOT(id, name) [R_##id] = name,
#include "jsheap/roots.def"
#undef ROOT
	};
	struct js_heap *h = &m->h;

	*m = (struct mock){.ro_used = MOCK_HEADER, .used = MOCK_HEADER};
	*why = (struct why){0};
	m->t = target_new_empty();
	m->ro = calloc(1, V8_PAGE_BYTES);
	m->page = calloc(1, V8_PAGE_BYTES);
	if (m->t == NULL || m->ro == NULL || m->page == NULL)
		return RC_NOMEM;
	h->target = m->t;
	h->mem = &m->t->mem;
	mock_make_roots(m);
	h->root_names = m->names;
	h->roots = m->values;
	h->nroots = m->nroots;
	for (int r = 0; r < R_COUNT; r++)
		h->root[r] = mock_root(m, wanted[r]);
	for (size_t i = 0; i < m->nroots; i++)
		TRY(map_put(&h->root_of, m->values[i].bits, i + 1));
	h->map_type = M_MAP;
	mock_fill(m);
	TRY(mock_layout(m, why));
	TRY(mock_pages(m));
	return v8_sizes_calibrate(h, why);
}

static inline void mock_close(struct mock *m)
{
	map_free(&m->h.page_of);
	map_free(&m->h.root_of);
	v8_sizes_free(&m->h);
	arena_free(&m->h.arena);
	target_close(m->t);
	free(m->ro);
	free(m->page);
}

/* A map of `words` words an instance; in-object properties from word `inobject` on. */
static inline jsval mock_map(struct mock *m, uint16_t type, unsigned words, unsigned inobject)
{
	jsval map = mock_new(m, mock_root(m, "meta_map"), MOCK_MAP_BYTES);

	mock_map_bits(m, map, type, words, inobject);
	mock_set(m, map, 24, mock_root(m, "null_value").bits);
	mock_set(m, map, 32, mock_root(m, "null_value").bits);
	return map;
}

static inline void mock_kind(const struct mock *m, jsval map, unsigned elements_kind)
{
	mock_at(m, map)[15] = (uint8_t)(elements_kind << 2);
}

static inline jsval mock_string(struct mock *m, const char *text)
{
	size_t n = strlen(text);
	jsval s = mock_new(m, mock_root(m, "seq_one_byte_string_map"), 16 + n);

	mock_set32(m, s, 12, (uint32_t)n);
	memcpy(mock_at(m, s) + 16, text, n);
	return s;
}

static inline jsval mock_wide(struct mock *m, const uint16_t *units, size_t n)
{
	jsval s = mock_new(m, mock_root(m, "seq_two_byte_string_map"), 16 + 2 * n);

	mock_set32(m, s, 12, (uint32_t)n);
	memcpy(mock_at(m, s) + 16, units, 2 * n);
	return s;
}

/* A string of two words behind its length: cons, sliced, thin, external. */
static inline jsval mock_string_of(struct mock *m, const char *map, uint32_t length, uint64_t a,
				   uint64_t b)
{
	jsval s = mock_new(m, mock_root(m, map), 32);

	if (strcmp(map, "thin_string_map") == 0 ||
	    strcmp(map, "uncached_external_string_map") == 0) {
		m->used -= 8;
		mock_fill(m);
	} else {
		mock_set(m, s, 24, b);
	}
	mock_set32(m, s, 12, length);
	mock_set(m, s, 16, a);
	return s;
}

static inline jsval mock_array(struct mock *m, const char *map, size_t n)
{
	jsval a = mock_new(m, mock_root(m, map), 16 + 8 * n);

	mock_set(m, a, 8, smi((int64_t)n));
	return a;
}

static inline jsval mock_number(struct mock *m, double d)
{
	jsval v = mock_new(m, mock_root(m, "heap_number_map"), 16);

	memcpy(mock_at(m, v) + 8, &d, sizeof d);
	return v;
}

/* An object without properties or elements yet. */
static inline jsval mock_object(struct mock *m, jsval map)
{
	jsval v = mock_new(m, map, 8u * mock_at(m, map)[8]);

	mock_set(m, v, 8, mock_root(m, "empty_fixed_array").bits);
	mock_set(m, v, 16, mock_root(m, "empty_fixed_array").bits);
	return v;
}

/* Give a map `n` own descriptors, all free. */
static inline jsval mock_descriptors(struct mock *m, jsval map, unsigned n)
{
	jsval d = mock_new(m, mock_root(m, "descriptor_array_map"), 24 + 24 * n);
	uint16_t count = (uint16_t)n;

	memcpy(mock_at(m, d) + 8, &count, sizeof count);
	mock_set(m, map, 40, d.bits);
	mock_set32(m, map, 16, n << 10);
	return d;
}

#define MOCK_ACCESSOR      1u
#define MOCK_IN_DESCRIPTOR 2u

static inline void mock_describe(struct mock *m, jsval descriptors, unsigned i, jsval key,
				 uint32_t details, uint64_t value)
{
	mock_set(m, descriptors, 24 + 24 * i, key.bits);
	mock_set(m, descriptors, 32 + 24 * i, smi(details));
	mock_set(m, descriptors, 40 + 24 * i, value);
}

/* Details of the field with that index. */
static inline uint32_t mock_field(uint32_t index)
{
	return index << 19;
}

/* Fails a test that took too long: nothing that a target holds may cost seconds. */
struct stopwatch {
	struct timespec started;
};

#define PATIENCE_SECONDS 4

static inline void stopwatch_start(struct stopwatch *w)
{
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &w->started);
}

static inline bool stopwatch_good(const struct stopwatch *w)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec - w->started.tv_sec < PATIENCE_SECONDS;
}

/* Fixture of a cmocka test: *state is an open mock. */
static inline int setup(void **state)
{
	struct mock *m = malloc(sizeof *m);
	struct why why;

	*state = m;
	return m != NULL && mock_open(m, &why) == RC_OK ? 0 : -1;
}

static inline int teardown(void **state)
{
	mock_close(*state);
	free(*state);
	return 0;
}

#endif
