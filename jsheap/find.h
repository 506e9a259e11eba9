/*
 * find - what an address inside V8's heap belongs to.
 */
#ifndef JSHEAP_FIND_H
#define JSHEAP_FIND_H

#include "jsheap/walk.h"

enum js_found_kind {
	FOUND_NOTHING, /* no page of a V8 heap */
	FOUND_OBJECT,
	FOUND_FREE,   /* a filler or free-list entry */
	FOUND_AREA,   /* reserved for allocation, nothing is there yet */
	FOUND_HEADER, /* the page's own header */
	FOUND_UNUSED, /* behind what the page was filled to, or between objects that end there */
	FOUND_STALE,  /* a page that holds nothing but what a collection left behind */
	FOUND_GAP,    /* in use, but no object could be made out there */
};

struct js_found {
	enum js_found_kind kind;
	const struct js_page *page; /* NULL with FOUND_NOTHING */
	addr_t start;               /* of the object, the free piece, the area ... */
	uint64_t size;              /* 0: not known */
	jsval map;                  /* FOUND_OBJECT, FOUND_FREE */
	addr_t before;              /* FOUND_GAP: the last object in front of it; 0: none */
};

/* Walks the page that holds addr up to there. RC_OK with `found` filled (FOUND_NOTHING included),
 * RC_NOMEM. */
MUST_USE enum rc js_find(const struct js_heap *h, addr_t addr, struct js_found *found);

/* "object", "free", "area", ...; never NULL. */
const char *js_found_name(enum js_found_kind kind);

/* "young", "old", "large", "read-only" or "code": how V8 treats objects of a page. */
const char *js_page_age(const struct js_page *p);

#endif
