/*
 * layout - layout files: where they are looked for, and `mdbish layout export`.
 */
#ifndef MDBISH_LAYOUT_H
#define MDBISH_LAYOUT_H

#include "base/arena.h"

/* Where layout files are looked for, NULL-terminated, in this order: `named` (--layouts; may be
 * NULL), $MDBISH_LAYOUTS, the folder that was installed with the program. NULL when memory is out. */
const char *const *layout_dirs(struct arena *a, const char *named);

/* mdbish layout export [-o FILE] EXECUTABLE|CORE; returns the exit status. */
int main_layout(int argc, char **argv);

#endif
