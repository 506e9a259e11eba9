/*
 * reason - the fatal message of Node or V8, from the stack of the thread that died.
 *
 * Out of memory: node::OOMErrorHandler(location, details) prints "FATAL ERROR: location detail";
 * both are literals of the executable, and the words that point to them lie side by side on the
 * stack (src/node_errors.cc). Failed checks: V8_Fatal() keeps its text between two markers for
 * exactly this purpose (class FailureMessage in src/base/logging.cc).
 *
 * Other endings are told by the functions that make them, on the same stack.
 *
 *	rsp ->  ...  | &"Reached heap limit" | ? | &"Allocation failed - ..." | ...
 *	        ...  | 0xdecade10 | 512 bytes of text | 0xdecade11 | ...
 */
#include "target/cmds/native.h"
#include "target/unwind.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define STACK_BYTES  0x10000
#define NEAR_WORDS   8
#define TEXT_MAX     200
#define MARKER_START 0xdecade10u
#define MARKER_END   0xdecade11u
#define MARKED_BYTES 512

static const char detail_start[] = "Allocation failed - ";

/* A literal: printable text in read-only memory, with a NUL before and behind it. */
static bool literal_at(struct target *t, addr_t addr, char text[TEXT_MAX])
{
	const struct mapping *m = target_mapping(t, addr);
	uint8_t before;

	if (m == NULL || (m->prot & PF_W) != 0 || m->path == NULL ||
	    mem_u8(&t->mem, addr - 1, &before) != RC_OK || before != 0 ||
	    mem_cstr(&t->mem, addr, text, TEXT_MAX) != RC_OK)
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return strlen(text) >= 8;
}

/* The location stands a few words before the detail. */
static void put_out_of_memory(struct target *t, const uint64_t *words, size_t i, const char *detail,
			      struct str *out)
{
	char location[TEXT_MAX];

	str_puts(out, "FATAL ERROR: ");
	for (size_t back = 1; back <= NEAR_WORDS && back <= i; back++) {
		if (words[i - back] != words[i] && literal_at(t, words[i - back], location)) {
			str_printf(out, "%s ", location);
			break;
		}
	}
	str_puts(out, detail);
}

static bool find_out_of_memory(struct target *t, const uint64_t *words, size_t n, struct str *out)
{
	char text[TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		if (literal_at(t, words[i], text) &&
		    strncmp(text, detail_start, sizeof detail_start - 1) == 0) {
			put_out_of_memory(t, words, i, text, out);
			return true;
		}
	}
	return false;
}

static bool find_failed_check(const uint64_t *words, size_t n, struct str *out)
{
	size_t text_words = MARKED_BYTES / sizeof *words;

	for (size_t i = 0; i + 1 + text_words < n; i++) {
		const char *text = (const char *)&words[i + 1];

		if (words[i] != MARKER_START || words[i + 1 + text_words] != MARKER_END)
			continue;
		size_t len = strnlen(text, MARKED_BYTES);
		/* V8 frames its text in lines of '#'. */
		while (len != 0 && strchr("#\n ", *text) != NULL) {
			text++;
			len--;
		}
		while (len != 0 && strchr("#\n ", text[len - 1]) != NULL)
			len--;
		for (size_t k = 0; k < len; k++)
			str_putc(out, text[k] != '\n' && text[k] != '#' ? text[k] : ' ');
		return len != 0;
	}
	return false;
}

/* Functions that end a process on purpose, by a part of their mangled names. */
static const struct {
	const char *symbol, *reason; /* reason NULL: the literals of its frame */
} endings[] = {
	{"_ZN4node12OnFatalErrorEPKcS1_", NULL},
	{"5AbortERKN2v820FunctionCallbackInfo", "process.abort() was called"},
	{"_ZN2v88internal7Isolate13ThrowInternal",
	 "uncaught exception (--abort-on-uncaught-exception)"},
	{"_ZN2v88internal7Isolate5Throw", "uncaught exception (--abort-on-uncaught-exception)"},
	{"_ZN4node6AssertERKNS_13AssertionInfo", "a check of Node's own C++ code failed"},
};

#define FRAMES_MAX      40
#define FRAME_BYTES_MAX 4096

struct ending {
	struct target *target;
	struct str *out;
};

/* OnFatalError(location, message) has both texts at hand. */
static void put_literals(struct target *t, const struct native_frame *f, struct str *out)
{
	char text[TEXT_MAX], first[TEXT_MAX] = "";
	uint64_t word;

	for (addr_t a = f->sp; a < f->fp && a - f->sp < FRAME_BYTES_MAX; a += 8) {
		if (mem_u64(&t->mem, a, &word) != RC_OK)
			return;
		if (!literal_at(t, word, text) || strchr(text, '%') != NULL ||
		    strcmp(text, first) == 0)
			continue;
		if (first[0] != '\0') {
			str_printf(out, "FATAL ERROR: %s %s", first, text);
			return;
		}
		memcpy(first, text, sizeof first);
	}
}

static enum rc look_at_frame(void *ctx, const struct native_frame *f)
{
	struct ending *e = ctx;
	struct objfile *o;
	struct symbol sym;
	uint64_t offset;

	if (target_symbol_at(e->target, f->pc - (f->is_call ? 1 : 0), &o, &sym, &offset) != RC_OK)
		return RC_OK;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		if (strstr(sym.name, endings[i].symbol) == NULL)
			continue;
		if (endings[i].reason != NULL)
			str_puts(e->out, endings[i].reason);
		else
			put_literals(e->target, f, e->out);
		return RC_DONE;
	}
	return RC_OK;
}

static bool find_ending(struct target *t, struct str *out)
{
	struct ending e = {t, out};

	return target_unwind(t, &t->threads[0], FRAMES_MAX, look_at_frame, &e) != RC_NOMEM &&
	       out->n != 0;
}

bool fatal_reason_find(struct target *t, struct str *out)
{
	uint64_t *words;
	bool found = false;

	if (t->nthreads == 0 || t->signal.number == 0)
		return false;
	words = malloc(STACK_BYTES);
	if (words == NULL)
		return false;
	addr_t sp = t->threads[0].regs[AMD64_RSP] & ~(addr_t)7;
	size_t n = mem_peek(&t->mem, sp, words, STACK_BYTES) / sizeof *words;
	found = find_failed_check(words, n, out) || find_out_of_memory(t, words, n, out);
	free(words);
	return found || find_ending(t, out);
}
