/*
 * opts - see the header. The shapes are those of getopt_long: -n5, -n 5, --limit=5, --limit 5, -av
 * for -a -v, and -- after which nothing is an option.
 */
#include "cmd/opts.h"
#include "cmd/expr.h"

#include <ctype.h>
#include <string.h>

struct parse {
	struct session *s;
	const struct command *c;
	const struct words *words;
	struct arena *arena;
	const char **message;
	char *args;
	size_t next;                  /* word */
	const struct opt *positional; /* the next one to fill; at OPT_END: none left */
	const char **dot;             /* where an address goes; NULL: none is wanted */
};

/* Options are spelled in messages as the user would type them. */
static const char *spelled(struct parse *p, const struct opt *o)
{
	if (o->positional)
		return o->name;
	return o->name != NULL ? arena_printf(p->arena, "--%s", o->name)
			       : arena_printf(p->arena, "-%c", o->letter);
}

static enum rc wrong(struct parse *p, const char *message)
{
	*p->message = message != NULL ? message : "out of memory";
	return message != NULL ? RC_USAGE : RC_NOMEM;
}

static enum rc store_count(struct parse *p, const struct opt *o, const char *text)
{
	const char *end;
	uint64_t v;

	if (!expr_number(text, 10, &end, &v) || *end != '\0')
		return wrong(p, arena_printf(p->arena, "%s wants a number, not \"%s\"",
					     spelled(p, o), text));
	memcpy(p->args + o->offset, &v, sizeof v);
	return RC_OK;
}

static enum rc store_addr(struct parse *p, const struct opt *o, const char *text)
{
	const char *why = NULL;
	uint64_t v;

	if (session_eval(p->s, text, 16, &v, p->arena, &why) != RC_OK)
		return wrong(p, arena_printf(p->arena, "%s wants an address, not \"%s\": %s",
					     spelled(p, o), text, why));
	memcpy(p->args + o->offset, &v, sizeof v);
	return RC_OK;
}

static enum rc store(struct parse *p, const struct opt *o, const char *text)
{
	bool yes = true;

	switch (o->type) {
	case OPT_TYPE_FLAG:
		memcpy(p->args + o->offset, &yes, sizeof yes);
		return RC_OK;
	case OPT_TYPE_COUNT:
		return store_count(p, o, text);
	case OPT_TYPE_ADDR:
		return store_addr(p, o, text);
	case OPT_TYPE_STRING:
		memcpy(p->args + o->offset, &text, sizeof text);
		return RC_OK;
	default:
		return RC_OK;
	}
}

static const struct opt *by_letter(const struct command *c, char letter)
{
	for (const struct opt *o = c->opts; o != NULL && o->type != OPT_TYPE_END; o++)
		if (!o->positional && o->letter != '\0' && o->letter == letter)
			return o;
	return NULL;
}

