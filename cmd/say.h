/*
 * say - inside cmd/: messages of the program and of commands, and the line that shows progress.
 */
#ifndef CMD_SAY_H
#define CMD_SAY_H

#include "cmd/session.h"
#include "cmd/sink.h"

#include <stdarg.h>

struct say {
	enum rc rc;
	const char *command; /* NULL: the program itself */
	uint64_t addr;       /* 0: none */
	bool warning;
};

extern const struct record record_error, record_warning, record_help;

/* One message: a line on standard error, or in JSON a record. What the rc means is added where the
 * text leaves it open. */
void session_say(struct session *s, const struct say *say, const char *fmt, va_list ap);

/* Wipe the progress line, if one is drawn, and start anew with the next command. */
void progress_clear(struct session *s);
void progress_reset(struct session *s);

#endif
