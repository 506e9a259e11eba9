/*
 * jsstack - the stack of a thread, JavaScript and C++ frames in their order.
 *
 * Positions are those of the functions' definitions: `script_line`. The position being executed
 * (`line`, `column`) is not decoded yet and stays null.
 */
#include "cmd/frame.h"
#include "cmd/session.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/frames.h"
#include "jsheap/function.h"

#include <stdlib.h>
#include <string.h>

struct args {
	bool all, internal, js_only;
	uint64_t limit;
};

static const struct opt opts[] = {
	OPT_FLAG('a', "all-threads", struct args, all, "every thread, not only the selected one"),
	OPT_FLAG('v', "verbose", struct args, internal, "V8's internal frames too, and addresses"),
	OPT_FLAG('j', "js", struct args, js_only, "JavaScript frames only"),
	OPT_COUNT('n', "limit", struct args, limit, 20000, "at most N frames of each thread"),
	OPT_END,
};

static const struct record *const records[] = {&frame_record, NULL};

static const struct example examples[] = {
	{"::jsstack", "where the selected thread was"},
	{"::jsstack -a -j", "JavaScript frames of all threads"},
	EXAMPLE_END,
};

/* What a frame's row says. */
struct line {
	const char *name, *file;
	uint32_t line, column; /* of the definition; 0: not known */
};

static void describe_js(struct run *r, const struct js_heap *h, const struct js_frame *f,
			struct line *l)
{
	struct js_function fn;

	if (js_function_load(h, f->function, &fn) != RC_OK)
		return;
	l->name = js_shared_debug_name(h, fn.shared, r->arena);
	if (l->name != NULL && l->name[0] == '\0')
		l->name = NULL;
	l->file = js_script_name(h, fn.script, r->arena);
	if (!fn.has_range ||
	    js_script_position(h, fn.script, fn.start, &l->line, &l->column) != RC_OK)
		l->line = l->column = 0;
}

static const char *native_name(struct run *r, const struct js_frame *f)
{
	if (f->symbol.name == NULL)
		return NULL;
	char *demangled = symbol_demangle(f->symbol.name);
	const char *name = arena_strdup(r->arena, demangled != NULL ? demangled : f->symbol.name);
	free(demangled);
	return name;
}

static bool is_function_frame(const struct js_frame *f)
{
	return f->kind == FRAME_JS || f->kind == FRAME_BUILTIN;
}

static void put_text(const struct args *a, const struct js_frame *f, const struct line *l,
		     struct str *text)
{
	const char *module = f->objfile != NULL ? f->objfile->path : NULL;

	str_printf(text, "  %-8s ", js_frame_kind_name(f->kind));
	if (a->internal)
		str_printf(text, "0x%012llx ", (unsigned long long)f->pc);
	if (is_function_frame(f)) {
		str_printf(text, "%s%s", f->constructor ? "new " : "",
			   l->name != NULL ? l->name : "(anonymous)");
		if (l->file != NULL)
			str_printf(text, "  defined at %s", l->file);
		if (l->line != 0)
			str_printf(text, ":%u:%u", l->line, l->column);
		if (a->internal && f->tier != TIER_UNKNOWN)
			str_printf(text, "  (%s)", js_tier_name(f->tier));
		return;
	}
	if (l->name != NULL)
		str_printf(text, "%s+0x%llx", l->name, (unsigned long long)f->offset);
	else
		str_printf(text, "0x%llx", (unsigned long long)f->pc);
	if (module != NULL && (l->name == NULL || !f->objfile->is_main))
		str_printf(text, "  in %s", module);
	if (a->internal && f->type != NULL)
		str_printf(text, "  (%s)", f->type);
}

