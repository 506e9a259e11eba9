/*
 * record - typed rows, the only thing that commands put out.
 *
 * A record type has a name (the "type" of a JSON line) and columns. A row is an array of cells in
 * the order of the columns. Sinks turn rows into aligned text or JSON lines, pipes hand them on:
 * the first column whose kind is what the next command wants is what it gets.
 */
#ifndef CMD_RECORD_H
#define CMD_RECORD_H

#include "base/rc.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a piped value is. */
enum kind {
	KIND_NONE,
	KIND_ADDR,   /* an address in the target */
	KIND_JSVAL,  /* a tagged V8 word; accepts a KIND_ADDR as well */
	KIND_THREAD, /* a thread id */
	KIND_ANY,    /* commands only: whatever the row has, in the order of its columns */
};

enum col_type {
	COL_UINT, /* a count; in text with thousands separators */
	COL_INT,
	COL_SIZE,   /* bytes; in text with units */
	COL_ADDR,   /* kind ADDR */
	COL_JSVAL,  /* kind JSVAL; shown as an address */
	COL_THREAD, /* kind THREAD */
	COL_STR,
	COL_STRS, /* a list of strings; in text joined by ", " */
	COL_BOOL,
	COL_DOUBLE,
	COL_JSON, /* JSON text made by the command */
};

enum col_flags {
	COL_JSON_ONLY = 1, /* not in text */
	COL_TEXT_ONLY = 2, /* not in JSON */
	COL_LEFT = 4,      /* text: flush left (numbers and addresses are flush right) */
};

struct col {
	const char *name; /* the JSON key; its upper case is the table heading */
	enum col_type type;
	unsigned flags;      /* enum col_flags */
	const char *heading; /* text heading where it differs; NULL */
};

#define COL_END   \
	{         \
		0 \
	}

enum layout {
	LAYOUT_TABLE,  /* aligned columns under one header line */
	LAYOUT_LINES,  /* the text columns of a row joined by one space, no header */
	LAYOUT_FIELDS, /* one "name: value" line a column, for a single thing */
};

struct record {
	const char *type; /* "jsobjects" */
	enum layout layout;
	const struct col *cols; /* ends with COL_END */
};

struct cell {
	enum { CELL_NULL, CELL_U64, CELL_I64, CELL_F64, CELL_STR, CELL_STRS } tag;
	union {
		uint64_t u;
		int64_t i;
		double f;
		const char *s;           /* borrowed until row() returns */
		const char *const *strs; /* borrowed, `len` of them */
	};
	size_t len; /* bytes of s; number of strs */
};

/* Cells from plain values: row(sink, &rec, A(addr), U(count), S(name), NUL). */
#define U(v) \
	((struct cell){.tag = CELL_U64, .u = (v)}) /* UINT, SIZE, ADDR, JSVAL, BOOL, THREAD \
						    */
#define I(v) ((struct cell){.tag = CELL_I64, .i = (v)})
#define A(v) U(v)
#define B(v) U((v) ? 1 : 0)
#define D(v) ((struct cell){.tag = CELL_F64, .f = (v)})
#define NUL  ((struct cell){.tag = CELL_NULL})
/* A string, NULL becomes null; SN takes its length in bytes. COL_JSON cells are strings too. */
#define S(v)     cell_str(v)
#define SN(v, n) ((struct cell){.tag = CELL_STR, .s = (v), .len = (n)})
#define SS(v, n) ((struct cell){.tag = CELL_STRS, .strs = (v), .len = (n)})

struct cell cell_str(const char *s);

/* Number of columns before COL_END. */
size_t record_width(const struct record *r);

struct sink; /* where rows go: text, JSON lines, the next command */

/* Send a row. RC_OK; RC_DONE when the consumer wants no more (stop, without an error); RC_INTR
 * after ^C; RC_OS when the output is closed. The number of cells must equal the number of columns
 * (asserted). */
#define row(sink, rec, ...)                                   \
	sink_row((sink), (rec), (struct cell[]){__VA_ARGS__}, \
		 sizeof((struct cell[]){__VA_ARGS__}) / sizeof(struct cell))
MUST_USE enum rc sink_row(struct sink *s, const struct record *rec, const struct cell *cells,
			  size_t n);

/* A line for people between rows ("thread 4242 "node""): text only, dropped in JSON and in pipes.
 */
void sink_heading(struct sink *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* True when rows end up as text on a terminal or file (so that costly text columns may be left
 * out). */
bool sink_is_text(const struct sink *s);
bool sink_is_json(const struct sink *s);

#endif
