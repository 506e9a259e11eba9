/*
 * run - pipelines: rows are pushed from stage to stage as they come.
 *
 *	stage 0 run() --row--> pipe sink of stage 1 --run()--row--> ... --row--> text or JSON
 *
 * Nothing is collected between stages, so a pipe over millions of objects takes no memory and a
 * consumer that wants no more (RC_DONE) stops the producers at once. begin() runs from the last
 * stage to the first, end() from the first to the last, since an end() may still put out rows.
 */
#include "cmd/command.h"
#include "cmd/expr.h"
#include "cmd/lex.h"
#include "cmd/opts.h"
#include "cmd/say.h"
#include "cmd/session.h"
#include "cmd/shell.h"
#include "cmd/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 8

struct pipeline;

struct stage {
	struct sink
		sink; /* what the stage before writes into; first, so that it can be cast back */
	struct pipeline *pipeline;
	const struct stage_text *text;
	struct run run;
	bool begun, done;
};

struct pipeline {
	struct session *session;
	const struct statement *st;
	struct arena *arena;
	struct stage stages[STAGES_MAX];
	size_t n;
	struct sink *final;
	bool aborted;
	enum rc rc; /* the first error */
};

static enum rc note(struct pipeline *p, enum rc rc)
{
	if (p->rc == RC_OK)
		p->rc = rc;
	return rc;
}

static void print_usage(struct stage *st)
{
	struct str usage = STR_INIT;

	command_usage(st->run.command, &usage);
	fprintf(st->run.session->err, "usage: %s\n", str_text(&usage));
	str_free(&usage);
}

static enum rc usage_error(struct stage *st, const char *message)
{
	struct str usage = STR_INIT;

	command_usage(st->run.command, &usage);
	if (st->run.session->json) {
		run_error(&st->run, RC_USAGE, 0, "%s (usage: %s)", message, str_text(&usage));
	} else {
		run_error(&st->run, RC_USAGE, 0, "%s", message);
		print_usage(st);
	}
	str_free(&usage);
	return note(st->pipeline, RC_USAGE);
}

/* The output broke. A reader that went away (`| head`, `! head`) is no error. */
static void report_output(struct pipeline *p)
{
	if (p->final->error == EPIPE) {
		if (p->st->shell == NULL)
			p->session->closed = true;
		return;
	}
	errno = p->final->error;
	session_error(p->session, RC_OS, "cannot write the output");
	p->session->closed = true;
}

static void report(struct stage *st, enum rc rc)
{
	if (rc == RC_OS && st->pipeline->final->error != 0)
		report_output(st->pipeline);
	else if (rc == RC_USAGE && !st->run.said)
		(void)usage_error(st, "this is not how it is used");
	else if (rc == RC_USAGE && !st->run.session->json)
		print_usage(st);
	else if (!st->run.said)
		run_error(&st->run, rc, st->run.piped ? st->run.dot : 0, "%s",
			  rc == RC_OS ? "" : rc_meaning(rc));
}

/* Judge what a stage's callback gave: errors that can only come again end the pipeline, one bad
 * value among many does not. */
static enum rc judge(struct stage *st, enum rc rc)
{
	struct pipeline *p = st->pipeline;

	if (rc == RC_DONE)
		st->done = true;
	if (rc == RC_OK || rc == RC_DONE || p->aborted)
		return rc;
	report(st, rc);
	note(p, rc);
	if (st->run.piped && rc != RC_INTR && rc != RC_OS && rc != RC_NOMEM && rc != RC_USAGE)
		return RC_OK;
	p->aborted = true;
	return rc;
}

static bool column_fits(const struct col *c, enum kind want)
{
	switch (want) {
	case KIND_ADDR:
		return c->type == COL_ADDR;
	case KIND_JSVAL:
		return c->type == COL_JSVAL;
	case KIND_THREAD:
		return c->type == COL_THREAD;
	case KIND_ANY:
		return c->type == COL_ADDR || c->type == COL_JSVAL || c->type == COL_THREAD;
	default:
		return false;
	}
}

