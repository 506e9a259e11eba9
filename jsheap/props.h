/*
 * props - own properties and elements of objects.
 */
#ifndef JSHEAP_PROPS_H
#define JSHEAP_PROPS_H

#include "base/str.h"
#include "jsheap/map.h"

enum { ATTRIBUTE_READ_ONLY = 1, ATTRIBUTE_DONT_ENUM = 2, ATTRIBUTE_DONT_DELETE = 4 };

struct js_property {
	jsval key;   /* a string or a symbol */
	jsval value; /* a value; an AccessorPair or AccessorInfo when accessor is set */
	bool accessor;
	bool is_double; /* `number` is the value: V8 keeps it without an object */
	double number;
	unsigned attributes;
	uint32_t index; /* position in V8's order of creation */
};

/* RC_OK goes on, anything else ends the pass with that rc. */
typedef enum rc js_property_fn(void *ctx, const struct js_property *p);

/* The own named properties in the order they were made. RC_OK; RC_BAD when v is no object or one of
 * its tables makes no sense, RC_FAULT, RC_NOTSAVED, RC_NOMEM: what came before is good. */
MUST_USE enum rc js_properties(const struct js_heap *h, jsval v, js_property_fn *fn, void *ctx);

/* The own property with this name (a string of ASCII text), or of this key. RC_DONE when there is
 * none. */
MUST_USE enum rc js_property_named(const struct js_heap *h, jsval v, const char *name,
				   struct js_property *p);
MUST_USE enum rc js_property_of_key(const struct js_heap *h, jsval v, jsval key,
				    struct js_property *p);

struct js_element {
	uint64_t index;
	enum { ELEMENT_VALUE, ELEMENT_DOUBLE, ELEMENT_HOLE, ELEMENT_ACCESSOR } tag;
	jsval value;
	double number; /* ELEMENT_DOUBLE */
};

typedef enum rc js_element_fn(void *ctx, const struct js_element *e);

/* The own indexed elements by ascending index, holes included where the elements are an array; not
 * those of typed arrays, nor the characters of string wrappers. Rcs as js_properties. */
MUST_USE enum rc js_elements(const struct js_heap *h, jsval v, js_element_fn *fn, void *ctx);

/* Number of elements: the length of an array, the used ones of a dictionary, else the capacity less
 * trailing holes. 0 when that cannot be read. */
uint64_t js_element_count(const struct js_heap *h, jsval v, const struct js_map *m);

/* Length of a JSArray; RC_BAD when it is no valid length. */
MUST_USE enum rc js_array_length(const struct js_heap *h, jsval v, uint64_t *length);

/* A property's name as text: a string as it is, a symbol as "Symbol(description)". */
MUST_USE enum rc js_key_put(const struct js_heap *h, jsval key, struct str *out);

/* True for keys that only V8 itself uses: private symbols other than the private names (#x) of
 * classes. */
bool js_key_internal(const struct js_heap *h, jsval key);

/* True for the symbol by which a class marks the instances that have its private methods; the value
 * under it is the class' context. */
bool js_key_brand(const struct js_heap *h, jsval key);

/* A Smi or HeapNumber as a double; RC_BAD otherwise. */
MUST_USE enum rc js_number(const struct js_heap *h, jsval v, double *d);

/* True for any of V8's hole values. */
bool js_is_hole(const struct js_heap *h, jsval v);

/* A hash table of V8's: what stands where. `entry_words` of tagged words each, the last of the
 * array. */
struct js_table {
	jsval array;
	uint32_t capacity; /* entries */
	uint32_t first;    /* index of the first entry's word in the array */
	uint32_t entry_words;
};

/* A NameDictionary, NumberDictionary (3), GlobalDictionary (1) or EphemeronHashTable (2 words an
 * entry). */
MUST_USE enum rc js_table_load(const struct js_heap *h, jsval v, uint32_t entry_words,
			       struct js_table *t);

/* Word `w` of entry `i`. */
MUST_USE enum rc js_table_get(const struct js_heap *h, const struct js_table *t, uint32_t i,
			      uint32_t w, jsval *v);

/* True when a table's key marks a free place (undefined, or a hole). */
bool js_table_free_key(const struct js_heap *h, jsval key);

#endif
