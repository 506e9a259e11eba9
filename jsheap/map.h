/*
 * map - a V8 map (hidden class), loaded and checked once.
 */
#ifndef JSHEAP_MAP_H
#define JSHEAP_MAP_H

#include "jsheap/heap.h"

/* Elements kinds that V8 never renumbered; those from `dictionary_elements_kind` on count from it.
 */
enum {
	ELEMENTS_PACKED_DOUBLE = 4,
	ELEMENTS_HOLEY_DOUBLE = 5,
	ELEMENTS_FROM_DICTIONARY_FAST_SLOPPY = 1,
	ELEMENTS_FROM_DICTIONARY_SLOW_SLOPPY = 2,
	ELEMENTS_FROM_DICTIONARY_FAST_STRING = 3,
	ELEMENTS_FROM_DICTIONARY_SLOW_STRING = 4,
};

struct js_map {
	jsval map;
	uint16_t type;        /* instance type */
	unsigned classes;     /* enum type_class */
	unsigned size;        /* of an instance, bytes; 0: variable */
	unsigned inobject_at; /* byte offset of the first in-object property */
	unsigned ninobject;
	unsigned elements_kind;
	uint32_t nproperties; /* own descriptors */
	bool dictionary;      /* properties are in a dictionary */
	bool is_prototype;
	bool base_constructor; /* instances were made by `constructor` itself, not by a subclass */
	bool callable;
	jsval prototype, constructor_or_back, descriptors;
	jsval layout; /* which in-object words are raw doubles: a Smi or ByteArray of bits; else bits 0 */
};

/* RC_OK, RC_BAD when v is no map or its numbers do not fit together, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_map_load(const struct js_heap *h, jsval v, struct js_map *m);

/* The constructor: back pointers followed to their end. A JSFunction, a FunctionTemplateInfo, or
 * null. */
MUST_USE enum rc js_map_constructor(const struct js_heap *h, const struct js_map *m,
				    jsval *constructor);

/* One own property as a descriptor has it. */
struct js_descriptor {
	jsval key;
	uint32_t details;
	jsval value; /* constant, AccessorPair or AccessorInfo when not in_field */
	bool in_field;
	bool accessor;
	bool in_object;  /* at `offset` of the object itself, else of its property array */
	bool raw_double; /* the word there is a double, no value */
	uint64_t offset;
};

/* The i-th own descriptor, i < nproperties. RC_OK, RC_BAD, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_map_descriptor(const struct js_heap *h, const struct js_map *m, uint32_t i,
				   struct js_descriptor *d);

#endif
