/*
 * modules - the one list of what the program is made of.
 */
#ifndef MDBISH_MODULES_H
#define MDBISH_MODULES_H

#include "cmd/command.h"

/* NULL-terminated, in the order in which names are looked up. */
extern const struct module *const mdbish_modules[];

#endif
