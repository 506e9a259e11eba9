/*
 * path - from a value to a member of it by a path as one would write it: a.b[0]["odd key"].
 */
#ifndef JSHEAP_PATH_H
#define JSHEAP_PATH_H

#include "jsheap/heap.h"

/* RC_OK with *member; RC_USAGE when the path makes no sense, RC_DONE when a member is not there
 * (then *member is the object that lacks it); `why` says so. Doubles kept unboxed in arrays are
 * RC_UNSUP. */
MUST_USE enum rc js_path(const struct js_heap *h, jsval v, const char *path, jsval *member,
			 struct why *why);

#endif
