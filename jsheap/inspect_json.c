/*
 * inspect_json - values as JSON.
 */
#include "jsheap/inspect.h"

#include <string.h>

#define NESTING_MAX 256

struct json_emitter {
	struct emitter e;
	struct json j;
	enum container open[NESTING_MAX];
	bool wrapped[NESTING_MAX]; /* {"$kind": ..., ...: [ */
	unsigned level;
};

static struct json_emitter *of(struct emitter *e)
{
	return (struct json_emitter *)e;
}

static bool plain(enum container c, const char *kind)
{
	return c == CONTAINER_ARRAY || (c == CONTAINER_OBJECT && strcmp(kind, "object") == 0);
}

static void open(struct emitter *e, enum container c, const char *kind, const char *constructor,
		 uint64_t count, addr_t addr)
{
	struct json_emitter *je = of(e);
	bool wrapped = !plain(c, kind);

	(void)count;
	(void)addr;
	if (je->level < NESTING_MAX) {
		je->open[je->level] = c;
		je->wrapped[je->level] = wrapped;
	}
	je->level++;
	if (c == CONTAINER_ARRAY) {
		json_array(&je->j);
		return;
	}
	json_object(&je->j);
	if (!wrapped)
		return;
	json_key(&je->j, "$kind");
	json_string(&je->j, kind);
	if (constructor != NULL && c == CONTAINER_OBJECT) {
		json_key(&je->j, "$constructor");
		json_string(&je->j, constructor);
	}
	if (c != CONTAINER_OBJECT) {
		json_key(&je->j, c == CONTAINER_ENTRIES ? "entries" : "values");
		json_array(&je->j);
	}
}

static void close(struct emitter *e)
{
	struct json_emitter *je = of(e);
	enum container c = --je->level < NESTING_MAX ? je->open[je->level] : CONTAINER_OBJECT;

	if (c != CONTAINER_OBJECT)
		json_array_end(&je->j);
	if (c != CONTAINER_ARRAY)
		json_object_end(&je->j);
}

static void key(struct emitter *e, const char *name, size_t len)
{
	json_key_n(&of(e)->j, name, len);
}

static void entry(struct emitter *e, int part)
{
	if (part == 0)
		json_array(&of(e)->j);
	else if (part == 2)
		json_array_end(&of(e)->j);
}

static void string(struct emitter *e, const char *s, size_t len, bool cut)
{
	struct json *j = &of(e)->j;

	if (!cut) {
		json_string_n(j, s, len);
		return;
	}
	json_object(j);
	json_key(j, "$kind");
	json_string(j, "truncated");
	json_key(j, "value");
	json_string_n(j, s, len);
	json_object_end(j);
}

static void number(struct emitter *e, double d)
{
	json_double(&of(e)->j, d);
}

static void literal(struct emitter *e, const char *word)
{
	json_raw(&of(e)->j, word, strlen(word));
}

static void special(struct emitter *e, const char *kind, const char *text, const struct fact *facts,
		    size_t n)
{
	struct json *j = &of(e)->j;

	(void)text;
	json_object(j);
	json_key(j, "$kind");
	json_string(j, kind);
	for (size_t i = 0; i < n; i++) {
		json_key(j, facts[i].name);
		if (facts[i].text != NULL)
			json_string(j, facts[i].text);
		else
			json_double(j, facts[i].number);
	}
	json_object_end(j);
}

enum rc js_inspect_json(const struct js_heap *h, jsval v, const struct inspect_options *o,
			struct str *out)
{
	struct json_emitter je = {
		.e = {open, key, entry, close, string, number, literal, special},
		.j = JSON_INIT(out),
	};

	TRY(js_inspect(h, v, o, &je.e));
	return out->failed ? RC_NOMEM : RC_OK;
}
