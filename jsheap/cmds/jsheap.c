/*
 * jsheap - the one list of this layer's commands and walkers.
 */
#include "jsheap/cmds/jsheap.h"

static const struct command *const commands[] = {
	&cmd_jsprint,  &cmd_jsstack,   &cmd_isolates,  &cmd_isolate, &cmd_v8pages,    &cmd_v8layout,
	&cmd_jssource, &cmd_jsscripts, &cmd_jsclosure, &cmd_v8roots, &cmd_v8whatis,   &cmd_v8map,
	&cmd_v8types,  &cmd_v8print,   &cmd_v8spaces,  &cmd_v8code,  &cmd_v8selftest, NULL,
};

static const struct walker *const walkers[] = {
	&walker_jsobject, &walker_v8object, &walker_jselement, &walker_jsprop, NULL,
};

const struct module module_jsheap = {.name = "jsheap", .commands = commands, .walkers = walkers};
