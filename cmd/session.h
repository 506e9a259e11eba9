/*
 * session - what lasts from one command to the next: the target, the heap, the selected thread and
 * frame, dot, variables, where output goes.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include "cmd/command.h"

#include <signal.h>
#include <stdio.h>

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* A variable of the language, `<name`. */
struct variable {
	struct variable *next;
	const char *name;
	uint64_t value;
};

/* What ::status takes from the layers that know V8; unset members are null in the record. */
struct status_js {
	bool has_isolates;
	uint64_t isolates;
	const char *reason; /* the fatal message; lives as long as the target; NULL: none found */
	const char *node, *v8;  /* versions, where the layer knows them better; else NULL */
	const char *layout;     /* the layout file that stands for V8's binary; NULL: none needed */
	bool layout_by_version; /* that file is of another build of the same version */
};

/* run_progress() keeps its clock here. */
struct progress {
	uint64_t started, drawn; /* CLOCK_MONOTONIC, milliseconds; 0: not yet */
};

struct session {
	const struct module *const *modules; /* NULL-terminated, in order of look-up */
	struct target *target;               /* NULL: none opened */
	struct js_heap *heap;                /* NULL until first needed */
	/* Opens the heap of the target on first need; set by mdbish/, since cmd/ knows no V8.
	 * Returns the rc and fills why. Called once; its failure is remembered. */
	enum rc (*open_heap)(struct session *s, struct why *why);
	bool heap_tried;
	struct why heap_why;
	/* The isolate that a thread is in; false when none is known. May be NULL. */
	bool (*thread_isolate)(struct session *s, pid_t thread, uint64_t *isolate);
	/* Fills what the V8 layers know for ::status, without opening a heap at great cost; may be
	 * NULL. Whatever it leaves zeroed stays null. */
	void (*status_js)(struct session *s, struct status_js *js);
	/* Puts what V8 keeps at an address of its heap, for ::whatis; false when it is in none, or
	 * the heap cannot be opened. May be NULL. */
	bool (*heap_object)(struct session *s, uint64_t addr, struct str *out);

	pid_t thread;     /* selected thread id; 0: the first one */
	uint64_t isolate; /* number of the selected isolate plus 1; 0: all of them */
	uint64_t frame;   /* selected frame index */
	uint64_t dot;
	unsigned jobs; /* threads of the big passes, at least 1 */
	bool json, quiet, verbose, keep_going;
	enum color color;
	FILE *out, *err;
	bool failed;                        /* some command or row failed: exit status 1 */
	bool quit;                          /* ::quit was run */
	bool no_shell;                      /* refuse `! command` */
	bool closed;                        /* nobody reads our output any more (EPIPE) */
	volatile sig_atomic_t *interrupted; /* set by the handler of SIGINT */
	struct arena arena;
	struct variable *variables;
	struct progress progress;
	unsigned depth; /* session_line() running inside commands */
};

/* Release the heap-independent parts. Whoever opened target and heap closes them. */
void session_free(struct session *s);

/* Open the heap of the target if that was not tried yet. RC_OK, or why there is none. */
MUST_USE enum rc session_heap(struct session *s, struct why *why);

/* A line on standard error, or in JSON an `error` or `warning` record, outside of any command.
 * session_error marks the session as failed and gives rc back. */
enum rc session_error(struct session *s, enum rc rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void session_warning(struct session *s, enum rc rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Set a variable: RC_OK, RC_NOMEM, RC_USAGE for a name that is none or too many variables. */
MUST_USE enum rc session_set(struct session *s, const char *name, uint64_t value);
/* The variable's value, or NULL. */
const uint64_t *session_get(const struct session *s, const char *name, size_t len);

/* Evaluate an expression of the language; a bare number has this radix. RC_OK, or an error that
 * `*message` (in `arena`) tells in words. */
MUST_USE enum rc session_eval(struct session *s, const char *text, unsigned radix, uint64_t *value,
			      struct arena *arena, const char **message);

/* Parse and run one line of the language (statements separated by ';' or newline). RC_OK, or the
 * first error; messages have been printed. */
enum rc session_line(struct session *s, const char *line);

/* The command or walker of that name or alias; NULL when there is none. */
const struct command *session_command(const struct session *s, const char *name);
const struct walker *session_walker(const struct session *s, const char *name);

/* The selected thread; NULL when the target has none. */
const struct thread *session_thread(const struct session *s);

/* Usage line and the full help text of a command, generated from its declaration. */
void command_usage(const struct command *c, struct str *out);
void command_help(const struct command *c, struct str *out);

/* Completions of a line up to its end, for readline: each call gives the next one in malloc'ed
 * memory or NULL. `state` starts at 0. */
char *session_complete(const struct session *s, const char *line, size_t word_start, int state);

#endif
