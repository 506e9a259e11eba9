/*
 * command - how a command is declared.
 *
 * From this one declaration come the REPL, pipelines, --json, ::help, completion, the man page,
 * docs/commands.md and the generic tests. Style: see an existing file in a cmds folder.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "base/arena.h"
#include "cmd/record.h"
#include "target/target.h"

enum needs {
	NEEDS_TARGET = 1,
	NEEDS_V8 = 2, /* implies NEEDS_TARGET; run->heap is set */
	NEEDS_LIVE = 4,
};

enum opt_type {
	OPT_TYPE_END,
	OPT_TYPE_FLAG,
	OPT_TYPE_COUNT,
	OPT_TYPE_STRING,
	OPT_TYPE_ADDR,
	OPT_TYPE_WORDS, /* positional only, the last one: all words that are left */
};

/* An option, or (letter 0 and no long name) a positional argument. The value lands at `offset` in
 * the args struct: bool, uint64_t, const char *, uint64_t, const char *const * (NULL-terminated).
 */
struct opt {
	enum opt_type type;
	char letter;
	const char *name; /* long name; for a positional argument its name in the usage line */
	size_t offset;
	uint64_t otherwise; /* default of a COUNT or ADDR */
	bool positional, required;
	const char *help;
};

#define OPT_FLAG(l, n, T, member, h)                                                              \
	{                                                                                         \
		.type = OPT_TYPE_FLAG, .letter = (l), .name = (n), .offset = offsetof(T, member), \
		.help = (h)                                                                       \
	}
#define OPT_COUNT(l, n, T, member, dflt, h)                                                        \
	{                                                                                          \
		.type = OPT_TYPE_COUNT, .letter = (l), .name = (n), .offset = offsetof(T, member), \
		.otherwise = (dflt), .help = (h)                                                   \
	}
#define OPT_STRING(l, n, T, member, h)                               \
	{                                                            \
		.type = OPT_TYPE_STRING, .letter = (l), .name = (n), \
		.offset = offsetof(T, member), .help = (h)           \
	}
#define OPT_ADDR(l, n, T, member, dflt, h)                                                        \
	{                                                                                         \
		.type = OPT_TYPE_ADDR, .letter = (l), .name = (n), .offset = offsetof(T, member), \
		.otherwise = (dflt), .help = (h)                                                  \
	}
#define ARG_STRING(n, T, member, req, h)                                             \
	{                                                                            \
		.type = OPT_TYPE_STRING, .name = (n), .offset = offsetof(T, member), \
		.positional = true, .required = (req), .help = (h)                   \
	}
#define ARG_COUNT(n, T, member, dflt, req, h)                                           \
	{                                                                               \
		.type = OPT_TYPE_COUNT, .name = (n), .offset = offsetof(T, member),     \
		.otherwise = (dflt), .positional = true, .required = (req), .help = (h) \
	}
#define ARG_ADDR(n, T, member, req, h)                                                     \
	{                                                                                  \
		.type = OPT_TYPE_ADDR, .name = (n), .offset = offsetof(T, member),         \
		.otherwise = NOT_GIVEN, .positional = true, .required = (req), .help = (h) \
	}
#define ARG_WORDS(n, T, member, req, h)                                             \
	{                                                                           \
		.type = OPT_TYPE_WORDS, .name = (n), .offset = offsetof(T, member), \
		.positional = true, .required = (req), .help = (h)                  \
	}
#define OPT_END                      \
	{                            \
		.type = OPT_TYPE_END \
	}

/* The value of a COUNT or ADDR that was not given, where the command must tell. */
#define NOT_GIVEN UINT64_MAX

struct example {
	const char *line, *what;
};
#define EXAMPLE_END \
	{           \
		0   \
	}

struct js_heap; /* jsheap/heap.h; opaque here */
struct session;

