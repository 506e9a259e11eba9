/*
 * session - look-up of commands, variables and the heap; the messages of the program.
 */
#include "cmd/session.h"
#include "cmd/lex.h"
#include "cmd/say.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define VARIABLES_MAX 10000

void session_free(struct session *s)
{
	arena_free(&s->arena);
	s->variables = NULL;
}

static bool has_name(const struct command *c, const char *name)
{
	if (strcmp(c->name, name) == 0)
		return true;
	for (const char *const *a = c->aliases; a != NULL && *a != NULL; a++)
		if (strcmp(*a, name) == 0)
			return true;
	return false;
}

const struct command *session_command(const struct session *s, const char *name)
{
	for (const struct module *const *m = s->modules; m != NULL && *m != NULL; m++)
		for (const struct command *const *c = (*m)->commands; c != NULL && *c != NULL; c++)
			if (has_name(*c, name))
				return *c;
	return NULL;
}

const struct walker *session_walker(const struct session *s, const char *name)
{
	for (const struct module *const *m = s->modules; m != NULL && *m != NULL; m++)
		for (const struct walker *const *w = (*m)->walkers; w != NULL && *w != NULL; w++)
			if (strcmp((*w)->name, name) == 0)
				return *w;
	return NULL;
}

const struct thread *session_thread(const struct session *s)
{
	const struct thread *th = NULL;

	if (s->target == NULL || s->target->nthreads == 0)
		return NULL;
	if (s->thread != 0)
		th = target_thread(s->target, s->thread);
	return th != NULL ? th : &s->target->threads[0];
}

enum rc session_heap(struct session *s, struct why *why)
{
	if (s->heap != NULL)
		return RC_OK;
	if (!s->heap_tried) {
		s->heap_tried = true;
		if (s->open_heap == NULL || s->target == NULL)
			(void)why_set(&s->heap_why, RC_UNSUP, 0,
				      "there is no V8 heap to look into");
		else if (s->open_heap(s, &s->heap_why) == RC_OK)
			return RC_OK;
		else
			s->heap = NULL;
	}
	*why = s->heap_why;
	return why->rc != RC_OK ? why->rc : RC_BAD;
}

static bool is_variable_name(const char *name)
{
	size_t n = 0;

	while (isalnum((unsigned char)name[n]) || name[n] == '_')
		n++;
	return n != 0 && n < 128 && name[n] == '\0';
}

static struct variable *find_variable(const struct session *s, const char *name, size_t len)
{
	for (struct variable *v = s->variables; v != NULL; v = v->next)
		if (strlen(v->name) == len && memcmp(v->name, name, len) == 0)
			return v;
	return NULL;
}

enum rc session_set(struct session *s, const char *name, uint64_t value)
{
	struct variable *v = find_variable(s, name, strlen(name));
	size_t n = 0;

	if (v == NULL) {
		for (const struct variable *o = s->variables; o != NULL; o = o->next)
			n++;
		if (!is_variable_name(name) || n >= VARIABLES_MAX)
			return RC_USAGE;
		v = arena_alloc(&s->arena, sizeof *v);
		if (v == NULL || (v->name = arena_strdup(&s->arena, name)) == NULL)
			return RC_NOMEM;
		v->next = s->variables;
		s->variables = v;
	}
	v->value = value;
	return RC_OK;
}

const uint64_t *session_get(const struct session *s, const char *name, size_t len)
{
	const struct variable *v = find_variable(s, name, len);

	return v != NULL ? &v->value : NULL;
}

static const struct col cols[] = {
	{"command", COL_STR, 0, NULL},
	{"code", COL_STR, 0, NULL},
	{"address", COL_ADDR, 0, NULL},
	{"message", COL_STR, 0, NULL},
	COL_END,
};
static const struct col help_cols[] = {{"text", COL_STR, 0, NULL}, COL_END};
const struct record record_help = {"help", LAYOUT_LINES, help_cols};
const struct record record_error = {"error", LAYOUT_LINES, cols};
const struct record record_warning = {"warning", LAYOUT_LINES, cols};

/* What the rc adds to a message that tells the rest; NULL: nothing. */
static const char *meaning(enum rc rc, const char *text)
{
	bool adds = rc == RC_FAULT || rc == RC_NOTSAVED || rc == RC_NOMEM;

	if (rc == RC_OS)
		return errno != 0 ? strerror(errno) : rc_meaning(rc);
	return adds && strstr(text, rc_meaning(rc)) == NULL ? rc_meaning(rc) : NULL;
}

/* "mdbish: jsprint: 0x1234: text: meaning" */
static void say_text(struct session *s, const struct say *say, const char *text)
{
	struct str line = STR_INIT;

	str_puts(&line, "mdbish: ");
	if (say->warning)
		str_puts(&line, "warning: ");
	if (say->command != NULL)
		str_printf(&line, "%s: ", say->command);
	if (say->addr != 0)
		str_printf(&line, "0x%" PRIx64 ": ", say->addr);
	text_safe(&line, text, strlen(text), true);
	str_putc(&line, '\n');
	fflush(s->out);
	fputs(str_text(&line), s->err);
	fflush(s->err);
	str_free(&line);
}

static void say_json(struct session *s, const struct say *say, const char *text)
{
	struct str line = STR_INIT;

	row_json(&line, say->warning ? &record_warning : &record_error,
		 (struct cell[]){S(say->command), S(rc_name(say->rc)),
				 say->addr != 0 ? A(say->addr) : NUL, S(text)});
	str_putc(&line, '\n');
	if (stream_write(s->out, &line) != RC_OK)
		s->failed = true;
	str_free(&line);
}

void session_say(struct session *s, const struct say *say, const char *fmt, va_list ap)
{
	struct str text = STR_INIT;

	str_vprintf(&text, fmt, ap);
	const char *more = meaning(say->rc, str_text(&text));
	if (more != NULL)
		str_printf(&text, "%s%s", text.n != 0 ? ": " : "", more);
	progress_clear(s);
	if (s->json)
		say_json(s, say, str_text(&text));
	else if (!say->warning || !s->quiet)
		say_text(s, say, str_text(&text));
	str_free(&text);
	if (!say->warning)
		s->failed = true;
}

enum rc session_error(struct session *s, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	session_say(s, &(struct say){.rc = rc}, fmt, ap);
	va_end(ap);
	return rc;
}

void session_warning(struct session *s, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	session_say(s, &(struct say){.rc = rc, .warning = true}, fmt, ap);
	va_end(ap);
}
