/*
 * value - a tagged V8 word.
 *
 *	....0 (upper half: int32)   Smi
 *	...01                       strong pointer to a heap object, address + 1
 *	...11                       weak pointer, or (upper half only) a cleared one
 *
 * x86-64 without pointer compression: what every official Node and every known distribution ships.
 * Source: src/objects/tagged.h, include/v8-internal.h (V8 7.4 to 14.6).
 */
#ifndef JSHEAP_VALUE_H
#define JSHEAP_VALUE_H

#include "target/mem.h"

typedef struct {
	uint64_t bits;
} jsval;

static inline jsval jsval_of(uint64_t bits)
{
	return (jsval){bits};
}

static inline bool jsval_eq(jsval a, jsval b)
{
	return a.bits == b.bits;
}

static inline bool jsval_is_smi(jsval v)
{
	return (v.bits & 1) == 0;
}

static inline int32_t jsval_smi(jsval v)
{
	return (int32_t)(v.bits >> 32);
}

/* Looks like a strong pointer; says nothing about what is there. */
static inline bool jsval_is_pointer(jsval v)
{
	return (v.bits & 3) == 1;
}

static inline bool jsval_is_weak(jsval v)
{
	return (v.bits & 3) == 3;
}

/* The address of the object that a (strong or weak) pointer means. */
static inline addr_t jsval_addr(jsval v)
{
	return v.bits & ~(uint64_t)3;
}

static inline jsval jsval_object(addr_t addr)
{
	return (jsval){addr | 1};
}

#endif
