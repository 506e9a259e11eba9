/*
 * core - the commands of the language itself.
 */
#ifndef CMD_CORE_H
#define CMD_CORE_H

#include "cmd/command.h"

extern const struct module module_core;

extern const struct command cmd_help, cmd_commands, cmd_walkers, cmd_walk, cmd_echo, cmd_quit,
	cmd_head, cmd_count, cmd_eval, cmd_assign, cmd_vars, cmd_grep, cmd_map;

#endif
