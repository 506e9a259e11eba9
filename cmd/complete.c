/*
 * complete - what may stand at the end of a line: commands, walkers, options, for the word that
 * readline hands over. The word may be `::fi`, `0x1f::fi`, `find`, `-` or the argument of ::walk
 * and ::help.
 */
#include "cmd/lex.h"
#include "cmd/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct completion {
	const struct session *s;
	const char *prefix; /* put back before each candidate: `0x1f::` */
	size_t prefix_len;
	const char *stub; /* what the candidate must start with */
	size_t drop;      /* bytes of the candidate that stand on the line before the word */
	int skip;         /* candidates before the one wanted */
};

static char *offer(struct completion *c, const char *name)
{
	char *text = NULL;

	if (strncmp(name, c->stub, strlen(c->stub)) != 0 || strlen(name) <= c->drop ||
	    c->skip-- > 0)
		return NULL;
	if (asprintf(&text, "%.*s%s", (int)c->prefix_len, c->prefix, name + c->drop) < 0)
		return NULL;
	return text;
}

/* Names, and where no `::` stands the gdb words too. */
static char *offer_commands(struct completion *c, bool aliases)
{
	for (const struct module *const *m = c->s->modules; m != NULL && *m != NULL; m++) {
		for (const struct command *const *k = (*m)->commands; k != NULL && *k != NULL;
		     k++) {
			char *text = offer(c, (*k)->name);

			for (const char *const *a = (*k)->aliases;
			     aliases && text == NULL && a != NULL && *a != NULL; a++)
				text = offer(c, *a);
			if (text != NULL)
				return text;
		}
	}
	return NULL;
}

static char *offer_walkers(struct completion *c)
{
	for (const struct module *const *m = c->s->modules; m != NULL && *m != NULL; m++) {
		for (const struct walker *const *w = (*m)->walkers; w != NULL && *w != NULL; w++) {
			char *text = offer(c, (*w)->name);

			if (text != NULL)
				return text;
		}
	}
	return NULL;
}

static char *offer_options(struct completion *c, const struct command *command)
{
	char option[80];

	for (const struct opt *o = command->opts; o != NULL && o->type != OPT_TYPE_END; o++) {
		char *text;

		if (o->positional)
			continue;
		if (o->name != NULL)
			snprintf(option, sizeof option, "--%s", o->name);
		else
			snprintf(option, sizeof option, "-%c", o->letter);
		if ((text = offer(c, option)) != NULL)
			return text;
	}
	return offer(c, "--help");
}

/* Words that the command itself knows. */
static char *offer_arguments(struct completion *c, const struct command *command)
{
	const char *word;

	for (size_t n = 0; (word = command->complete(c->s, n)) != NULL; n++) {
		char *text = offer(c, word);

		if (text != NULL)
			return text;
	}
	return NULL;
}

/* The command that the stage starts with, and where its arguments begin. */
static const struct command *stage_command(const struct session *s, const char *stage,
					   const char **rest)
{
	const char *p = strstr(stage, "::");
	char name[64];
	size_t n = 0;

	p = p != NULL ? p + 2 : stage;
	while (n < sizeof name - 1 && is_name_char(p[n])) {
		name[n] = p[n];
		n++;
	}
	name[n] = '\0';
	*rest = p + n;
	return session_command(s, name);
}

char *session_complete(const struct session *s, const char *line, size_t word_start, int state)
{
	struct completion c = {.s = s, .skip = state};

	if (word_start > strlen(line))
		return NULL;
	const char *word = line + word_start, *stage = lex_last_stage(line), *rest;
	const char *colons = strstr(word, "::");

	c.prefix = c.stub = word;
	if (colons != NULL) {
		c.stub = colons + 2;
		c.prefix_len = (size_t)(c.stub - word);
		return offer_commands(&c, false);
	}
	if (word <= stage)
		return offer_commands(&c, true);
	const struct command *command = stage_command(s, stage, &rest);
	if (command == NULL || word < rest) {
		/* The second word of a gdb word: `info th`. */
		c.stub = stage;
		c.drop = (size_t)(word - stage);
		return offer_commands(&c, true);
	}
	if (*word == '-')
		return offer_options(&c, command);
	if (strcmp(command->name, "walk") == 0)
		return offer_walkers(&c);
	if (strcmp(command->name, "help") == 0)
		return offer_commands(&c, true);
	if (command->complete != NULL)
		return offer_arguments(&c, command);
	return NULL;
}
