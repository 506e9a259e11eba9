/*
 * types - instance types of this V8: name to number, number to name, and what class a number is of.
 */
#ifndef JSHEAP_TYPES_H
#define JSHEAP_TYPES_H

#include "jsheap/layout.h"

enum v8_type {
#define TYPE(name) T_##name,
#include "jsheap/types.def"
#undef TYPE
	T_COUNT
};

/* Instance types are 16 bits wide; all that V8 ever used lie far below this bound. */
#define TYPE_LIMIT   8192
#define TYPE_UNKNOWN UINT16_MAX

enum type_class {
	CLASS_STRING = 1,
	CLASS_RECEIVER = 2, /* JavaScript objects, functions and proxies among them */
	CLASS_FUNCTION = 4, /* JSFunction and the subtypes of constructors */
	CLASS_CONTEXT = 8,
	CLASS_SKIP = 16,   /* fillers and free space: no objects */
	CLASS_SITE = 64,   /* allocation sites, which keep the boilerplates of literals */
	CLASS_OBJECT = 32, /* receivers with properties and elements words: all but proxies */
};

struct v8_types {
	uint16_t number[T_COUNT];     /* TYPE_UNKNOWN where this V8 has no such type */
	const char *name[TYPE_LIMIT]; /* "JS_ARRAY"; NULL: not told */
	uint8_t classes[TYPE_LIMIT];  /* enum type_class */
};

/* First part, from symbols alone. RC_OK, RC_NOMEM, RC_UNSUP with why. */
MUST_USE enum rc v8_types_resolve(struct arena *a, const struct v8_layout *l,
				  struct v8_types *types, struct why *why);

/* Learn one more: the root map `root_name` ("fixed_array_map") is of instance type `number`. */
void v8_types_learn(struct v8_types *types, struct arena *a, const char *root_name,
		    uint16_t number);

/* Compute the classes; after the last v8_types_learn. RC_OK, or RC_UNSUP with why. */
MUST_USE enum rc v8_types_finish(struct v8_types *types, const struct v8_layout *l,
				 struct why *why);

static inline bool type_is(const struct v8_types *types, uint16_t number, enum v8_type t)
{
	return number == types->number[t] && number != TYPE_UNKNOWN;
}

static inline unsigned type_classes(const struct v8_types *types, uint16_t number)
{
	return number < TYPE_LIMIT ? types->classes[number] : 0;
}

/* "JS_ARRAY", or "type 1234" is left to the caller: NULL when not told. */
static inline const char *type_name(const struct v8_types *types, uint16_t number)
{
	return number < TYPE_LIMIT ? types->name[number] : NULL;
}

#endif
