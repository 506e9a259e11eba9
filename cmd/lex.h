/*
 * lex - inside cmd/: one statement of the language taken apart, not yet run.
 *
 *	EXPR , COUNT ::name words | ::name words ! shell words ;
 *
 * What a statement means depends on the commands that exist (a bare word may be a command, or the
 * two words "info threads"), so the session is asked; no value is computed here.
 */
#ifndef CMD_LEX_H
#define CMD_LEX_H

#include "cmd/session.h"

#include <stdbool.h>
#include <stddef.h>

struct word {
	const char *s;
	bool quoted; /* some part of it was: never an option, never an expression */
};

struct words {
	const struct word *at;
	size_t n;
};

struct stage_text {
	const struct command *command;
	const char *name; /* as the user wrote it */
	struct words words;
	bool bare; /* a command by its name alone, as in gdb: its first word may be the address */
};

#define STAGES_MAX 16

struct statement {
	const char *expr; /* NULL: none */
	const char *count;
	struct stage_text stages[STAGES_MAX];
	size_t nstages;
	const char *shell; /* what stands behind `!`; NULL: none */
};

/*
 * Take the next statement from *line and move *line behind it. All memory is from `arena`. RC_OK
 * (perhaps with nothing in the statement), RC_DONE at the end of the line, RC_NOMEM, or RC_USAGE
 * with `*message` set; *line stands behind the statement then too.
 */
MUST_USE enum rc lex_statement(struct session *s, const char **line, struct arena *arena,
			       struct statement *st, const char **message);

/* Where the stage that holds the end of the line starts (behind the last `|` or `;` outside of
 * quotes), for completion. */
const char *lex_last_stage(const char *line);

/* The sentence for a word that is no command, with the nearest name when one is near. */
const char *unknown_command(const struct session *s, struct arena *arena, const char *name);

/* Does an alias start with these bytes? */
bool begins_alias(const struct session *s, const char *text, size_t len);

/* Letters and digits of which command names are made. */
bool is_name_char(char c);

#endif
