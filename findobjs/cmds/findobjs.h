/*
 * findobjs - the commands of this layer.
 */
#ifndef FINDOBJS_CMDS_FINDOBJS_H
#define FINDOBJS_CMDS_FINDOBJS_H

#include "cmd/command.h"

extern const struct command cmd_findjsobjects;
extern const struct module module_findobjs;

#endif
