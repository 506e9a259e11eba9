/*
 * inspect_text - values as text: on one line where that fits, else one member a line.
 */
#include "base/vec.h"
#include "jsheap/inspect.h"

#include <string.h>

#define LINE_COLUMNS 76
#define INDENT       4
#define NESTING_MAX  1024 /* several for each level of values */

/* An object that is open: its members so far, each rendered. */
struct frame {
	enum container c;
	char *title; /* with the key in front: "key: Map(3) ", "key: [Function: f]" */
	VEC(struct str) members;
	size_t columns; /* of all members on one line */
	bool broken;    /* a member spans lines */
};

struct text_emitter {
	struct emitter e;
	struct frame frames[NESTING_MAX];
	unsigned level;
	struct str pending; /* key of the next member */
	struct str result;
	bool addresses, failed;
};

static struct text_emitter *of(struct emitter *e)
{
	return (struct text_emitter *)e;
}

/* A finished value goes to the object around it, or is the result. */
static void give(struct text_emitter *te, const char *s, size_t len)
{
	if (te->level == 0) {
		str_write(&te->result, s, len);
		return;
	}
	struct frame *f = &te->frames[te->level - 1];
	str_write(&te->pending, s, len);
	te->failed |= te->pending.failed;
	f->columns += str_columns(str_text(&te->pending), te->pending.n) + 2;
	f->broken |= memchr(str_text(&te->pending), '\n', te->pending.n) != NULL;
	if (vec_push(&f->members, te->pending) != RC_OK) {
		str_free(&te->pending);
		te->failed = true;
	}
	te->pending = (struct str)STR_INIT;
}

static void give_text(struct text_emitter *te, const char *s)
{
	give(te, s, strlen(s));
}

/* The key waits in the title, since the members come first. */
static void push(struct text_emitter *te, enum container c, const char *title)
{
	struct str head = te->pending;

	te->pending = (struct str)STR_INIT;
	str_puts(&head, title);
	te->frames[te->level++] = (struct frame){.c = c, .title = head.s};
	te->failed |= head.failed;
}

static void open(struct emitter *e, enum container c, const char *kind, const char *constructor,
		 uint64_t count, addr_t addr)
{
	struct text_emitter *te = of(e);
	struct str title = STR_INIT;

	if (te->addresses)
		str_printf(&title, "0x%llx ", (unsigned long long)addr);
	if (constructor == NULL)
		constructor = strcmp(kind, "object") == 0 ? "[no constructor]" : kind;
	bool counted = c != CONTAINER_OBJECT;
	if (counted && strcmp(constructor, "Array") != 0)
		str_printf(&title, "%s(%llu) ", constructor, (unsigned long long)count);
	else if (!counted && strcmp(constructor, "Object") != 0)
		str_printf(&title, "%s ", constructor);
	push(te, c, str_text(&title));
	str_free(&title);
}

static void begin(struct emitter *e, const char *kind, const char *text, const struct fact *facts,
		  size_t n)
{
	(void)kind;
	(void)facts;
	(void)n;
	push(of(e), CONTAINER_SPECIAL, text);
}

/* They stand among the other members. */
static void properties(struct emitter *e)
{
	(void)e;
}

static void indent_lines(struct str *out, const char *s)
{
	for (; *s != '\0'; s++) {
		str_putc(out, *s);
		if (*s == '\n')
			str_pad(out, ' ', INDENT);
	}
}