int record_column(const struct record *rec, enum kind want)
{
	for (int i = 0; rec->cols[i].name != NULL; i++)
		if (column_fits(&rec->cols[i], want))
			return i;
	enum kind other = want == KIND_ADDR    ? KIND_JSVAL
			  : want == KIND_JSVAL ? KIND_ADDR
					       : KIND_NONE;
	for (int i = 0; rec->cols[i].name != NULL; i++)
		if (column_fits(&rec->cols[i], other))
			return i;
	return -1;
}

static const char *kind_words(enum kind k)
{
	static const char *const words[] = {
		[KIND_NONE] = "nothing",
		[KIND_ADDR] = "an address",
		[KIND_JSVAL] = "a value",
		[KIND_THREAD] = "a thread",
		[KIND_ANY] = "a value of any kind",
	};

	return words[k];
}

static enum rc pipe_value(struct stage *st, const struct record *rec, const struct cell *cells)
{
	struct run *r = &st->run;
	int i = record_column(rec, r->want);

	if (i < 0) {
		st->pipeline->aborted = true;
		run_error(r, RC_USAGE, 0, "needs %s, which the \"%s\" rows before it do not have",
			  kind_words(r->want), rec->type);
		return note(st->pipeline, RC_USAGE);
	}
	if (cells[i].tag != CELL_U64)
		return RC_OK;
	r->dot = r->session->dot = cells[i].u;
	r->has_dot = r->piped = true;
	r->said = false;
	return judge(st, r->command->run(r));
}

static enum rc pipe_row(struct sink *s, const struct record *rec, const struct cell *cells)
{
	struct stage *st = (struct stage *)s;

	if (st->pipeline->aborted)
		return st->pipeline->rc;
	if (st->done)
		return RC_DONE;
	if (st->run.command->row == NULL)
		return pipe_value(st, rec, cells);
	st->run.said = false;
	return judge(st, (st->run.command->row)(&st->run, rec, cells));
}

static const struct sink_ops pipe_ops = {.row = pipe_row};

static bool wants_color(const struct session *s)
{
	return s->color == COLOR_ALWAYS || (s->color == COLOR_AUTO && isatty(fileno(s->out)));
}

static enum rc check_needs(struct stage *st)
{
	struct session *s = st->pipeline->session;
	unsigned needs = st->run.command->needs;
	struct why why = {RC_OK, 0, NULL};

	if ((needs & (NEEDS_TARGET | NEEDS_V8 | NEEDS_LIVE)) != 0 && s->target == NULL)
		return run_error(&st->run, RC_USAGE, 0, "no core is open: mdbish CORE opens one");
	if ((needs & NEEDS_LIVE) != 0 && s->target->live == NULL)
		return run_error(&st->run, RC_UNSUP, 0,
				 "works on running processes only, and this is a core");
	if ((needs & NEEDS_V8) != 0 && session_heap(s, &why) != RC_OK)
		return run_why(&st->run, &why);
	st->run.target = s->target;
	st->run.heap = s->heap;
	return RC_OK;
}

static enum rc show_help(struct stage *st)
{
	struct str text = STR_INIT;

	command_help(st->run.command, &text);
	(void)!row(st->pipeline->final, &record_help, S(str_text(&text)));
	str_free(&text);
	return sink_flush(st->pipeline->final) == RC_OK ? RC_DONE : RC_OS;
}

/* Options and arguments; the first stage may have its address among them (`whatis 0x1f`). */
static enum rc take_args(struct stage *st, size_t i)
{
	struct run *r = &st->run;
	unsigned radix = r->command->in == KIND_THREAD ? 10 : 16;
	const char *message = NULL, *dot = NULL;
	void *args = NULL;

	enum rc rc = opts_parse(r->session, r->command, &st->text->words, st->pipeline->arena,
				&args, i == 0 && !r->has_dot ? &dot : NULL, &message);
	if (rc == RC_DONE)
		return show_help(st);
	if (rc != RC_OK)
		return usage_error(st, message);
	r->args = args;
	if (dot == NULL)
		return RC_OK;
	if (session_eval(r->session, dot, radix, &r->dot, st->pipeline->arena, &message) != RC_OK)
		return usage_error(st, message);
	r->session->dot = r->dot;
	r->has_dot = true;
	return RC_OK;
}

