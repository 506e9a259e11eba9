/*
 * native - the commands that need no V8, and what they share.
 */
#ifndef TARGET_CMDS_NATIVE_H
#define TARGET_CMDS_NATIVE_H

#include "cmd/command.h"
#include "cmd/session.h"

extern const struct module module_native;

extern const struct command cmd_status, cmd_mappings, cmd_threads, cmd_thread, cmd_apply,
	cmd_registers, cmd_symbols, cmd_whatis, cmd_modules, cmd_stack, cmd_examine, cmd_format,
	cmd_dump;
extern const struct walker walk_thread, walk_mapping, walk_module;

/* "node::Start()+0x1f3" for an address, or nothing and false without a symbol. With is_call the
 * address is one that a call returns to. */
bool put_symbol(struct target *t, addr_t addr, bool is_call, struct str *out);

/* The name of a symbol as people write it. */
void put_symbol_name(const char *name, struct str *out);

/* "r-x" */
const char *protection_text(uint8_t prot, char text[4]);

/* The last part of a path; "" for NULL. */
const char *base_name(const char *path);

/* The threads that a command is about: the one given as dot, else the selected one; with `all` and
 * no dot every one. Calls fn for each. RC_BAD after a message when there is no such thread. */
typedef enum rc thread_fn(struct run *r, const struct thread *th);
MUST_USE enum rc each_thread(struct run *r, bool all, thread_fn *fn);

/* The versions that the executable carries, from its symbols; "" where not found. */
struct node_version {
	char node[64]; /* "v24.21.0" */
	char v8[64];   /* "13.6.233.17-node.53" */
};
void node_version_find(struct target *t, struct node_version *v);

/* The message with which Node or V8 gave up, from the stack of the thread that died; false where
 * none is found. */
bool fatal_reason_find(struct target *t, struct str *out);

/* One value of memory in the format letter of gdb or of our own table: 'x' 'd' 'u' 'o' 't' 'c' 'f'
 * 'a' 'z'; size 1, 2, 4, 8. */
void put_value(struct target *t, struct str *out, char letter, unsigned size, uint64_t v);

/* A row of memory: where, in which format, bytes a value, the values as text, the line of text. */
extern const struct record record_memory;

/* A NUL-terminated string at addr, in quotes with C escapes, at most `limit` bytes. Returns the
 * bytes taken, with the NUL; 0 with *rc set when not even one can be read. */
uint64_t put_cstring(struct target *t, addr_t addr, uint64_t limit, struct str *out, enum rc *rc);

#endif
