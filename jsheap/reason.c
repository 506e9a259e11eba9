/*
 * reason - looks for the functions by which Node and V8 end a process on the stack of the thread that died.
 *
 * The texts that they print are literals of the executable, and the pointers to them are still in the
 * frames of these functions: no text is composed here that the process had not in hand.
 */
#include "jsheap/reason.h"

#include "target/unwind.h"

#include <ctype.h>
#include <string.h>

#define FRAMES 40
#define FRAME_BYTES_MAX 4096
#define TEXT_BYTES 160
#define TEXTS_MAX 8

static const struct {
	const char *symbol; /* part of the mangled name */
	const char *reason; /* NULL: built from the literals of the frame */
} endings[] = {
	{"OOMErrorHandler", NULL},
	{"OnFatalError", NULL},
	{"5AbortERKN2v820FunctionCallbackInfo", "process.abort() was called"},
	{"_ZN2v88internal7Isolate13ThrowInternal", "an exception was not caught (--abort-on-uncaught-exception)"},
	{"_ZN2v88internal7Isolate5Throw", "an exception was not caught (--abort-on-uncaught-exception)"},
	{"_ZN4node6AssertERKNS_13AssertionInfo", "an assertion of Node's own C++ code failed"},
};
#define NENDINGS (sizeof endings / sizeof endings[0])

struct texts {
	char at[TEXTS_MAX][TEXT_BYTES];
	size_t n;
};

static bool is_sentence(const char *s)
{
	if (!isupper((unsigned char)s[0]) && strstr(s, "::") == NULL && strchr(s, ' ') == NULL)
		return false;
	for (const char *p = s; *p != '\0'; p++)
		if (!isprint((unsigned char)*p) || *p == '%')
			return false;
	return strlen(s) > 3;
}

static bool have(const struct texts *t, const char *s)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->at[i], s) == 0)
			return true;
	return false;
}

/* Literals of the executable that the words of a frame point to. */
static void read_texts(struct target *t, const struct native_frame *f, struct texts *texts)
{
	for (addr_t a = f->sp; a < f->fp && a < f->sp + FRAME_BYTES_MAX && texts->n < TEXTS_MAX; a += 8) {
		char *text = texts->at[texts->n];
		struct objfile *o;
		uint64_t w;

		if (mem_u64(&t->mem, a, &w) != RC_OK)
			return;
		o = target_objfile_at(t, w, NULL);
		if (o != NULL && o == t->exe && mem_cstr(&t->mem, w, text, TEXT_BYTES) == RC_OK &&
		    is_sentence(text) && !have(texts, text))
			texts->n++;
	}
}

/* Both handlers print "FATAL ERROR: LOCATION MESSAGE" and have the two at hand in that order; out of
 * memory the message is one of two. */
static const char *compose(struct target *t, const struct texts *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		if (strstr(texts->at[i], "out of memory") != NULL) {
			const char *where = i != 0 ? texts->at[0] : texts->n > 1 ? texts->at[1] : "";
			return arena_printf(&t->arena, "FATAL ERROR: %s %s", where, texts->at[i]);
		}
	if (texts->n >= 2)
		return arena_printf(&t->arena, "FATAL ERROR: %s %s", texts->at[0], texts->at[1]);
	return NULL;
}

struct search {
	struct target *target;
	const char *reason;
};

static enum rc look(void *ctx, const struct native_frame *f)
{
	struct search *s = ctx;
	struct objfile *o;
	struct symbol sym;
	uint64_t offset;

	if (target_symbol_at(s->target, f->pc - (f->is_call ? 1 : 0), &o, &sym, &offset) != RC_OK)
		return RC_OK;
	for (size_t i = 0; i < NENDINGS; i++) {
		struct texts texts = {.n = 0};

		if (strstr(sym.name, endings[i].symbol) == NULL)
			continue;
		s->reason = endings[i].reason;
		if (s->reason == NULL) {
			read_texts(s->target, f, &texts);
			s->reason = compose(s->target, &texts);
		}
		return s->reason != NULL ? RC_DONE : RC_OK;
	}
	return RC_OK;
}

const char *js_death_reason(struct target *t)
{
	struct search s = {.target = t};

	if (t->nthreads == 0 || t->signal.number == 0)
		return NULL;
	enum rc rc = target_unwind(t, &t->threads[0], FRAMES, look, &s);
	return rc == RC_NOMEM ? NULL : s.reason;
}