const struct opt *opts_long(const struct command *c, const char *name, size_t len)
{
	for (const struct opt *o = c->opts; o != NULL && o->type != OPT_TYPE_END; o++)
		if (!o->positional && o->name != NULL && strlen(o->name) == len &&
		    memcmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

/* The word behind an option that wants a value. */
static enum rc take_value(struct parse *p, const struct opt *o)
{
	if (p->next >= p->words->n)
		return wrong(p, arena_printf(p->arena, "%s wants a value", spelled(p, o)));
	return store(p, o, p->words->at[p->next++].s);
}

static enum rc take_long(struct parse *p, const char *text)
{
	const char *value = strchr(text, '=');
	size_t len = value != NULL ? (size_t)(value - text) : strlen(text);
	const struct opt *o = opts_long(p->c, text, len);

	if (o == NULL && len == 4 && memcmp(text, "help", 4) == 0)
		return RC_DONE;
	if (o == NULL)
		return wrong(p, arena_printf(p->arena, "no option --%.*s", (int)len, text));
	if (o->type == OPT_TYPE_FLAG && value != NULL)
		return wrong(p, arena_printf(p->arena, "--%s takes no value", o->name));
	if (o->type == OPT_TYPE_FLAG || value != NULL)
		return store(p, o, value != NULL ? value + 1 : NULL);
	return take_value(p, o);
}

static enum rc take_letters(struct parse *p, const char *text)
{
	const struct opt *n = by_letter(p->c, 'n');

	/* -5 is -n 5, as head and tail have it. */
	if (isdigit((unsigned char)*text) && n != NULL && n->type == OPT_TYPE_COUNT)
		return store(p, n, text);
	for (; *text != '\0'; text++) {
		const struct opt *o = by_letter(p->c, *text);

		if (o == NULL)
			return wrong(p, arena_printf(p->arena, "no option -%c", *text));
		if (o->type != OPT_TYPE_FLAG)
			return text[1] != '\0' ? store(p, o, text + 1) : take_value(p, o);
		TRY(store(p, o, NULL));
	}
	return RC_OK;
}

static void to_next_positional(struct parse *p)
{
	while (p->positional != NULL && p->positional->type != OPT_TYPE_END &&
	       !p->positional->positional)
		p->positional++;
}

/* All words that are left, as they are: their dashes belong to the command they make up. */
static enum rc take_rest(struct parse *p, const struct opt *o)
{
	size_t n = p->words->n - p->next;
	const char **list = arena_array(p->arena, n + 1, sizeof *list);

	if (list == NULL)
		return wrong(p, NULL);
	for (size_t i = 0; i < n; i++)
		list[i] = p->words->at[p->next++].s;
	memcpy(p->args + o->offset, &list, sizeof list);
	return RC_OK;
}

/* The command works on an address and has no numbers of its own among its arguments. */
static bool may_take_dot(const struct command *c)
{
	for (const struct opt *o = c->opts; o != NULL && o->type != OPT_TYPE_END; o++)
		if (o->positional && (o->type == OPT_TYPE_COUNT || o->type == OPT_TYPE_ADDR))
			return false;
	return c->in != KIND_NONE && c->in != KIND_ANY;
}

static bool is_dot(const struct parse *p, const char *text)
{
	if (p->dot == NULL)
		return false;
	if (p->positional == NULL || p->positional->type == OPT_TYPE_END)
		return true;
	return isdigit((unsigned char)*text) || *text == '$' || *text == '<' || *text == '(';
}

static enum rc take_positional(struct parse *p, const char *text)
{
	const struct opt *o = p->positional;

	if (is_dot(p, text)) {
		*p->dot = text;
		p->dot = NULL;
		return RC_OK;
	}
	p->dot = NULL;
	if (o == NULL || o->type == OPT_TYPE_END)
		return wrong(p, arena_printf(p->arena, "\"%s\" is one argument too many", text));
	p->positional++;
	to_next_positional(p);
	if (o->type == OPT_TYPE_WORDS) {
		p->next--;
		return take_rest(p, o);
	}
	return store(p, o, text);
}

static enum rc take_words(struct parse *p)
{
	bool options = true;

	while (p->next < p->words->n) {
		const struct word *w = &p->words->at[p->next++];
		enum rc rc;

		if (!options || w->quoted || w->s[0] != '-' || w->s[1] == '\0') {
			rc = take_positional(p, w->s);
		} else if (w->s[1] == '-' && w->s[2] == '\0') {
			options = false;
			rc = RC_OK;
		} else {
			rc = w->s[1] == '-' ? take_long(p, w->s + 2) : take_letters(p, w->s + 1);
		}
		TRY(rc);
	}
	return RC_OK;
}

static enum rc set_defaults(struct parse *p)
{
	p->args = arena_alloc(p->arena, p->c->args_size + sizeof(uint64_t));
	if (p->args == NULL)
		return wrong(p, NULL);
	for (const struct opt *o = p->c->opts; o != NULL && o->type != OPT_TYPE_END; o++) {
		if (o->type == OPT_TYPE_COUNT || o->type == OPT_TYPE_ADDR)
			memcpy(p->args + o->offset, &o->otherwise, sizeof o->otherwise);
		if (o->type == OPT_TYPE_WORDS) {
			struct parse none = *p;

			none.next = p->words->n;
			TRY(take_rest(&none, o));
		}
	}
	return RC_OK;
}

enum rc opts_parse(struct session *s, const struct command *c, const struct words *words,
		   struct arena *arena, void **args, const char **dot, const char **message)
{
	struct parse p = {.s = s,
			  .c = c,
			  .words = words,
			  .arena = arena,
			  .message = message,
			  .positional = c->opts,
			  .dot = may_take_dot(c) ? dot : NULL};

	to_next_positional(&p);
	TRY(set_defaults(&p));
	TRY(take_words(&p));
	for (const struct opt *o = p.positional; o != NULL && o->type != OPT_TYPE_END; o++)
		if (o->positional && o->required)
			return wrong(&p, arena_printf(arena, "%s is missing", o->name));
	*args = p.args;
	return RC_OK;
}