/* What stands before the first command, with the radix that suits it. */
static enum rc take_address(struct pipeline *p)
{
	struct session *s = p->session;
	const char *message = NULL;
	struct run *r = p->n != 0 ? &p->stages[0].run : NULL;
	unsigned radix = r != NULL && r->command->in == KIND_THREAD ? 10 : 16;
	uint64_t value = 0;
	enum rc rc = RC_OK;

	if (p->st->expr != NULL)
		rc = session_eval(s, p->st->expr, radix, &value, p->arena, &message);
	if (rc != RC_OK)
		return note(p, session_error(s, rc, "%s", message));
	if (p->st->expr != NULL) {
		s->dot = value;
		if (r != NULL) {
			r->dot = value;
			r->has_dot = true;
		}
	}
	if (p->st->count == NULL)
		return RC_OK;
	rc = session_eval(s, p->st->count, 10, &value, p->arena, &message);
	if (rc != RC_OK)
		return note(p, session_error(s, rc, "%s", message));
	if (r != NULL)
		r->count = value;
	return RC_OK;
}

static enum rc check_stage(struct stage *st, size_t i)
{
	const struct command *c = st->run.command;

	if (i == 0 && c->row != NULL)
		return usage_error(st, "stands behind a pipe: COMMAND | ::...");
	if (i != 0 && c->row == NULL && c->in == KIND_NONE)
		return usage_error(st, "takes nothing from a pipe");
	if (i == 0 && st->run.has_dot && c->in == KIND_NONE)
		return usage_error(st, "takes no address before it");
	if (i == 0 && !st->run.has_dot && c->dot_required)
		return usage_error(st, c->in == KIND_THREAD
					       ? "needs a thread before it or a pipe"
					       : "needs an address before it or a pipe");
	return RC_OK;
}

static void set_up_stage(struct pipeline *p, size_t i)
{
	struct stage *st = &p->stages[i];

	st->pipeline = p;
	st->text = &p->st->stages[i];
	st->sink.ops = &pipe_ops;
	st->sink.interrupted = p->session->interrupted;
	st->run = (struct run){
		.session = p->session,
		.command = st->text->command,
		.arena = p->arena,
		.sink = i + 1 == p->n ? p->final : &p->stages[i + 1].sink,
		.count = 1,
		.want = st->text->command->in,
	};
	/* A filter hands rows on as they are: whoever writes into it may leave out what its reader
	 * would. */
	if (st->run.command->row != NULL) {
		st->sink.text = st->run.sink->text;
		st->sink.json = st->run.sink->json;
	}
}

static enum rc prepare(struct pipeline *p)
{
	for (size_t i = p->n; i-- > 0;)
		set_up_stage(p, i);
	TRY(take_address(p));
	for (size_t i = 0; i < p->n; i++) {
		TRY(note(p, take_args(&p->stages[i], i)));
		TRY(note(p, check_stage(&p->stages[i], i)));
		TRY(note(p, check_needs(&p->stages[i])));
	}
	return RC_OK;
}

static enum rc begin_all(struct pipeline *p)
{
	for (size_t i = p->n; i-- > 0;) {
		struct stage *st = &p->stages[i];

		st->begun = true;
		if (st->run.command->begin == NULL)
			continue;
		enum rc rc = st->run.command->begin(&st->run);
		if (rc == RC_OK)
			continue;
		if (rc != RC_DONE) {
			report(st, rc);
			p->aborted = true;
		}
		return note(p, rc);
	}
	return RC_OK;
}

static void end_all(struct pipeline *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct stage *st = &p->stages[i];

		if (!st->begun || st->run.command->end == NULL)
			continue;
		st->run.piped = false;
		st->run.said = false;
		(void)judge(st, st->run.command->end(&st->run));
	}
}

