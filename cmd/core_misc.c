/*
 * echo, eval, assign, vars, quit - the small ones.
 */
#include "cmd/core.h"
#include "cmd/session.h"

#include <string.h>

struct words_args {
	const char *const *words;
};

static const struct opt words_opts[] = {
	ARG_WORDS("text", struct words_args, words, false, "any words; \"...\" takes C escapes"),
	OPT_END,
};
static const struct col text_cols[] = {{"text", COL_STR, 0, NULL}, COL_END};
static const struct record text_record = {"text", LAYOUT_LINES, text_cols};
static const struct record *const text_records[] = {&text_record, NULL};
static const struct example echo_examples[] = {
	{"::echo 'the registers:'; ::registers", "a line of text between two outputs"},
	EXAMPLE_END,
};

static void join(const char *const *words, struct str *out)
{
	for (size_t i = 0; words[i] != NULL; i++)
		str_printf(out, "%s%s", i != 0 ? " " : "", words[i]);
}

static enum rc echo_run(struct run *r)
{
	const struct words_args *a = r->args;
	struct str text = STR_INIT;

	join(a->words, &text);
	enum rc rc = row(r->sink, &text_record, S(str_text(&text)));
	str_free(&text);
	return rc;
}

const struct command cmd_echo = {
	.name = "echo",
	.summary = "print its arguments",
	.args_size = sizeof(struct words_args),
	.opts = words_opts,
	.records = text_records,
	.examples = echo_examples,
	.run = echo_run,
};

static const struct example eval_examples[] = {
	{"::walk thread | ::eval '.=D; .::registers'", "several commands for each value"},
	EXAMPLE_END,
};

static enum rc eval_run(struct run *r)
{
	const struct words_args *a = r->args;
	struct str text = STR_INIT;
	enum rc rc;

	if (r->has_dot)
		r->session->dot = r->dot;
	join(a->words, &text);
	rc = session_line(r->session, str_text(&text));
	str_free(&text);
	r->said |= rc != RC_OK;
	return rc != RC_USAGE ? rc : RC_BAD; /* it was not eval that was used wrongly */
}

const struct command cmd_eval = {
	.name = "eval",
	.summary = "run its arguments as a line of commands",
	.in = KIND_ANY,
	.args_size = sizeof(struct words_args),
	.opts = words_opts,
	.examples = eval_examples,
	.run = eval_run,
};

struct assign_args {
	const char *name;
};

static const struct opt assign_opts[] = {
	ARG_STRING("name", struct assign_args, name, true, "letters, digits and _"),
	OPT_END,
};
static const struct example assign_examples[] = {
	{"$rsp > top; <top=K", "keep an address under a name"},
	EXAMPLE_END,
};

static enum rc assign_run(struct run *r)
{
	const struct assign_args *a = r->args;
	enum rc rc = session_set(r->session, a->name, r->has_dot ? r->dot : r->session->dot);

	if (rc == RC_USAGE)
		return run_error(r, rc, 0, "\"%s\" cannot be a variable", a->name);
	return rc;
}

const struct command cmd_assign = {
	.name = "assign",
	.summary = "keep the address in a variable; also written `ADDR > NAME`",
	.in = KIND_ANY,
	.args_size = sizeof(struct assign_args),
	.opts = assign_opts,
	.examples = assign_examples,
	.run = assign_run,
};

static const struct col var_cols[] = {
	{"name", COL_STR, 0, NULL},
	{"value", COL_ADDR, 0, NULL},
	COL_END,
};
static const struct record var_record = {"variable", LAYOUT_TABLE, var_cols};
static const struct record *const var_records[] = {&var_record, NULL};

static enum rc vars_run(struct run *r)
{
	for (const struct variable *v = r->session->variables; v != NULL; v = v->next)
		TRY(row(r->sink, &var_record, S(v->name), A(v->value)));
	return RC_OK;
}

const struct command cmd_vars = {
	.name = "vars",
	.summary = "list the variables",
	.records = var_records,
	.run = vars_run,
};

static enum rc quit_run(struct run *r)
{
	r->session->quit = true;
	return RC_DONE;
}

static const char *const quit_aliases[] = {"q", "exit", NULL};
const struct command cmd_quit = {
	.name = "quit",
	.aliases = quit_aliases,
	.summary = "leave the program",
	.run = quit_run,
};
