/*
 * bytes - see the header. Source: src/objects/js-array-buffer.h and .tq, backing-store.h.
 */
#include "jsheap/bytes.h"

#include "jsheap/map.h"
#include "jsheap/names.h"

#include <math.h>
#include <string.h>

#define WAS_DETACHED_BIT    0x4u
#define LENGTH_TRACKING_BIT 0x1u
#define EXTENSION_WORDS     8
#define PROTOTYPES_MAX      64

static const struct number_type types[] = {
	{"Uint8Array", 1, FORMAT_UNSIGNED, false},
	{"Int8Array", 1, FORMAT_SIGNED, false},
	{"Uint8ClampedArray", 1, FORMAT_UNSIGNED, false},
	{"Int16Array", 2, FORMAT_SIGNED, false},
	{"Uint16Array", 2, FORMAT_UNSIGNED, false},
	{"Int32Array", 4, FORMAT_SIGNED, false},
	{"Uint32Array", 4, FORMAT_UNSIGNED, false},
	{"Float16Array", 2, FORMAT_FLOAT, false},
	{"Float32Array", 4, FORMAT_FLOAT, false},
	{"Float64Array", 8, FORMAT_FLOAT, false},
	{"BigInt64Array", 8, FORMAT_SIGNED, true},
	{"BigUint64Array", 8, FORMAT_UNSIGNED, true},
};

/* By the first constructor up the prototypes that is one of the language's: V8 renumbers its
 * elements kinds, the names stay. */
static const struct number_type *type_of(const struct js_heap *h, jsval v)
{
	const struct number_type *found = NULL;
	struct arena arena = ARENA_INIT;

	for (int steps = 0; steps < PROTOTYPES_MAX && found == NULL; steps++) {
		const char *name = js_constructor_name(h, v, &arena);
		struct js_map m;
		jsval map;

		for (size_t i = 0; name != NULL && i < sizeof types / sizeof types[0]; i++)
			if (strcmp(name, types[i].name) == 0)
				found = &types[i];
		if (js_map_of(h, v, &map) != RC_OK || js_map_load(h, map, &m) != RC_OK)
			break;
		v = m.prototype;
	}
	arena_free(&arena);
	return found;
}

/* The word between byte_length and backing_store, where there is one: max_byte_length. */
static bool has_max_length(const struct v8_layout *l)
{
	return v8_value(l, V8_JSArrayBuffer_backing_store) -
		       v8_value(l, V8_JSArrayBuffer_byte_length) ==
	       16;
}

/* A BackingStore starts with {start, length, maximal length}; the extension has a pointer to it. */
static void ask_backing_store(const struct js_heap *h, jsval v, struct js_bytes *b)
{
	uint64_t extension, store, words[3];

	if (js_word(h, v, v8_value(&h->layout, V8_JSArrayBuffer_extension), &extension) != RC_OK)
		return;
	extension &= ~UINT64_C(7);
	for (unsigned i = 0; i < EXTENSION_WORDS; i++)
		if (mem_u64(h->mem, extension + 8 * i, &store) == RC_OK &&
		    mem_read(h->mem, store, words, sizeof words) == RC_OK && words[0] == b->addr &&
		    words[2] == b->max_length && words[1] <= words[2]) {
			b->length = words[1];
			return;
		}
}

static enum rc array_buffer(const struct js_heap *h, jsval v, struct js_bytes *b)
{
	const struct v8_layout *l = &h->layout;
	uint64_t max = 0;
	uint32_t bits;

	TRY(js_word(h, v, v8_value(l, V8_JSArrayBuffer_backing_store), &b->addr));
	TRY(js_word(h, v, v8_value(l, V8_JSArrayBuffer_byte_length), &b->length));
	TRY(js_word32(h, v, v8_value(l, V8_JSArrayBuffer_bit_field), &bits));
	if (has_max_length(l))
		TRY(js_word(h, v, v8_value(l, V8_JSArrayBuffer_byte_length) + 8, &max));
	b->detached = (bits & WAS_DETACHED_BIT) != 0;
	if (b->detached)
		b->addr = b->length = 0;
	else if (max != b->length && (bits & (uint32_t)v8_value(l, V8_JSArrayBuffer_resizable_bit)))
		b->max_length = max;
	if (b->max_length != 0 && b->length == 0)
		ask_backing_store(h, v, b);
	return RC_OK;
}

/* The buffer stands before the numbers of a view. */
static enum rc buffer_of(const struct js_heap *h, jsval v, jsval *buffer)
{
	int64_t off = v8_value(&h->layout, V8_JSObject_elements) + 8;

	for (; off < v8_value(&h->layout, V8_JSArrayBufferView_byte_offset); off += 8) {
		TRY(js_field(h, v, off, buffer));
		if (js_is(h, *buffer, T_JS_ARRAY_BUFFER))
			return RC_OK;
	}
	return RC_BAD;
}

