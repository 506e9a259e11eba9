/*
 * expr - inside cmd/: arithmetic on 64-bit unsigned numbers, as in mdb.
 *
 *	0x1f 0t31 0o37 0i11111   31 (hexadecimal, or the radix that the place asks for)
 *	.  <name  $rip  symbol  'ab'   ( )   * % # + - << >> & ^   and in parentheses == != |
 *	-e ~e #e (not)   *e  (pointer), *1 *2 *4 *8 with slashes (that many bytes)
 */
#ifndef CMD_EXPR_H
#define CMD_EXPR_H

#include "cmd/session.h"

struct expr {
	struct session *session;
	struct arena *arena; /* for messages */
	const char *p;       /* moves over the text */
	unsigned radix;      /* of a bare number */
	bool dry;            /* only find where the expression ends: nothing is looked up */
	unsigned depth, parens;
	const char *message;
};

/* Evaluate from e->p as far as an expression goes. RC_OK, or an error with e->message set. */
MUST_USE enum rc expr_parse(struct expr *e, uint64_t *value);

/* The number at the start of `s`: true with its end and value. Prefixes as above. */
bool expr_number(const char *s, unsigned radix, const char **end, uint64_t *value);

#endif
