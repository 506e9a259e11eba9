/*
 * inspect - what a value is, in words or as JSON.
 *
 * One pass over the value drives an emitter; there is one for text and one for JSON.
 */
#ifndef JSHEAP_INSPECT_H
#define JSHEAP_INSPECT_H

#include "base/json.h"
#include "base/str.h"
#include "jsheap/heap.h"

struct inspect_options {
	unsigned depth;        /* levels of nested objects below the value itself */
	uint64_t members;      /* at most so many properties, elements or entries of each object */
	uint64_t string_units; /* strings are cut there, in UTF-16 units */
	uint64_t total;        /* at most so many values in all */
	bool addresses;        /* show the address of every object (text) */
};

/* "object", "array", "string", "number", "function", "map", ...; never NULL. */
const char *js_kind(const struct js_heap *h, jsval v);

/* As text, like Node's util.inspect. RC_OK, RC_NOMEM; what cannot be read is said in place. */
MUST_USE enum rc js_inspect_text(const struct js_heap *h, jsval v, const struct inspect_options *o,
				 struct str *out);

/* As JSON: plain where JSON can say it, else {"$kind": "undefined" | "function" | "date" | "map" |
 * ...}. */
MUST_USE enum rc js_inspect_json(const struct js_heap *h, jsval v, const struct inspect_options *o,
				 struct str *out);

/* What follows is between the walk (inspect.c, inspect_walk.h) and the two emitters. */

enum container {
	CONTAINER_OBJECT,
	CONTAINER_ARRAY,
	CONTAINER_ELEMENTS, /* an array with properties of its own beside its elements */
	CONTAINER_ENTRIES,
	CONTAINER_VALUES,
	CONTAINER_SPECIAL /* opened by begin() */
};

/* A further fact of a special value: text when `text` is set, else the number, or nothing. */
struct fact {
	const char *name, *text;
	double number;
	bool none;
};

struct emitter {
	bool brief; /* what only machines want is left out */
	void (*open)(struct emitter *e, enum container c, const char *kind, const char *constructor,
		     uint64_t count, addr_t addr);
	/* Anything that JSON has no word for: `text` for people, kind and facts for JSON; then its
	 * members, if any, and close(). */
	void (*begin)(struct emitter *e, const char *kind, const char *text,
		      const struct fact *facts, size_t n);
	void (*key)(struct emitter *e, const char *name,
		    size_t len); /* of the next member of an object */
	void (*entry)(struct emitter *e,
		      int part); /* of a map: 0 before the key, 1 before the value, 2 after */
	/* Keyed members of whatever is open, behind all others: once, until close(). */
	void (*properties)(struct emitter *e);
	void (*close)(struct emitter *e);
	void (*string)(struct emitter *e, const char *s, size_t len, bool cut);
	void (*number)(struct emitter *e, double d);
	void (*literal)(struct emitter *e, const char *word); /* null, true, false */
};

MUST_USE enum rc js_inspect(const struct js_heap *h, jsval v, const struct inspect_options *o,
			    struct emitter *e);

#endif
