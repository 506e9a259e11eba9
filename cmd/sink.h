/*
 * sink - inside cmd/: what every kind of sink has in common, and how the two final ones are made.
 */
#ifndef CMD_SINK_H
#define CMD_SINK_H

#include "cmd/record.h"

#include <signal.h>
#include <stdio.h>

struct sink_ops {
	enum rc (*row)(struct sink *s, const struct record *rec, const struct cell *cells);
	void (*heading)(struct sink *s, const char *text); /* may be NULL */
	enum rc (*flush)(struct sink *s);                  /* may be NULL */
	void (*free)(struct sink *s);                      /* may be NULL */
};

struct sink {
	const struct sink_ops *ops;
	bool text, json;
	const volatile sig_atomic_t *interrupted; /* NULL: never */
	int error;                                /* errno of the write that failed; 0: none */
};

/* Aligned text, and JSON lines, to a stdio stream that the caller closes. NULL without memory. */
struct sink *sink_text_new(FILE *out, bool color);
struct sink *sink_json_new(FILE *out);

/* Write out what is held back. RC_OK or RC_OS. */
MUST_USE enum rc sink_flush(struct sink *s);

/* NULL is fine. */
void sink_free(struct sink *s);

/* One cell as a person reads it. Whatever a terminal would act on is escaped; with `lines`
 * newlines and tabs stay. */
void cell_text(struct str *out, const struct col *col, const struct cell *cell, bool lines);

/* One row as a JSON object, without a newline. */
void row_json(struct str *out, const struct record *rec, const struct cell *cells);

/* The first column of the kind; addresses and tagged words stand in for each other. -1: none. */
int record_column(const struct record *rec, enum kind want);

/* UTF-8 text with control characters and broken sequences escaped, as cell_text does. */
void text_safe(struct str *out, const char *s, size_t len, bool lines);

/* All of it to the stream: RC_OK or RC_OS. */
MUST_USE enum rc stream_write(FILE *out, const struct str *text);

#endif
