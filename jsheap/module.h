/*
 * module - what modules export.
 */
#ifndef JSHEAP_MODULE_H
#define JSHEAP_MODULE_H

#include "jsheap/heap.h"

bool js_is_namespace(const struct js_heap *h, jsval v);

/* The value that a module namespace (`import * as ns`) has under a name: a hole as long as the
 * variable is not initialized. RC_DONE when v is no namespace or has no such export; RC_BAD,
 * RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_module_export(const struct js_heap *h, jsval v, jsval name, jsval *value);

#endif
