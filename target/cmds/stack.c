/*
 * stack - native frames, from the innermost out. ::jsstack has the JavaScript frames among them.
 */
#include "cmd/frame.h"
#include "target/cmds/native.h"
#include "target/unwind.h"

#include <inttypes.h>
#include <stdlib.h>

struct args {
	bool all;
	uint64_t limit;
};

static const struct opt opts[] = {
	OPT_FLAG('a', "all", struct args, all, "the stacks of all threads"),
	OPT_COUNT('n', "limit", struct args, limit, 1000, "at most N frames a thread"),
	OPT_END,
};

static const struct record *const records[] = {&frame_record, NULL};
static const struct example examples[] = {
	{"::stack", "of the selected thread"},
	{"::stack -a", "of all threads"},
	{"::threads | ::head -n 2 | ::stack -n 5", "the inner frames of the first two"},
	EXAMPLE_END,
};

struct walk {
	struct run *r;
	const struct thread *thread;
	uint64_t index;
};

static enum rc put_frame(void *ctx, const struct native_frame *f)
{
	struct walk *w = ctx;
	struct target *t = w->r->target;
	struct str line = STR_INIT, name = STR_INIT;
	struct objfile *o = NULL;
	struct symbol sym;
	uint64_t offset = 0, back = f->is_call && f->pc != 0 ? 1 : 0;
	bool known = target_symbol_at(t, f->pc - back, &o, &sym, &offset) == RC_OK;
	enum rc rc;

	if (known)
		put_symbol_name(sym.name, &name);
	else
		o = target_objfile_at(t, f->pc, NULL);
	str_printf(&line, "#%-3" PRIu64 " 0x%016" PRIx64 "  %s", w->index, f->pc,
		   known ? str_text(&name) : "??");
	if (known && offset + back != 0)
		str_printf(&line, "+0x%" PRIx64, offset + back);
	if (o != NULL)
		str_printf(&line, "  (%s)", base_name(o->path));
	struct frame_fields fields = {
		.text = str_text(&line),
		.text_len = line.n,
		.thread = (uint64_t)w->thread->tid,
		.index = w->index,
		.kind = "native",
		.function = known ? str_text(&name) : NULL,
		.display = known ? str_text(&name) : NULL,
		.pc = f->pc,
		.fp = f->fp,
		.has_offset = known,
		.offset = offset + back,
		.module = o != NULL ? o->path : NULL,
	};
	rc = frame_row(w->r->sink, &fields);
	w->index++;
	str_free(&line);
	str_free(&name);
	return run_interrupted(w->r) ? RC_INTR : rc;
}

static enum rc put_stack(struct run *r, const struct thread *th)
{
	const struct args *a = r->args;
	struct walk w = {.r = r, .thread = th};
	enum rc rc;

	sink_heading(r->sink, "thread %d%s%s%s", (int)th->tid, th->name != NULL ? " \"" : "",
		     th->name != NULL ? th->name : "", th->name != NULL ? "\"" : "");
	rc = target_unwind(r->target, th, a->limit, put_frame, &w);
	if (rc == RC_FAULT || rc == RC_NOTSAVED || rc == RC_BAD) {
		run_warning(r, RC_OK, 0,
			    "thread %d: the stack ends early after %" PRIu64 " frames: %s",
			    (int)th->tid, w.index, rc_meaning(rc));
		return RC_OK;
	}
	return rc == RC_LIMIT ? RC_OK : rc;
}

static enum rc stack_run(struct run *r)
{
	const struct args *a = r->args;

	return each_thread(r, a->all, put_stack);
}

const struct command cmd_stack = {
	.name = "stack",
	.summary = "print the native stack of a thread",
	.help = "C and C++ frames only; JavaScript shows as ??. ::jsstack prints both.",
	.needs = NEEDS_TARGET,
	.in = KIND_THREAD,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = stack_run,
};
