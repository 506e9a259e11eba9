/*
 * map - see the header. Source: src/objects/map.h, descriptor-array.h, property-details.h.
 */
#include "jsheap/map.h"

#define CALLABLE_BIT      0x2u
#define DESCRIPTOR_BYTES  24
#define BACK_POINTERS_MAX 4096

static enum rc load_bits(const struct js_heap *h, struct js_map *m)
{
	const struct v8_layout *l = &h->layout;
	addr_t a = jsval_addr(m->map);
	uint8_t words, start, bits, bits2;
	uint32_t bits3;

	TRY(mem_u16(h->mem, a + (addr_t)v8_value(l, V8_Map_instance_type), &m->type));
	TRY(mem_u8(h->mem, a + (addr_t)v8_value(l, V8_Map_instance_size_in_words), &words));
	TRY(mem_u8(h->mem, a + (addr_t)v8_value(l, V8_Map_inobject_start), &start));
	TRY(mem_u8(h->mem, a + (addr_t)v8_value(l, V8_Map_bit_field), &bits));
	TRY(mem_u8(h->mem, a + (addr_t)v8_value(l, V8_Map_bit_field2), &bits2));
	TRY(mem_u32(h->mem, a + (addr_t)v8_value(l, V8_Map_bit_field3), &bits3));
	m->classes = type_classes(&h->types, m->type);
	m->size = words * 8u;
	if ((m->classes & CLASS_RECEIVER) != 0 && start <= words) {
		m->inobject_at = start * 8u;
		m->ninobject = (unsigned)words - start;
	}
	m->callable = (bits & CALLABLE_BIT) != 0;
	uint64_t flags = (uint64_t)bits2 << 32 | bits3;
	m->base_constructor = (flags >> (v8_value(l, V8_new_target_is_base_bit) & 63) & 1) != 0;
	m->is_prototype = (flags >> (v8_value(l, V8_prototype_map_bit) & 63) & 1) != 0;
	m->elements_kind = (bits2 & (unsigned)v8_value(l, V8_elements_kind_mask)) >>
			   (unsigned)v8_value(l, V8_elements_kind_shift);
	m->nproperties = (bits3 & (uint32_t)v8_value(l, V8_own_descriptors_mask)) >>
			 (uint32_t)v8_value(l, V8_own_descriptors_shift);
	m->dictionary = (bits3 >> v8_value(l, V8_dictionary_map_shift) & 1) != 0;
	return RC_OK;
}

/* V8 until 8.0 keeps doubles as they are in the words of objects, and a bit for each such word. Where
 * it no longer does, another field stands in that place, which is neither Smi nor bytes. */
static void load_layout(const struct js_heap *h, struct js_map *m)
{
	jsval v;

	if (v8_has(&h->layout, V8_Map_layout_descriptor) &&
	    js_field(h, m->map, v8_value(&h->layout, V8_Map_layout_descriptor), &v) == RC_OK &&
	    (jsval_is_smi(v) || js_is(h, v, T_BYTE_ARRAY)))
		m->layout = v;
}

static bool is_raw_double(const struct js_heap *h, const struct js_map *m, uint32_t index)
{
	jsval length;
	uint8_t byte;

	if (m->layout.bits == 0)
		return false;
	if (jsval_is_smi(m->layout))
		return index < 32 && ((uint32_t)jsval_smi(m->layout) >> index & 1) != 0;
	return js_field(h, m->layout, v8_value(&h->layout, V8_FixedArray_length), &length) ==
		       RC_OK &&
	       jsval_is_smi(length) && (int64_t)(index / 8) < jsval_smi(length) &&
	       mem_u8(h->mem,
		      jsval_addr(m->layout) + (addr_t)v8_value(&h->layout, V8_FixedArray_data) +
			      index / 8,
		      &byte) == RC_OK &&
	       (byte >> index % 8 & 1) != 0;
}

enum rc js_map_load(const struct js_heap *h, jsval v, struct js_map *m)
{
	uint16_t have = 0;

	*m = (struct js_map){.map = v};
	if (!js_is_map(h, v))
		return RC_BAD;
	TRY(load_bits(h, m));
	TRY(js_field(h, v, v8_value(&h->layout, V8_Map_prototype), &m->prototype));
	TRY(js_field(h, v, v8_value(&h->layout, V8_Map_constructor), &m->constructor_or_back));
	if ((m->classes & CLASS_RECEIVER) == 0 || m->dictionary) {
		m->nproperties = 0;
		return RC_OK;
	}
	TRY(js_field(h, v, v8_value(&h->layout, V8_Map_descriptors), &m->descriptors));
	if (m->nproperties == 0)
		return RC_OK;
	load_layout(h, m);
	if (!jsval_is_pointer(m->descriptors) || js_page_at(h, m->descriptors.bits) == NULL)
		return RC_BAD;
	TRY(mem_u16(h->mem, jsval_addr(m->descriptors) + 8, &have));
	return m->nproperties <= have &&
			       js_fits(h, m->descriptors,
				       (uint64_t)v8_value(&h->layout, V8_DescriptorArray_header) +
					       (uint64_t)m->nproperties * DESCRIPTOR_BYTES)
		       ? RC_OK
		       : RC_BAD;
}

enum rc js_map_constructor(const struct js_heap *h, const struct js_map *m, jsval *constructor)
{
	jsval v = m->constructor_or_back;

	for (int steps = 0; js_is_map(h, v); steps++) {
		if (steps == BACK_POINTERS_MAX)
			return RC_LIMIT;
		TRY(js_field(h, v, v8_value(&h->layout, V8_Map_constructor), &v));
	}
	/* {constructor, non-instance prototype} */
	if (js_is(h, v, T_TUPLE2))
		TRY(js_field(h, v, 8, &v));
	*constructor = v;
	return RC_OK;
}

enum rc js_map_descriptor(const struct js_heap *h, const struct js_map *m, uint32_t i,
			  struct js_descriptor *d)
{
	const struct v8_layout *l = &h->layout;
	addr_t a = jsval_addr(m->descriptors) + (addr_t)v8_value(l, V8_DescriptorArray_header) +
		   (addr_t)i * DESCRIPTOR_BYTES;
	uint64_t w[3];

	*d = (struct js_descriptor){0};
	TRY(mem_read(h->mem, a, w, sizeof w));
	d->key = jsval_of(w[0]);
	d->details = (uint32_t)jsval_smi(jsval_of(w[1]));
	d->value = jsval_of(w[2]);
	d->accessor = (d->details & (uint32_t)v8_value(l, V8_prop_kind_mask)) != 0;
	d->in_field = (d->details & (uint32_t)v8_value(l, V8_prop_location_mask)) == 0;
	if (!d->in_field)
		return RC_OK;
	uint32_t index = (d->details & (uint32_t)v8_value(l, V8_prop_index_mask)) >>
			 (uint32_t)v8_value(l, V8_prop_index_shift);
	d->in_object = index < m->ninobject;
	d->raw_double = d->in_object && is_raw_double(h, m, index);
	d->offset = d->in_object ? m->inobject_at + 8 * (uint64_t)index
				 : (uint64_t)v8_value(l, V8_FixedArray_data) +
					   8 * (uint64_t)(index - m->ninobject);
	return RC_OK;
}