static void close(struct emitter *e)
{
	struct text_emitter *te = of(e);
	struct frame f = te->frames[--te->level];
	bool array = f.c == CONTAINER_ARRAY || f.c == CONTAINER_ELEMENTS;
	bool bare = f.c == CONTAINER_SPECIAL && f.members.n == 0;
	bool one_line =
		!f.broken && f.columns + (f.title != NULL ? strlen(f.title) : 0) <= LINE_COLUMNS;
	struct str out = STR_INIT;

	str_puts(&out, f.title != NULL ? f.title : "");
	if (!bare)
		str_puts(&out, array ? "[" : f.c == CONTAINER_SPECIAL ? " {" : "{");
	for (size_t i = 0; i < f.members.n; i++) {
		if (one_line) {
			str_puts(&out, i != 0 ? ", " : array ? "" : " ");
			str_puts(&out, str_text(&f.members.at[i]));
		} else {
			str_puts(&out, i != 0 ? ",\n" : "\n");
			str_pad(&out, ' ', INDENT);
			indent_lines(&out, str_text(&f.members.at[i]));
		}
		str_free(&f.members.at[i]);
	}
	str_puts(&out, f.members.n == 0 ? "" : !one_line ? "\n" : array ? "" : " ");
	if (!bare)
		str_putc(&out, array ? ']' : '}');
	te->failed |= out.failed;
	vec_free(&f.members);
	free(f.title);
	give(te, str_text(&out), out.n);
	str_free(&out);
}

static bool is_identifier(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
			      c == '$' || c == '#' || (c & 0x80) != 0;
		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return len != 0;
}

static void put_quoted(struct str *out, const char *s, size_t len)
{
	str_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			str_printf(out, "\\%c", c);
		else if (c == '\n')
			str_puts(out, "\\n");
		else if (c == '\t')
			str_puts(out, "\\t");
		else if (c < 0x20 || c == 0x7f)
			str_printf(out, "\\x%02x", c);
		else
			str_putc(out, (char)c);
	}
	str_putc(out, '"');
}

static bool is_bare_key(const char *s, size_t len)
{
	bool digits = len != 0;

	for (size_t i = 0; i < len; i++)
		digits = digits && s[i] >= '0' && s[i] <= '9';
	return digits || is_identifier(s, len) || (len > 7 && strncmp(s, "Symbol(", 7) == 0) ||
	       (len > 2 && s[0] == '[' && s[1] == '[') || (len == 3 && memcmp(s, "...", 3) == 0);
}

static void key(struct emitter *e, const char *name, size_t len)
{
	struct text_emitter *te = of(e);

	if (is_bare_key(name, len))
		str_write(&te->pending, name, len);
	else
		put_quoted(&te->pending, name, len);
	str_puts(&te->pending, ": ");
}

/* A map's entry is rendered as a member of its own: key => value. */
static void entry(struct emitter *e, int part)
{
	struct text_emitter *te = of(e);

	if (part != 1)
		return;
	struct frame *f = &te->frames[te->level - 1];
	if (f->members.n == 0)
		return;
	te->pending = f->members.at[--f->members.n];
	f->columns -= str_columns(str_text(&te->pending), te->pending.n) + 2;
	str_puts(&te->pending, " => ");
}

static void string(struct emitter *e, const char *s, size_t len, bool cut)
{
	struct str text = STR_INIT;

	put_quoted(&text, s, len);
	if (cut)
		str_puts(&text, "...");
	give(of(e), str_text(&text), text.n);
	str_free(&text);
}

static void number(struct emitter *e, double d)
{
	struct str text = STR_INIT;

	str_put_double(&text, d);
	give(of(e), str_text(&text), text.n);
	str_free(&text);
}

static void literal(struct emitter *e, const char *word)
{
	give_text(of(e), word);
}

enum rc js_inspect_text(const struct js_heap *h, jsval v, const struct inspect_options *o,
			struct str *out)
{
	struct text_emitter *te = calloc(1, sizeof *te);

	if (te == NULL)
		return RC_NOMEM;
	te->e = (struct emitter){true,       open,  begin,  key,    entry,
				 properties, close, string, number, literal};
	te->addresses = o->addresses;
	enum rc rc = js_inspect(h, v, o, &te->e);
	while (te->level != 0) /* only after an error */
		close(&te->e);
	str_puts(out, str_text(&te->result));
	if (te->failed || te->result.failed || out->failed)
		rc = RC_NOMEM;
	str_free(&te->pending);
	str_free(&te->result);
	free(te);
	return rc;
}
