/*
 * core - the list of the language's own commands.
 */
#include "cmd/core.h"

static const struct command *const commands[] = {
	&cmd_assign, &cmd_commands, &cmd_count, &cmd_echo, &cmd_eval, &cmd_grep,    &cmd_head,
	&cmd_help,   &cmd_map,      &cmd_quit,  &cmd_vars, &cmd_walk, &cmd_walkers, NULL,
};

const struct module module_core = {.name = "core", .commands = commands};
