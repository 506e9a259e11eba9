/*
 * jsheap - the commands and walkers of this layer.
 */
#ifndef JSHEAP_CMDS_JSHEAP_H
#define JSHEAP_CMDS_JSHEAP_H

#include "cmd/command.h"

extern const struct command cmd_jsprint;
extern const struct command cmd_jsstack;
extern const struct command cmd_isolates, cmd_isolate;
extern const struct command cmd_v8pages;
extern const struct command cmd_v8layout;
extern const struct command cmd_jssource, cmd_jsscripts, cmd_jsclosure;
extern const struct command cmd_v8roots, cmd_v8whatis, cmd_v8map, cmd_v8types, cmd_v8print,
	cmd_v8spaces;
extern const struct command cmd_v8code, cmd_v8selftest;

extern const struct walker walker_jsobject;
extern const struct walker walker_v8object;
extern const struct walker walker_jselement;
extern const struct walker walker_jsprop;

extern const struct module module_jsheap;

#endif
