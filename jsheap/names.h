/*
 * names - constructor names of objects, as V8's own heap snapshot gives them.
 */
#ifndef JSHEAP_NAMES_H
#define JSHEAP_NAMES_H

#include "jsheap/map.h"

/* The constructor name of an object in arena memory; NULL when none can be told. Costs some dozen
 * reads: ask once a map, unless its objects keep their properties in dictionaries. */
const char *js_constructor_name(const struct js_heap *h, jsval v, struct arena *a);

#endif
