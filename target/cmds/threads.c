/*
 * threads, thread, apply, registers - the threads and what their registers held.
 */
#include "target/cmds/native.h"

#include <inttypes.h>
#include <string.h>

static const struct col thread_cols[] = {
	{"mark", COL_STR, COL_TEXT_ONLY, ""},
	{"id", COL_UINT, 0, NULL},
	{"thread", COL_THREAD, 0, NULL},
	{"name", COL_STR, 0, NULL},
	{"state", COL_STR, 0, NULL},
	{"pc", COL_ADDR, 0, NULL},
	{"isolate", COL_ADDR, COL_JSON_ONLY, NULL},
	{"function", COL_STR, 0, NULL},
	COL_END,
};
static const struct record thread_record = {"thread", LAYOUT_TABLE, thread_cols};
static const struct record *const thread_records[] = {&thread_record, NULL};
static const struct example threads_examples[] = {
	{"::threads", "all of them; the one that died is the first"},
	{"::threads | ::stack", "the native stack of each"},
	EXAMPLE_END,
};

static enum rc put_thread(struct run *r, const struct thread *th)
{
	struct target *t = r->target;
	struct str symbol = STR_INIT;
	uint64_t isolate = 0, pc = th->regs[AMD64_RIP];
	/* The kernel writes the signal that ended the process to every thread; the one that it hit
	 * comes first. */
	bool died = th == t->threads && th->signal != 0;
	bool known = r->session->thread_isolate != NULL &&
		     r->session->thread_isolate(r->session, th->tid, &isolate);

	put_symbol(t, pc, false, &symbol);
	enum rc rc = row(r->sink, &thread_record, S(th == session_thread(r->session) ? "*" : ""),
			 U((uint64_t)(th - t->threads) + 1), U((uint64_t)th->tid), S(th->name),
			 died ? S(target_signal_name(t, th->signal)) : NUL, A(pc),
			 known ? A(isolate) : NUL, symbol.n != 0 ? S(symbol.s) : NUL);
	str_free(&symbol);
	return rc;
}

static enum rc threads_run(struct run *r)
{
	for (size_t i = 0; i < r->target->nthreads; i++)
		TRY(put_thread(r, &r->target->threads[i]));
	return RC_OK;
}

static const char *const threads_aliases[] = {"info threads", NULL};
const struct command cmd_threads = {
	.name = "threads",
	.aliases = threads_aliases,
	.summary = "list the threads",
	.help = "The thread that got the signal comes first. `thread ID` selects one; * marks it.",
	.needs = NEEDS_TARGET,
	.records = thread_records,
	.examples = threads_examples,
	.run = threads_run,
};

struct thread_args {
	uint64_t id;
};

static const struct opt thread_opts[] = {
	ARG_COUNT("id", struct thread_args, id, NOT_GIVEN, false,
		  "the number that ::threads gives it, or its thread id"),
	OPT_END,
};
static const struct example thread_examples[] = {
	{"thread 2", "work on the second thread from now on"},
	EXAMPLE_END,
};

/* By the number of ::threads first, as gdb's users expect, then by thread id. */
static enum rc thread_run(struct run *r)
{
	const struct thread_args *a = r->args;
	const struct target *t = r->target;
	const struct thread *th = session_thread(r->session);

	if (r->has_dot)
		th = r->dot <= INT32_MAX ? target_thread(t, (pid_t)r->dot) : NULL;
	else if (a->id != NOT_GIVEN && a->id - 1 < t->nthreads)
		th = &t->threads[a->id - 1];
	else if (a->id != NOT_GIVEN)
		th = a->id <= INT32_MAX ? target_thread(t, (pid_t)a->id) : NULL;
	if (th == NULL)
		return run_error(r, RC_BAD, 0, "no such thread; ::threads lists them");
	if (th != session_thread(r->session))
		r->session->frame = 0;
	r->session->thread = th->tid;
	return put_thread(r, th);
}

const struct command cmd_thread = {
	.name = "thread",
	.summary = "select a thread, or show the selected one",
	.needs = NEEDS_TARGET,
	.in = KIND_THREAD,
	.args_size = sizeof(struct thread_args),
	.opts = thread_opts,
	.records = thread_records,
	.examples = thread_examples,
	.run = thread_run,
};

struct words_args {
	const char *const *words;
};

static const struct opt apply_opts[] = {
	ARG_WORDS("command", struct words_args, words, true, "a command line"),
	OPT_END,
};
static const struct example apply_examples[] = {
	{"thread apply all info registers rip", "one register of every thread"},
	EXAMPLE_END,
};

