/*
 * layout_source - the two sources of a layout: V8's binary, and a layout file that was exported from
 * it (private to jsheap/).
 */
#ifndef JSHEAP_LAYOUT_SOURCE_H
#define JSHEAP_LAYOUT_SOURCE_H

#include "jsheap/layout.h"

/* Fill everything of the layout but its fields. RC_OK; RC_UNSUP with why when the target's files do
 * not tell; RC_NOMEM. */
MUST_USE enum rc v8_layout_from_elf(struct target *t, struct v8_layout *l, struct why *why);

/* The same from the layout files in t->layout_dirs: the one of the build-id of an objfile, else one
 * of the version that the process' memory tells. RC_UNSUP when there is none; why is then left alone
 * unless a file was found that cannot be used. */
MUST_USE enum rc v8_layout_from_files(struct target *t, struct v8_layout *l, struct why *why);

/* "mdbish_layout" of the files that this program reads and writes. */
#define V8_LAYOUT_FORMAT 1

/* Numbers that V8 could have. */
static inline bool v8_version_valid(const struct v8_version *v)
{
	return v->major >= 1 && v->major <= 200 && v->minor >= 0 && v->minor <= 200 &&
	       v->build >= 0 && v->patch >= 0;
}

#endif