static enum rc put_frame(struct run *r, const struct js_heap *h, const struct thread *th,
			 size_t index, const struct js_frame *f)
{
	struct line l = {0};
	struct str text = STR_INIT;
	bool js = is_function_frame(f);

	if (js)
		describe_js(r, h, f, &l);
	if (f->kind == FRAME_BUILTIN && l.name == NULL)
		l.name = js_frame_builtin(f); /* closures of V8's own may have no name */
	else if (!js)
		l.name = native_name(r, f);
	if (sink_is_text(r->sink))
		put_text(r->args, f, &l, &text);
	struct frame_fields fields = {
		.text = str_text(&text),
		.text_len = text.n,
		.thread = (uint64_t)th->tid,
		.index = index,
		.kind = js_frame_kind_name(f->kind),
		.function = l.name,
		.display = js ? NULL : l.name,
		.file = l.file,
		.tier = js_tier_name(f->tier),
		.inlined = js ? KNOWN_NOT : KNOWN_FALSE,
		.constructor = f->constructor ? KNOWN_TRUE : KNOWN_FALSE,
		.pc = f->pc,
		.fp = f->fp,
		.has_offset = !js && f->symbol.name != NULL,
		.offset = f->offset,
		.module = f->objfile != NULL && !js ? f->objfile->path : NULL,
		.function_address = f->function.bits,
		.script_line = l.line,
		.script_column = l.column,
	};
	enum rc rc = frame_row(r->sink, &fields);
	str_free(&text);
	return rc;
}

static bool shown(const struct run *r, const struct js_frame *f)
{
	const struct args *a = r->args;

	if (a->js_only)
		return f->kind == FRAME_JS;
	return a->internal || sink_is_json(r->sink) || f->kind == FRAME_NATIVE ||
	       is_function_frame(f);
}

static const char *why_broken(enum rc rc)
{
	if (rc == RC_LIMIT)
		return "more frames follow (-n)";
	return rc == RC_NOTSAVED ? "the rest of the stack is not in the dump"
				 : "the stack breaks off here";
}

static enum rc print_thread(struct run *r, const struct js_heap *h, const struct thread *th)
{
	const struct args *a = r->args;
	struct js_stack stack;
	enum rc rc = RC_OK;

	TRY(js_stack_load(r->target, h, th, a->limit, &stack));
	sink_heading(r->sink, th->name != NULL ? "thread %d \"%s\"" : "thread %d", (int)th->tid,
		     th->name);
	for (size_t i = 0; i < stack.n && rc == RC_OK; i++) {
		if (shown(r, &stack.frames[i]))
			rc = put_frame(r, h, th, i, &stack.frames[i]);
		if (rc == RC_OK && run_interrupted(r))
			rc = RC_INTR;
	}
	if (rc == RC_OK && stack.end != RC_OK)
		run_warning(r, stack.end, stack.n != 0 ? stack.frames[stack.n - 1].fp : 0,
			    "thread %d: %s", (int)th->tid, why_broken(stack.end));
	js_stack_free(&stack);
	return rc;
}

static enum rc run(struct run *r)
{
	const struct args *a = r->args;
	const struct js_heap *h = NULL;
	struct why why;

	if (session_heap(r->session, &why) == RC_OK)
		h = r->session->heap;
	else
		run_warning(r, why.rc, 0, "native frames only: %s", why.what);
	if (r->has_dot) {
		const struct thread *th = target_thread(r->target, (pid_t)r->dot);
		if (th == NULL)
			return run_error(r, RC_BAD, 0, "there is no thread %llu",
					 (unsigned long long)r->dot);
		return print_thread(r, h, th);
	}
	for (size_t i = 0; a->all && i < r->target->nthreads; i++)
		TRY(print_thread(r, h, &r->target->threads[i]));
	if (a->all)
		return RC_OK;
	const struct thread *th = session_thread(r->session);
	if (th == NULL)
		return run_error(r, RC_BAD, 0, "the dump holds no thread");
	return print_thread(r, h, th);
}

static const char *const aliases[] = {"bt", "backtrace", "where", NULL};

const struct command cmd_jsstack = {
	.name = "jsstack",
	.aliases = aliases,
	.summary = "the stack of a thread: JavaScript and native frames in order",
	.help = "JavaScript frames show the function and where it is defined. With a thread id, or "
		"behind "
		"::threads, it prints that thread; without one the selected thread, which is the "
		"one that "
		"died at first.",
	.needs = NEEDS_TARGET,
	.in = KIND_THREAD,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
