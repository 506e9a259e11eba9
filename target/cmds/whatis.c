/*
 * whatis - what an address is: symbol, mapping, stack, and where its bytes come from.
 */
#include "target/cmds/native.h"

#include <inttypes.h>

static const struct col cols[] = {
	{"text", COL_STR, COL_TEXT_ONLY, NULL},
	{"address", COL_ADDR, COL_JSON_ONLY, NULL},
	{"symbol", COL_STR, COL_JSON_ONLY, NULL},
	{"offset", COL_UINT, COL_JSON_ONLY, NULL},
	{"start", COL_ADDR, COL_JSON_ONLY, NULL},
	{"end", COL_ADDR, COL_JSON_ONLY, NULL},
	{"permissions", COL_STR, COL_JSON_ONLY, NULL},
	{"path", COL_STR, COL_JSON_ONLY, NULL},
	{"bytes", COL_STR, COL_JSON_ONLY, NULL},
	{"stack_of", COL_THREAD, COL_JSON_ONLY, NULL},
	{"heap_object", COL_STR, COL_JSON_ONLY, NULL},
	COL_END,
};
static const struct record record = {"whatis", LAYOUT_LINES, cols};
static const struct record *const records[] = {&record, NULL};
static const struct example examples[] = {
	{"$rip::whatis", "the code that was running"},
	{"whatis $rsp", "the same question, gdb's way"},
	EXAMPLE_END,
};

/* Where reads of the address get their bytes. */
static const char *source(const struct target *t, addr_t addr)
{
	const struct segment *s = mem_segment(&t->mem, addr);

	if (s == NULL)
		return NULL;
	if (s->data == NULL && s->read == NULL)
		return "not saved";
	return s->rank == RANK_FILE ? "file" : "core";
}

static const char *source_text(const char *source)
{
	if (source == NULL)
		return "not in memory";
	return source[0] == 'n'   ? "not saved in the core"
	       : source[0] == 'f' ? "read from the file"
				  : "saved in the core";
}

/* The thread whose stack this is: the one with the nearest stack pointer below, in the mapping. */
static const struct thread *stack_of(const struct target *t, addr_t addr)
{
	const struct mapping *m = target_mapping(t, addr);
	const struct thread *best = NULL;

	for (size_t i = 0; m != NULL && i < t->nthreads; i++) {
		const struct thread *th = &t->threads[i];
		addr_t sp = th->regs[AMD64_RSP];

		if (sp < m->start || sp >= m->end)
			continue;
		if (best == NULL ||
		    (sp <= addr && (sp > best->regs[AMD64_RSP] || best->regs[AMD64_RSP] > addr)))
			best = th;
	}
	return best;
}

static void describe(struct run *r, const char *symbol, const char *heap, const struct mapping *m,
		     const struct thread *th, struct str *out)
{
	char perm[4];

	str_printf(out, "0x%" PRIx64 " is ", r->dot);
	if (symbol != NULL)
		str_printf(out, "%s, in ", symbol);
	if (heap != NULL)
		str_printf(out, "%s, in ", heap);
	if (m == NULL) {
		str_puts(out, mem_segment(&r->target->mem, r->dot) != NULL
				      ? "memory of no known mapping"
				      : "not mapped");
		return;
	}
	if (th != NULL)
		str_printf(out, "%s the stack of thread %d, ",
			   r->dot < th->regs[AMD64_RSP] ? "below" : "in", (int)th->tid);
	str_printf(out, "%s+0x%" PRIx64 " (%s, %s)",
		   m->path != NULL ? m->path : "an anonymous mapping", r->dot - m->start,
		   protection_text(m->prot, perm), source_text(source(r->target, r->dot)));
}

static enum rc whatis_run(struct run *r)
{
	struct target *t = r->target;
	const struct mapping *m = target_mapping(t, r->dot);
	const struct thread *th = stack_of(t, r->dot);
	struct str text = STR_INIT, name = STR_INIT, symbol = STR_INIT, heap = STR_INIT;
	struct objfile *o;
	struct symbol sym;
	uint64_t offset = 0;
	char perm[4];
	bool known = target_symbol_at(t, r->dot, &o, &sym, &offset) == RC_OK;

	if (known) {
		put_symbol_name(sym.name, &name);
		put_symbol(t, r->dot, false, &symbol);
	}
	bool object = r->session->heap_object != NULL && !known && th == NULL &&
		      r->session->heap_object(r->session, r->dot, &heap);
	describe(r, known ? str_text(&symbol) : NULL, object ? str_text(&heap) : NULL, m, th,
		 &text);
	enum rc rc = row(
		r->sink, &record, S(str_text(&text)), A(r->dot), known ? S(str_text(&name)) : NUL,
		known ? U(offset) : NUL, m != NULL ? A(m->start) : NUL, m != NULL ? A(m->end) : NUL,
		m != NULL ? S(protection_text(m->prot, perm)) : NUL, S(m != NULL ? m->path : NULL),
		S(source(t, r->dot)), th != NULL ? U((uint64_t)th->tid) : NUL,
		object ? S(str_text(&heap)) : NUL);
	str_free(&text);
	str_free(&name);
	str_free(&symbol);
	str_free(&heap);
	return rc;
}

static const char *const aliases[] = {"info symbol", NULL};
const struct command cmd_whatis = {
	.name = "whatis",
	.aliases = aliases,
	.summary = "say what an address is: symbol, file, stack, saved or not",
	.needs = NEEDS_TARGET,
	.in = KIND_ADDR,
	.dot_required = true,
	.records = records,
	.examples = examples,
	.run = whatis_run,
};
