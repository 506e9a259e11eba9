/*
 * scope - ScopeInfo: the names of a scope's context variables, the function's name, its source
 * range.
 *
 * The object is a row of optional parts whose presence the flags and counts decide. Which parts
 * exist and where the header ends changed nine times between V8 7.4 and 14.6; each layout is one
 * `scope_format`, and the heap itself tells which is right: its objects end where the next one
 * begins (sizes.h).
 */
#ifndef JSHEAP_SCOPE_H
#define JSHEAP_SCOPE_H

#include "jsheap/heap.h"

struct scope_format {
	const char *name;
	struct v8_range range;
	bool counted;            /* a FixedArray in shape: its length stands before the flags */
	uint8_t missing_bits;    /* flag bits that came later, between receiver and variables */
	bool flags_smi;          /* flags are a Smi, else a uint32 */
	bool position_in_header; /* start and end stand behind the counts, else behind the names */
	uint8_t module_type;     /* scope type of modules */
	bool module_count_first; /* the module's variable count stands before the names */
	bool always_inline;      /* names are never kept in a hash table */
	bool receiver_info;      /* one word more when the receiver is allocated */
	uint16_t position_types; /* bit set of scope types with a range, where it stands behind the
				    names */
	bool locals_block_list;
	bool eval_code; /* dependent code at the end, where a sloppy eval may declare variables */
	bool unused_parameters; /* one word of bits behind that, in functions */
};

extern const struct scope_format scope_formats[];
extern const size_t scope_nformats;

/* One ScopeInfo, decoded. */
struct js_scope {
	uint32_t flags;
	unsigned type;       /* scope type, numbered as this V8 does */
	uint32_t nlocals;    /* context-allocated variables */
	addr_t names;        /* of nlocals tagged words; 0: they are in `table` */
	jsval table;         /* NameToIndexHashTable */
	jsval function_name; /* of a named function expression; bits 0 when absent */
	jsval inferred_name; /* bits 0 when absent */
	jsval outer;         /* bits 0 when absent */
	bool has_range;
	int32_t start, end;      /* source range of the scope, in UTF-16 units */
	addr_t module_variables; /* of a module: `nmodule_variables` triples of words: name, index
				    of its cell (exports from 1 up, imports from -1 down), flags */
	uint32_t nmodule_variables;
	bool function_in_context; /* function_name has a slot behind the variables */
	bool has_extension;       /* its contexts have one more slot before the variables */
	uint64_t size;            /* bytes */
};

/* Decode with a given format. RC_OK, RC_BAD, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_scope_decode(const struct js_heap *h, const struct scope_format *f, addr_t addr,
				 struct js_scope *s);

/* Decode a ScopeInfo with the format of this heap; RC_BAD when v is no ScopeInfo. */
MUST_USE enum rc js_scope_load(const struct js_heap *h, jsval v, struct js_scope *s);

#endif
