/*
 * help, commands, walkers - what there is and how it is used.
 */
#include "cmd/core.h"
#include "cmd/lex.h"
#include "cmd/say.h"
#include "cmd/session.h"

#include <stdlib.h>
#include <string.h>

static const char intro[] =
	"A line is a command, or a pipe of commands: the first address of each row goes on:\n"
	"\n"
	"  ADDR ::command -option value | ::command ! shell command\n"
	"\n"
	"  ::commands           all commands         ::help COMMAND    one of them, with examples\n"
	"  ::walkers            what can be walked   ::walk NAME       its values, one a line\n"
	"  ::status             what is open         ::quit            leave (also q, ^D)\n"
	"\n"
	"The name alone works too (findjsobjects), and so do the words of gdb (bt, info threads,\n"
	"thread 2, info registers, x/4gx ADDR). Several commands on a line are separated by ';'.\n"
	"\n"
	"Numbers: 0x1f 0t31 0o37 0i11111; a bare number is hexadecimal where an address is meant "
	"and\n"
	"decimal where a count is meant. Values: . (the last address), $rip or <rip (registers),\n"
	"<name (variables, set by `ADDR > name`), symbols, + - * % ( ) and *ADDR (what is stored\n"
	"there); % divides, as in mdb. ADDR/X prints memory, ADDR=X the number itself.\n"
	"\n"
	"TAB completes commands and options; ^C stops a command.";

struct help_args {
	const char *const *words;
};

static const struct opt help_opts[] = {
	ARG_WORDS("command", struct help_args, words, false, "the command, or a word of gdb"),
	OPT_END,
};
static const struct record *const help_records[] = {&record_help, NULL};
static const struct example help_examples[] = {
	{"::help walk", "what ::walk does"},
	{"help info threads", "which command a word of gdb stands for"},
	EXAMPLE_END,
};

static enum rc help_run(struct run *r)
{
	const struct help_args *a = r->args;
	struct str name = STR_INIT, text = STR_INIT;
	const struct command *c;
	enum rc rc;

	if (a->words[0] == NULL)
		return row(r->sink, &record_help, S(intro));
	for (size_t i = 0; a->words[i] != NULL; i++)
		str_printf(&name, "%s%s", i != 0 ? " " : "", a->words[i]);
	const char *wanted = str_text(&name);
	c = session_command(r->session, wanted + (strncmp(wanted, "::", 2) == 0 ? 2 : 0));
	if (c == NULL) {
		rc = run_error(r, RC_BAD, 0, "%s", unknown_command(r->session, r->arena, wanted));
	} else {
		command_help(c, &text);
		if (text.n != 0 && text.s[text.n - 1] == '\n')
			text.n--;
		rc = row(r->sink, &record_help, SN(str_text(&text), text.n));
	}
	str_free(&name);
	str_free(&text);
	return rc;
}

static const char *const help_aliases[] = {"h", "apropos", NULL};
const struct command cmd_help = {
	.name = "help",
	.aliases = help_aliases,
	.summary = "explain the language, or one command",
	.args_size = sizeof(struct help_args),
	.opts = help_opts,
	.records = help_records,
	.examples = help_examples,
	.run = help_run,
};

static const struct col command_cols[] = {
	{"name", COL_STR, 0, "COMMAND"},
	{"summary", COL_STR, 0, NULL},
	{"aliases", COL_STRS, 0, "ALSO"},
	{"module", COL_STR, COL_JSON_ONLY, NULL},
	COL_END,
};
static const struct record command_record = {"command", LAYOUT_TABLE, command_cols};
static const struct record *const command_records[] = {&command_record, NULL};
static const struct example command_examples[] = {
	{"::commands ! grep thread", "the commands about threads"},
	EXAMPLE_END,
};

struct listed {
	const struct command *command;
	const char *module;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->command->name,
		      ((const struct listed *)b)->command->name);
}

static struct listed *all_commands(struct run *r, size_t *n)
{
	struct listed *list;

	*n = 0;
	for (const struct module *const *m = r->session->modules; *m != NULL; m++)
		for (const struct command *const *c = (*m)->commands; *c != NULL; c++)
			++*n;
	list = arena_array(r->arena, *n, sizeof *list);
	if (list == NULL)
		return NULL;
	*n = 0;
	for (const struct module *const *m = r->session->modules; *m != NULL; m++)
		for (const struct command *const *c = (*m)->commands; *c != NULL; c++)
			list[(*n)++] = (struct listed){*c, (*m)->name};
	qsort(list, *n, sizeof *list, by_name);
	return list;
}

static enum rc commands_run(struct run *r)
{
	static const char *const none[1];
	size_t n;
	struct listed *list = all_commands(r, &n);

	if (list == NULL)
		return RC_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const char *const *aliases = list[i].command->aliases;
		size_t count = 0;

		while (aliases != NULL && aliases[count] != NULL)
			count++;
		TRY(row(r->sink, &command_record, S(list[i].command->name),
			S(list[i].command->summary), SS(count != 0 ? aliases : none, count),
			S(list[i].module)));
	}
	return RC_OK;
}

static const char *const commands_aliases[] = {"dcmds", NULL};
const struct command cmd_commands = {
	.name = "commands",
	.aliases = commands_aliases,
	.summary = "list all commands",
	.records = command_records,
	.examples = command_examples,
	.run = commands_run,
};

static const struct col walker_cols[] = {
	{"name", COL_STR, 0, "WALKER"},
	{"summary", COL_STR, 0, NULL},
	{"module", COL_STR, COL_JSON_ONLY, NULL},
	COL_END,
};
static const struct record walker_record = {"walker", LAYOUT_TABLE, walker_cols};
static const struct record *const walker_records[] = {&walker_record, NULL};

static enum rc walkers_run(struct run *r)
{
	for (const struct module *const *m = r->session->modules; *m != NULL; m++)
		for (const struct walker *const *w = (*m)->walkers; w != NULL && *w != NULL; w++)
			TRY(row(r->sink, &walker_record, S((*w)->name), S((*w)->summary),
				S((*m)->name)));
	return RC_OK;
}

const struct command cmd_walkers = {
	.name = "walkers",
	.summary = "list what ::walk can walk",
	.records = walker_records,
	.run = walkers_run,
};
