/*
 * repl - see the header. History is kept in $XDG_STATE_HOME/mdbish/history when that variable is
 * set, else in ~/.mdbish_history, readable by its owner only: commands may quote data of a target.
 */
#include "mdbish/repl.h"

#include <ctype.h>
#include <errno.h>
#include <readline/history.h>
#include <readline/readline.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HISTORY_LINES 2000

static char *complete_one(const char *text, int state)
{
	char *line = strndup(rl_line_buffer, (size_t)rl_point);
	size_t start = (size_t)rl_point - strlen(text);
	char *word;

	if (line == NULL)
		return NULL;
	word = session_complete(the_session, line, start, state);
	free(line);
	return word;
}

static char **complete(const char *text, int start, int end)
{
	(void)start;
	(void)end;
	rl_attempted_completion_over = 1; /* no file names */
	return rl_completion_matches(text, complete_one);
}

/* ^C at the prompt: drop the line that was typed, stay in the program. */
static int on_signal(void)
{
	if (the_session->interrupted == NULL || !*the_session->interrupted)
		return 0;
	*the_session->interrupted = 0;
	rl_crlf();
	rl_replace_line("", 0);
	rl_on_new_line();
	rl_redisplay();
	return 0;
}

/* The history file's path in malloc'ed memory, its folder made; NULL: none. */
static char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path = NULL, *folder = NULL;

	if (state != NULL && *state == '/') {
		if (asprintf(&folder, "%s/mdbish", state) < 0)
			return NULL;
		mkdir(state, 0700);
		mkdir(folder, 0700);
		if (asprintf(&path, "%s/history", folder) < 0)
			path = NULL;
		free(folder);
		return path;
	}
	if (home == NULL || *home == '\0' || asprintf(&path, "%s/.mdbish_history", home) < 0)
		return NULL;
	return path;
}

static void load_history(const char *path)
{
	using_history();
	stifle_history(HISTORY_LINES);
	if (path != NULL)
		read_history(path);
}

static void save_history(const char *path)
{
	mode_t mask;

	if (path == NULL)
		return;
	mask = umask(0077);
	/* A home that cannot be written to is no reason to complain on the way out. */
	if (write_history(path) == 0)
		chmod(path, 0600);
	umask(mask);
}

static void remember(const char *line)
{
	HIST_ENTRY *last =
		history_length > 0 ? history_get(history_base + history_length - 1) : NULL;

	if (last == NULL || strcmp(last->line, line) != 0)
		add_history(line);
}

static bool is_empty(const char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	return *line == '\0';
}

void repl_interactive(struct session *s)
{
	char *path = history_path();
	char *line;

	rl_readline_name = "mdbish";
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = " \t\n;|!";
	rl_signal_event_hook = on_signal;
	load_history(path);
	while (!s->quit && !s->closed && (line = readline("> ")) != NULL) {
		if (s->interrupted != NULL)
			*s->interrupted = 0;
		if (!is_empty(line)) {
			remember(line);
			(void)session_line(s, line);
		}
		free(line);
	}
	if (!s->quit && !s->closed)
		fputc('\n', s->out); /* the shell's prompt begins a line of its own after ^D */
	save_history(path);
	free(path);
}

enum rc repl_stream(struct session *s, FILE *in)
{
	enum rc first = RC_OK;
	char *line = NULL;
	size_t size = 0;

	while (!s->quit && !s->closed && getline(&line, &size, in) >= 0) {
		enum rc rc = session_line(s, line);

		if (rc != RC_OK && first == RC_OK)
			first = rc;
		if (rc == RC_INTR || (rc != RC_OK && !s->keep_going))
			break;
	}
	if (ferror(in) && first == RC_OK)
		first = session_error(s, RC_OS, "cannot read the commands");
	free(line);
	return first;
}