/* Views have a bit field where resizable buffers exist: the word between the buffer and
 * byte_offset, or the second one between byte_length and the pointers. */
static bool length_tracking(const struct js_heap *h, jsval v)
{
	const struct v8_layout *l = &h->layout;
	int64_t length_at = v8_value(l, V8_JSArrayBufferView_byte_length);
	int64_t offset_at = v8_value(l, V8_JSArrayBufferView_byte_offset);
	int64_t at = 0;
	uint32_t bits;
	jsval before;

	if (!has_max_length(l))
		return false;
	if (v8_value(l, V8_JSTypedArray_external_pointer) - length_at == 24)
		at = length_at + 8;
	else if (js_field(h, v, offset_at - 8, &before) == RC_OK &&
		 !js_is(h, before, T_JS_ARRAY_BUFFER))
		at = offset_at - 8;
	return at != 0 && js_word32(h, v, at, &bits) == RC_OK && (bits & LENGTH_TRACKING_BIT) != 0;
}

/* What a view of a buffer that was detached or resized still shows. */
static void clip(struct js_bytes *b, const struct js_bytes *buffer, bool tracks)
{
	unsigned unit = b->type != NULL ? b->type->bytes : 1;

	b->detached = buffer->detached;
	if (b->detached || b->offset > buffer->length)
		b->length = 0;
	else if (tracks)
		b->length = (buffer->length - b->offset) / unit * unit;
	else if (b->length > buffer->length - b->offset)
		b->length = 0;
	if (b->length == 0)
		b->addr = 0;
}

/* In the typed array itself; in older versions in its elements, {length, base, external}. */
static enum rc data_pointers(const struct js_heap *h, jsval v, uint64_t *external, uint64_t *base)
{
	const struct v8_layout *l = &h->layout;
	int64_t at;
	jsval elements;

	if (v8_has(l, V8_JSTypedArray_external_pointer)) {
		TRY(js_word(h, v, v8_value(l, V8_JSTypedArray_external_pointer), external));
		return js_word(h, v, v8_value(l, V8_JSTypedArray_base_pointer), base);
	}
	if (!v8_has(l, V8_FixedTypedArray_external_pointer))
		return RC_UNSUP;
	at = v8_value(l, V8_FixedTypedArray_external_pointer);
	TRY(js_field(h, v, v8_value(l, V8_JSObject_elements), &elements));
	TRY(js_word(h, elements, at, external));
	return js_word(h, elements, at - 8, base);
}

static enum rc view(const struct js_heap *h, jsval v, struct js_bytes *b)
{
	const struct v8_layout *l = &h->layout;
	bool typed = js_is(h, v, T_JS_TYPED_ARRAY);
	uint64_t external = 0, base = 0;
	struct js_bytes whole = {0};
	jsval buffer;

	enum rc rc = buffer_of(h, v, &buffer);
	if (rc == RC_OK)
		rc = array_buffer(h, buffer, &whole);
	if (rc != RC_OK && !typed)
		return rc; /* a typed array has its data without it */
	TRY(js_word(h, v, v8_value(l, V8_JSArrayBufferView_byte_offset), &b->offset));
	TRY(js_word(h, v, v8_value(l, V8_JSArrayBufferView_byte_length), &b->length));
	if (typed) {
		b->type = type_of(h, v);
		TRY(data_pointers(h, v, &external, &base));
	}
	/* On the heap the external part is what is missing from the holder. */
	b->addr = typed ? base + external : whole.addr != 0 ? whole.addr + b->offset : 0;
	/* The buffer of a typed array on the heap is a sketch until somebody asks for it. */
	if (base == 0 && rc == RC_OK)
		clip(b, &whole, length_tracking(h, v));
	return RC_OK;
}

enum rc js_bytes_of(const struct js_heap *h, jsval v, struct js_bytes *b)
{
	*b = (struct js_bytes){0};
	if (js_is(h, v, T_JS_ARRAY_BUFFER))
		return array_buffer(h, v, b);
	if (js_is(h, v, T_JS_TYPED_ARRAY) || js_is(h, v, T_JS_DATA_VIEW) ||
	    js_is(h, v, T_JS_RAB_GSAB_DATA_VIEW) || js_is(h, v, T_JS_DETACHED_TYPED_ARRAY))
		return view(h, v, b);
	return RC_BAD;
}

double js_half_float(uint16_t bits)
{
	int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
	double d;

	if (exponent == 0x1f)
		d = fraction != 0 ? (double)NAN : (double)INFINITY;
	else
		d = exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 0x400, exponent - 25);
	return (bits & 0x8000) != 0 ? -d : d;
}
