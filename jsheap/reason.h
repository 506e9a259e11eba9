/*
 * reason - why the process died, in the words that Node or V8 had for it.
 */
#ifndef JSHEAP_REASON_H
#define JSHEAP_REASON_H

#include "target/target.h"

/* One line in the target's arena, "FATAL ERROR: Reached heap limit Allocation failed - ..."; NULL when the
 * stack of the thread that died names no reason that is known. */
const char *js_death_reason(struct target *t);

#endif
