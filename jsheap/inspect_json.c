/*
 * inspect_json - values as JSON.
 */
#include "jsheap/inspect.h"

#include <string.h>

#define NESTING_MAX 1024 /* several for each level of values */

struct json_emitter {
	struct emitter e;
	struct json j;
	enum container open[NESTING_MAX];
	bool list[NESTING_MAX];  /* a JSON array is open */
	bool inner[NESTING_MAX]; /* "properties": { is open */
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

static void push(struct json_emitter *je, enum container c)
{
	if (je->level < NESTING_MAX) {
		je->open[je->level] = c;
		je->list[je->level] = false;
		je->inner[je->level] = false;
	}
	je->level++;
}

static void open_list(struct json_emitter *je)
{
	json_array(&je->j);
	if (je->level <= NESTING_MAX)
		je->list[je->level - 1] = true;
}

static void close_list(struct json_emitter *je)
{
	if (je->level <= NESTING_MAX && je->list[je->level - 1]) {
		json_array_end(&je->j);
		je->list[je->level - 1] = false;
	}
}

static void open(struct emitter *e, enum container c, const char *kind, const char *constructor,
		 uint64_t count, addr_t addr)
{
	static const char *const lists[] = {[CONTAINER_ELEMENTS] = "elements",
					    [CONTAINER_ENTRIES] = "entries",
					    [CONTAINER_VALUES] = "values"};
	struct json_emitter *je = of(e);

	(void)count;
	(void)addr;
	push(je, c);
	if (c == CONTAINER_ARRAY) {
		open_list(je);
		return;
	}
	json_object(&je->j);
	if (plain(c, kind))
		return;
	json_key(&je->j, "$kind");
	json_string(&je->j, kind);
	if (constructor != NULL) {
		json_key(&je->j, "$constructor");
		json_string(&je->j, constructor);
	}
	if (c != CONTAINER_OBJECT) {
		json_key(&je->j, lists[c]);
		open_list(je);
	}
}

static void begin(struct emitter *e, const char *kind, const char *text, const struct fact *facts,
		  size_t n)
{
	struct json_emitter *je = of(e);
	struct json *j = &je->j;

	(void)text;
	push(je, CONTAINER_SPECIAL);
	json_object(j);
	json_key(j, "$kind");
	json_string(j, kind);
	for (size_t i = 0; i < n; i++) {
		json_key(j, facts[i].name);
		if (facts[i].none)
			json_null(j);
		else if (facts[i].text != NULL)
			json_string(j, facts[i].text);
		else
			json_double(j, facts[i].number);
	}
}

static void properties(struct emitter *e)
{
	struct json_emitter *je = of(e);

	close_list(je);
	json_key(&je->j, "properties");
	json_object(&je->j);
	if (je->level <= NESTING_MAX)
		je->inner[je->level - 1] = true;
}

static void close(struct emitter *e)
{
	struct json_emitter *je = of(e);
	unsigned top = je->level - 1;

	close_list(je);
	if (top < NESTING_MAX && je->inner[top])
		json_object_end(&je->j);
	if (top >= NESTING_MAX || je->open[top] != CONTAINER_ARRAY)
		json_object_end(&je->j);
	je->level--;
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

enum rc js_inspect_json(const struct js_heap *h, jsval v, const struct inspect_options *o,
			struct str *out)
{
	struct json_emitter je = {
		.e = {false, open, begin, key, entry, properties, close, string, number, literal},
		.j = JSON_INIT(out),
	};

	TRY(js_inspect(h, v, o, &je.e));
	return out->failed ? RC_NOMEM : RC_OK;
}
