/*
 * docs - the generated pages: docs/commands.md and docs/mdbish.1, from the declarations alone.
 */
#ifndef MDBISH_DOCS_H
#define MDBISH_DOCS_H

#include "base/str.h"

void docs_markdown(struct str *out);
void docs_man(struct str *out);

#endif
