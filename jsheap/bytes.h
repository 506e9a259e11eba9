/*
 * bytes - ArrayBuffers, typed arrays, DataViews: where their bytes are.
 *
 *	typed array ── buffer ── backing store          off the heap
 *	     └────────── base_pointer ── the bytes      small ones, until somebody asks for `buffer`
 *
 * Views of a resizable buffer may have no length of their own: they end where the buffer ends. How
 * far a growable SharedArrayBuffer has grown only its BackingStore knows, outside of the heap.
 */
#ifndef JSHEAP_BYTES_H
#define JSHEAP_BYTES_H

#include "jsheap/heap.h"

enum number_format { FORMAT_UNSIGNED, FORMAT_SIGNED, FORMAT_FLOAT };

struct number_type {
	const char *name; /* of the typed array, "Int16Array" */
	uint8_t bytes;    /* of one element */
	enum number_format format;
	bool big; /* elements are BigInts */
};

struct js_bytes {
	addr_t addr;         /* 0: empty or detached */
	uint64_t length;     /* bytes */
	uint64_t offset;     /* of a view: bytes into its buffer */
	uint64_t max_length; /* of a buffer that can be resized: bytes; else 0 */
	bool detached;
	const struct number_type *type; /* of typed arrays, else NULL */
};

/* RC_OK, RC_BAD when v is none of these or makes no sense, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_bytes_of(const struct js_heap *h, jsval v, struct js_bytes *b);

/* A half-precision float. */
double js_half_float(uint16_t bits);

#endif
