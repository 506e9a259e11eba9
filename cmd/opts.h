/*
 * opts - inside cmd/: words of the user into the args struct of a command, by its declaration.
 */
#ifndef CMD_OPTS_H
#define CMD_OPTS_H

#include "cmd/lex.h"

#define OPTS_MAX 64

/*
 * Fill a fresh args struct. RC_OK with *args; RC_DONE when --help was asked for; RC_NOMEM; RC_USAGE
 * with *message in `arena`. With `dot` not NULL the user gave no address yet: the first argument
 * is put there, not evaluated, when it looks like an address (`whatis 0x1f`, `x/4gx $rsp`).
 */
MUST_USE enum rc opts_parse(struct session *s, const struct command *c, const struct words *words,
			    struct arena *arena, void **args, const char **dot,
			    const char **message);

/* The option of that long name, or NULL. */
const struct opt *opts_long(const struct command *c, const char *name, size_t len);

#endif
