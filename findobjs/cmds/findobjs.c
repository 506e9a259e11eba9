/*
 * findobjs - the one list of this layer's commands.
 */
#include "findobjs/cmds/findobjs.h"

static const struct command *const commands[] = {&cmd_findjsobjects, NULL};

const struct module module_findobjs = {.name = "findobjs", .commands = commands};
