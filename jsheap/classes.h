/*
 * classes - V8's C++ classes as its debug symbols tell them: which class an instance type is, what it
 * inherits from, and the names of its fields.
 *
 * A v8dbg_class_X__field__type symbol gives an offset, v8dbg_parent_X__Y a parent class (until V8 11;
 * later parents are told by a table), and our own fields (v8_fields.def) are named X_field as well.
 */
#ifndef JSHEAP_CLASSES_H
#define JSHEAP_CLASSES_H

#include "jsheap/heap.h"

struct js_class_field {
	uint32_t offset; /* bytes from the object's address */
	uint8_t bytes;
	bool tagged; /* a tagged word, or a Smi */
	bool is_double;
	bool from_table;   /* v8_fields.def; else a symbol */
	const char *name;  /* "length" */
	const char *class; /* that declares it, "JSArray" */
};

/* The class of an instance type, "JSArray", in arena memory; NULL when none is known. */
const char *js_class_of(const struct js_heap *h, uint16_t type, struct arena *a);

/* The class that one inherits from, or NULL. */
const char *js_class_parent(const struct js_heap *h, const char *class);

/* The fields of a class and of all that it inherits, by offset, one for each place: our own names come
 * before those of symbols. In arena memory. RC_OK or RC_NOMEM. */
MUST_USE enum rc js_class_fields(const struct js_heap *h, const char *class, struct arena *a,
				 struct js_class_field **fields, size_t *n);

#endif