static void run_stages(struct pipeline *p)
{
	if (begin_all(p) == RC_OK)
		(void)judge(&p->stages[0], p->stages[0].run.command->run(&p->stages[0].run));
	end_all(p);
	if (sink_flush(p->final) != RC_OK && !p->aborted) {
		report_output(p);
		note(p, RC_OS);
	}
}

static const struct col value_cols[] = {
	{"value", COL_ADDR, 0, NULL},
	{"sign", COL_STR, COL_TEXT_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY, NULL}, /* to be copied: no separators */
	{"decimal", COL_UINT, COL_JSON_ONLY, NULL},
	COL_END,
};
static const struct record value_record = {"value", LAYOUT_LINES, value_cols};

/* An address alone sets dot, and shows what it came to. */
static void run_value(struct pipeline *p)
{
	char text[24];
	uint64_t v;

	if (take_address(p) != RC_OK || p->st->expr == NULL)
		return;
	v = p->session->dot;
	snprintf(text, sizeof text, "%" PRIu64, v);
	if (row(p->final, &value_record, A(v), S("="), S(text), U(v)) != RC_OK ||
	    sink_flush(p->final) != RC_OK)
		report_output(p);
}

static enum rc run_to(struct session *s, const struct statement *st, struct arena *arena, FILE *out)
{
	struct pipeline *p = arena_alloc(arena, sizeof *p);

	if (p == NULL)
		return session_error(s, RC_NOMEM, "%s", "");
	p->session = s;
	p->st = st;
	p->arena = arena;
	p->n = st->nstages;
	p->final =
		s->json ? sink_json_new(out) : sink_text_new(out, wants_color(s) && out == s->out);
	if (p->final == NULL)
		return session_error(s, RC_NOMEM, "%s", "");
	p->final->interrupted = s->interrupted;
	if (p->n == 0)
		run_value(p);
	else if (prepare(p) == RC_OK)
		run_stages(p);
	progress_reset(s);
	sink_free(p->final);
	return p->rc != RC_DONE ? p->rc : RC_OK;
}

static enum rc run_shell(struct session *s, const struct statement *st, struct arena *arena)
{
	bool rows = st->nstages != 0 || st->expr != NULL;
	FILE *in = NULL;
	pid_t child;

	if (s->no_shell)
		return session_error(s, RC_USAGE, "shell commands are switched off");
	fflush(s->out);
	if (shell_start(st->shell, rows ? &in : NULL, &child) != RC_OK)
		return session_error(s, RC_OS, "cannot start the shell");
	enum rc rc = rows ? run_to(s, st, arena, in) : RC_OK;
	int status = shell_finish(in, child);
	if (status == 126 || status == 127)
		s->failed = true;
	return rc;
}

static enum rc run_statement(struct session *s, const struct statement *st, struct arena *arena)
{
	if (st->shell != NULL)
		return run_shell(s, st, arena);
	if (st->nstages == 0 && st->expr == NULL && st->count == NULL)
		return RC_OK;
	return run_to(s, st, arena, s->out);
}

enum rc session_line(struct session *s, const char *line)
{
	enum rc first = RC_OK, rc = RC_OK;

	if (s->depth >= DEPTH_MAX)
		return session_error(s, RC_LIMIT, "commands that run commands, nested too deeply");
	s->depth++;
	while (!s->quit && !s->closed && rc != RC_DONE && rc != RC_INTR) {
		struct arena arena = ARENA_INIT;
		struct statement *st = arena_alloc(&arena, sizeof *st);
		const char *message = NULL;

		rc = st != NULL ? lex_statement(s, &line, &arena, st, &message) : RC_NOMEM;
		if (rc == RC_OK)
			rc = run_statement(s, st, &arena);
		else if (rc != RC_DONE)
			(void)session_error(s, rc, "%s", message != NULL ? message : "");
		arena_free(&arena);
		if (rc != RC_OK && rc != RC_DONE && first == RC_OK)
			first = rc;
		if (first != RC_OK && !s->keep_going)
			break;
	}
	s->depth--;
	return first;
}
