/*
 * kinds - see the header. V8 added kinds in front of dictionaries three times and never renumbered
 * those in front of them; those behind count from dictionaries. Source: src/objects/elements-kind.h.
 */
#include "jsheap/kinds.h"

#include "jsheap/map.h"

static const char *const first_kinds[] = {"PACKED_SMI", "HOLEY_SMI",     "PACKED",
					  "HOLEY",      "PACKED_DOUBLE", "HOLEY_DOUBLE"};
#define NFIRST (sizeof first_kinds / sizeof first_kinds[0])

/* Between the first ones and dictionaries, by how many there are. */
static const char *const middle_kinds[][7] = {
	[2] = {"PACKED_FROZEN", "HOLEY_FROZEN"},
	[4] = {"PACKED_SEALED", "HOLEY_SEALED", "PACKED_FROZEN", "HOLEY_FROZEN"},
	[6] = {"PACKED_NONEXTENSIBLE", "HOLEY_NONEXTENSIBLE", "PACKED_SEALED", "HOLEY_SEALED",
	       "PACKED_FROZEN", "HOLEY_FROZEN"},
	[7] = {"PACKED_NONEXTENSIBLE", "HOLEY_NONEXTENSIBLE", "PACKED_SEALED", "HOLEY_SEALED",
	       "PACKED_FROZEN", "HOLEY_FROZEN", "SHARED_ARRAY"},
};
#define NMIDDLE (sizeof middle_kinds / sizeof middle_kinds[0])

static const char *const late_kinds[] = {"DICTIONARY", "FAST_SLOPPY_ARGUMENTS",
					 "SLOW_SLOPPY_ARGUMENTS", "FAST_STRING_WRAPPER",
					 "SLOW_STRING_WRAPPER"};
#define NLATE (sizeof late_kinds / sizeof late_kinds[0])

const char *js_elements_kind_name(const struct js_heap *h, unsigned kind)
{
	unsigned dictionary = (unsigned)v8_value(&h->layout, V8_dictionary_elements_kind);

	if (kind < NFIRST && kind < dictionary)
		return first_kinds[kind];
	if (kind >= dictionary)
		return kind - dictionary < NLATE ? late_kinds[kind - dictionary] : "TYPED_ARRAY";
	size_t n = dictionary - NFIRST, i = kind - NFIRST;
	const char *name = n < NMIDDLE ? middle_kinds[n][i] : NULL;
	return name != NULL ? name : "UNKNOWN";
}
