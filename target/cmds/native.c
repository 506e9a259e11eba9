/*
 * native - the list of the commands that need no V8, and what they share.
 */
#include "target/cmds/native.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
	&cmd_apply,   &cmd_dump,    &cmd_examine, &cmd_format,  &cmd_mappings,
	&cmd_modules, &cmd_stack,   &cmd_status,  &cmd_symbols, &cmd_registers,
	&cmd_thread,  &cmd_threads, &cmd_whatis,  NULL,
};
static const struct walker *const walkers[] = {&walk_mapping, &walk_module, &walk_thread, NULL};

const struct module module_native = {.name = "native", .commands = commands, .walkers = walkers};

void put_symbol_name(const char *name, struct str *out)
{
	char *plain = symbol_demangle(name);

	str_puts(out, plain != NULL ? plain : name);
	free(plain);
}

bool put_symbol(struct target *t, addr_t addr, bool is_call, struct str *out)
{
	struct objfile *o;
	struct symbol sym;
	uint64_t offset, back = is_call && addr != 0 ? 1 : 0;

	if (target_symbol_at(t, addr - back, &o, &sym, &offset) != RC_OK)
		return false;
	put_symbol_name(sym.name, out);
	if (offset + back != 0)
		str_printf(out, "+0x%" PRIx64, offset + back);
	return true;
}

const char *protection_text(uint8_t prot, char text[4])
{
	text[0] = (prot & PF_R) != 0 ? 'r' : '-';
	text[1] = (prot & PF_W) != 0 ? 'w' : '-';
	text[2] = (prot & PF_X) != 0 ? 'x' : '-';
	text[3] = '\0';
	return text;
}

const char *base_name(const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	return slash != NULL ? slash + 1 : path != NULL ? path : "";
}

enum rc each_thread(struct run *r, bool all, thread_fn *fn)
{
	const struct thread *th = session_thread(r->session);

	if (r->has_dot) {
		th = r->dot <= INT32_MAX ? target_thread(r->target, (pid_t)r->dot) : NULL;
		if (th == NULL)
			return run_error(r, RC_BAD, 0, "no thread %" PRIu64, r->dot);
		return fn(r, th);
	}
	if (th == NULL)
		return run_error(r, RC_BAD, 0, "the core has no thread");
	if (!all)
		return fn(r, th);
	for (size_t i = 0; i < r->target->nthreads; i++)
		TRY(fn(r, &r->target->threads[i]));
	return RC_OK;
}
