/*
 * repl - lines of commands, from a person or from a file.
 */
#ifndef MDBISH_REPL_H
#define MDBISH_REPL_H

#include "cmd/session.h"

/* The session of the program, in main.c: readline's callbacks take no context. */
extern struct session *the_session;

/* Read lines with readline until the end of input or ::quit. Errors do not end it. */
void repl_interactive(struct session *s);

/* Run the lines of a stream; stops at the first error unless s->keep_going. The first error. */
MUST_USE enum rc repl_stream(struct session *s, FILE *in);

#endif
