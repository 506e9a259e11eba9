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

struct session {
	const struct module *const *modules; /* NULL-terminated, in order of look-up */
	struct target *target;               /* NULL: none opened */
	struct js_heap *heap;                /* NULL until first needed */
	/* Opens the heap of the target on first need; set by mdbish/, since cmd/ knows no V8.
	 * Returns the rc and fills why. Called once; its failure is remembered. */
	enum rc (*open_heap)(struct session *s, struct why *why);
	bool heap_tried;
	struct why heap_why;

	pid_t thread;   /* selected thread id; 0: the first one */
	uint64_t frame; /* selected frame index */
	uint64_t dot;
	unsigned jobs; /* threads of the big passes, at least 1 */
	bool json, quiet, verbose, keep_going;
	enum color color;
	FILE *out, *err;
	bool failed;                        /* some command or row failed: exit status 1 */
	bool quit;                          /* ::quit was run */
	volatile sig_atomic_t *interrupted; /* set by the handler of SIGINT */
	struct arena arena;
};

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
