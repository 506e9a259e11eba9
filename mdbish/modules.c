/*
 * modules - see the header. A new layer with commands is one line here.
 */
#include "mdbish/modules.h"
#include "cmd/core.h"
#include "findobjs/cmds/findobjs.h"
#include "jsheap/cmds/jsheap.h"
#include "target/cmds/native.h"

const struct module *const mdbish_modules[] = {
	&module_core, &module_jsheap, &module_findobjs, &module_native, NULL,
};