/* One execution of a command. Everything in it is lent for that time. */
struct run {
	struct session *session;
	const struct command *command;
	struct target *target; /* NULL where the command does not need one */
	struct js_heap *heap;  /* with NEEDS_V8 */
	struct arena *arena;   /* freed when the whole pipeline has ended */
	struct sink *sink;
	const void *args;
	uint64_t dot; /* the address or value to work on; 0 when has_dot is false */
	bool has_dot;
	bool piped;     /* dot came through a pipe */
	uint64_t count; /* of `ADDR,COUNT`; 1 when not given */
	void *state;    /* the command's own, between begin, run and end */
	enum kind want; /* what is taken from piped rows: command->in, unless begin() changes it */
	bool said;      /* run_error() was called; the runner's own */
};

/*
 * run() is called once; behind a pipe once for each value. begin() and end(), where set, once each
 * around all of them. They return RC_OK, RC_DONE (stop early, fine), or an error, after having said
 * more by run_error() (else the runner says what the rc means). RC_USAGE makes the runner print the
 * usage line. An error of one piped value does not end the pipeline. end() is called wherever
 * begin() was, also after errors, so that it can give memory back.
 *
 * A filter has row() instead of run(): it gets each row as it is, and hands on what it likes with
 * sink_row(r->sink, rec, cells, record_width(rec)). It stands only behind a pipe.
 */
struct command {
	const char *name;           /* "findjsobjects" */
	const char *const *aliases; /* "info threads", ...; NULL-terminated; may be NULL */
	const char *summary;        /* one line, lower case, no full stop */
	const char *help;           /* paragraphs; may be NULL */
	unsigned needs;             /* enum needs */
	enum kind in;               /* what dot is; KIND_NONE: takes none */
	bool dot_required;          /* without a dot: usage error */
	size_t args_size;
	const struct opt *opts;              /* ends with OPT_END; may be NULL */
	const struct record *const *records; /* all that it can put out; NULL-terminated */
	const struct example *examples;      /* ends with EXAMPLE_END */
	enum rc (*begin)(struct run *r);
	enum rc (*run)(struct run *r);
	enum rc (*end)(struct run *r);
	enum rc (*row)(struct run *r, const struct record *rec, const struct cell *cells);
	/* The n-th word that completion offers for arguments, NULL behind the last; may be NULL. Opens
	 * nothing: without a heap (session->heap) it may have none. */
	const char *(*complete)(const struct session *s, size_t n);
};

/* Pulls one value a call, so that walks can be piped and interrupted. */
struct walker {
	const char *name, *summary;
	unsigned needs;
	enum kind in, out; /* in: KIND_NONE for global walks */
	size_t state_size; /* run->state points to that many zeroed bytes during init, next, fini */
	enum rc (*init)(struct run *r);
	enum rc (*next)(struct run *r, uint64_t *value); /* RC_OK with a value; RC_DONE; an error */
	void (*fini)(struct run *r);                     /* may be NULL */
	/* Puts out the row of a value (KIND_JSVAL); NULL: the value alone. */
	enum rc (*emit)(struct run *r, uint64_t value);
};

/* The row of a walker of JavaScript values: `jsobject` with address and constructor. */
extern const struct record walked_object_record;

struct module {
	const char *name;
	const struct command *const *commands; /* NULL-terminated */
	const struct walker *const *walkers;   /* NULL-terminated; may be NULL */
};

/* True once the user pressed ^C: leave loops with RC_INTR. Cheap enough for every thousandth
 * object. */
bool run_interrupted(const struct run *r);

/* Say what failed; gives rc back. In JSON an `error` record, else a line on standard error. The
 * address is printed when it is not 0. Marks the session as failed (exit status 1). */
enum rc run_error(struct run *r, enum rc rc, uint64_t addr, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for something partial that the command went on after: a `warning` record. It does not
 * change the exit status. */
void run_warning(struct run *r, enum rc rc, uint64_t addr, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* run_error from a struct why. */
enum rc run_why(struct run *r, const struct why *why);

/* Progress of a long pass, drawn at most five times a second and only after a second, on standard
 * error when that is a terminal. total 0: not known. Clears itself when the command ends. */
void run_progress(struct run *r, const char *what, uint64_t done, uint64_t total);

#endif