static enum rc apply_run(struct run *r)
{
	const struct words_args *a = r->args;
	struct session *s = r->session;
	pid_t selected = s->thread;
	struct str line = STR_INIT;
	enum rc rc = RC_OK;

	for (size_t i = 0; a->words[i] != NULL; i++)
		str_printf(&line, "%s%s", i != 0 ? " " : "", a->words[i]);
	for (size_t i = 0; i < r->target->nthreads && rc == RC_OK && !run_interrupted(r); i++) {
		s->thread = r->target->threads[i].tid;
		rc = session_line(s, str_text(&line));
	}
	s->thread = selected;
	str_free(&line);
	r->said |= rc != RC_OK;
	return rc != RC_USAGE ? rc : RC_BAD; /* it was not apply that was used wrongly */
}

static const char *const apply_aliases[] = {"thread apply all", "taas", NULL};
const struct command cmd_apply = {
	.name = "apply",
	.aliases = apply_aliases,
	.summary = "run a command line once for each thread",
	.needs = NEEDS_TARGET,
	.args_size = sizeof(struct words_args),
	.opts = apply_opts,
	.examples = apply_examples,
	.run = apply_run,
};

static const struct opt registers_opts[] = {
	ARG_WORDS("name", struct words_args, words, false, "only these registers"),
	OPT_END,
};
static const struct col register_cols[] = {
	{"thread", COL_THREAD, COL_JSON_ONLY, NULL},
	{"name", COL_STR, 0, "REGISTER"},
	{"value", COL_ADDR, 0, NULL},
	{"decimal", COL_INT, COL_TEXT_ONLY, NULL},
	{"symbol", COL_STR, 0, NULL},
	COL_END,
};
static const struct record register_record = {"register", LAYOUT_TABLE, register_cols};
static const struct record *const register_records[] = {&register_record, NULL};
static const struct example register_examples[] = {
	{"::registers", "of the selected thread"},
	{"info registers rip rsp", "only two of them"},
	EXAMPLE_END,
};

static bool is_wanted(const struct words_args *a, const char *name)
{
	if (a->words[0] == NULL)
		return true;
	for (size_t i = 0; a->words[i] != NULL; i++)
		if (strcmp(a->words[i] + (a->words[i][0] == '$'), name) == 0)
			return true;
	return false;
}

static enum rc put_registers(struct run *r, const struct thread *th)
{
	const struct words_args *a = r->args;
	bool any = false;

	sink_heading(r->sink, "thread %d", (int)th->tid);
	for (size_t i = 0; i < REG_COUNT; i++) {
		struct str symbol = STR_INIT;

		if (!is_wanted(a, reg_names[i]))
			continue;
		any = true;
		put_symbol(r->target, th->regs[i], false, &symbol);
		enum rc rc = row(r->sink, &register_record, U((uint64_t)th->tid), S(reg_names[i]),
				 A(th->regs[i]), I((int64_t)th->regs[i]),
				 symbol.n != 0 ? S(symbol.s) : NUL);
		str_free(&symbol);
		TRY(rc);
	}
	if (!any)
		return run_error(r, RC_BAD, 0, "no register is called \"%s\"", a->words[0]);
	return RC_OK;
}

static enum rc registers_run(struct run *r)
{
	return each_thread(r, false, put_registers);
}

static const char *const registers_aliases[] = {"info registers", "regs", NULL};
const struct command cmd_registers = {
	.name = "registers",
	.aliases = registers_aliases,
	.summary = "print the registers of a thread",
	.needs = NEEDS_TARGET,
	.in = KIND_THREAD,
	.args_size = sizeof(struct words_args),
	.opts = registers_opts,
	.records = register_records,
	.examples = register_examples,
	.run = registers_run,
};

static enum rc index_init(struct run *r)
{
	*(size_t *)r->state = 0;
	return RC_OK;
}

static enum rc thread_next(struct run *r, uint64_t *value)
{
	size_t *i = r->state;

	if (*i >= r->target->nthreads)
		return RC_DONE;
	*value = (uint64_t)r->target->threads[(*i)++].tid;
	return RC_OK;
}

const struct walker walk_thread = {
	.name = "thread",
	.summary = "the id of each thread",
	.needs = NEEDS_TARGET,
	.out = KIND_THREAD,
	.state_size = sizeof(size_t),
	.init = index_init,
	.next = thread_next,
};
