/*
 * docs - see the header. tools/gen-docs writes the pages and tells when they are stale.
 */
#include "mdbish/docs.h"
#include "cmd/session.h"
#include "cmd/version.h"
#include "mdbish/modules.h"
#include "mdbish/options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS_MAX 1024

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct command *const *)a)->name,
		      (*(const struct command *const *)b)->name);
}

static size_t sorted_commands(const struct command **list)
{
	size_t n = 0;

	for (const struct module *const *m = mdbish_modules; *m != NULL; m++)
		for (const struct command *const *c = (*m)->commands;
		     *c != NULL && n < COMMANDS_MAX; c++)
			list[n++] = *c;
	qsort(list, n, sizeof *list, by_name);
	return n;
}

/* Text in a table cell or a heading: no character of markdown's own. */
static void put_cell(struct str *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '|' || *s == '<' || *s == '*' || *s == '_')
			str_putc(out, '\\');
		str_putc(out, *s);
	}
}

static void put_upper(struct str *out, const char *s)
{
	for (; *s != '\0'; s++)
		str_putc(out, (char)toupper((unsigned char)*s));
}

static void put_spelling(struct str *out, const struct opt *o)
{
	if (o->positional) {
		put_upper(out, o->name);
		return;
	}
	if (o->letter != '\0')
		str_printf(out, "-%c%s", o->letter, o->name != NULL ? ", " : "");
	if (o->name != NULL)
		str_printf(out, "--%s", o->name);
	if (o->type == OPT_TYPE_COUNT)
		str_puts(out, " N");
	else if (o->type == OPT_TYPE_ADDR)
		str_puts(out, " ADDR");
	else if (o->type != OPT_TYPE_FLAG) {
		str_putc(out, ' ');
		put_upper(out, o->name != NULL ? o->name : "text");
	}
}

static void markdown_options(struct str *out, const struct command *c)
{
	if (c->opts == NULL || c->opts->type == OPT_TYPE_END)
		return;
	str_puts(out, "| option | meaning |\n|---|---|\n");
	for (const struct opt *o = c->opts; o->type != OPT_TYPE_END; o++) {
		str_puts(out, "| `");
		put_spelling(out, o);
		str_puts(out, "` | ");
		put_cell(out, o->help != NULL ? o->help : "");
		if (o->type == OPT_TYPE_COUNT && o->otherwise != NOT_GIVEN && o->otherwise != 0)
			str_printf(out, " (default %llu)", (unsigned long long)o->otherwise);
		str_puts(out, " |\n");
	}
	str_putc(out, '\n');
}

static void markdown_records(struct str *out, const struct command *c)
{
	for (const struct record *const *r = c->records; r != NULL && *r != NULL; r++) {
		const char *comma = "";

		str_printf(out, "Record `%s`: ", (*r)->type);
		for (const struct col *col = (*r)->cols; col->name != NULL; col++) {
			if ((col->flags & COL_TEXT_ONLY) != 0)
				continue;
			str_printf(out, "%s`%s`", comma, col->name);
			comma = ", ";
		}
		str_puts(out, "\n\n");
	}
}

static void markdown_command(struct str *out, const struct command *c)
{
	str_printf(out, "## ::%s\n\n", c->name);
	put_cell(out, c->summary);
	str_puts(out, "\n\n    ");
	command_usage(c, out);
	str_puts(out, "\n\n");
	for (const char *const *a = c->aliases; a != NULL && *a != NULL; a++)
		str_printf(out, "%s`%s`", a == c->aliases ? "Also: " : ", ", *a);
	if (c->aliases != NULL && *c->aliases != NULL)
		str_puts(out, "\n\n");
	if (c->help != NULL) {
		str_puts(out, "    ");
		for (const char *p = c->help; *p != '\0'; p++) {
			str_putc(out, *p);
			if (*p == '\n' && p[1] != '\n')
				str_puts(out, "    ");
		}
		str_puts(out, "\n\n");
	}
	markdown_options(out, c);
	markdown_records(out, c);
	if (c->examples == NULL || c->examples->line == NULL)
		return;
	str_puts(out, "Examples:\n\n");
	for (const struct example *e = c->examples; e->line != NULL; e++)
		str_printf(out, "- `%s`: %s\n", e->line, e->what);
	str_putc(out, '\n');
}

void docs_markdown(struct str *out)
{
	const struct command *list[COMMANDS_MAX] = {NULL};
	size_t n = sorted_commands(list);

	str_puts(out,
		 "# Commands\n\nWritten by tools/gen-docs from the declarations of the commands; "
		 "change those, not this page.\n\n| command | what it does |\n|---|---|\n");
	for (size_t i = 0; i < n; i++) {
		str_printf(out, "| [`::%s`](#%s) | ", list[i]->name, list[i]->name);
		put_cell(out, list[i]->summary);
		str_puts(out, " |\n");
	}
	str_puts(out, "\nWalkers, for `::walk NAME`:\n\n| walker | what it yields |\n|---|---|\n");
	for (const struct module *const *m = mdbish_modules; *m != NULL; m++) {
		for (const struct walker *const *w = (*m)->walkers; w != NULL && *w != NULL; w++) {
			str_printf(out, "| `%s` | ", (*w)->name);
			put_cell(out, (*w)->summary);
			str_puts(out, " |\n");
		}
	}
	str_putc(out, '\n');
	for (size_t i = 0; i < n; i++)
		markdown_command(out, list[i]);
	/* One newline at the end of the file. */
	while (out->n > 1 && out->s[out->n - 1] == '\n' && out->s[out->n - 2] == '\n')
		out->s[--out->n] = '\0';
}

/* Text for troff: no line begins with its control characters, no dash becomes a hyphen. */
static void put_man(struct str *out, const char *s)
{
	bool start = true;

	for (; *s != '\0'; s++) {
		if (start && (*s == '.' || *s == '\''))
			str_puts(out, "\\&");
		if (*s == '\\')
			str_puts(out, "\\e");
		else if (*s == '-')
			str_puts(out, "\\-");
		else
			str_putc(out, *s);
		start = *s == '\n';
	}
}

static void man_command(struct str *out, const struct command *c)
{
	struct str text = STR_INIT;

	command_usage(c, &text);
	str_puts(out, ".TP\n.B ");
	put_man(out, str_text(&text));
	str_putc(out, '\n');
	put_man(out, c->summary);
	str_puts(out, ".\n");
	str_free(&text);
	for (const char *const *a = c->aliases; a != NULL && *a != NULL; a++) {
		str_puts(out, a == c->aliases ? "Also: " : ", ");
		put_man(out, *a);
	}
	if (c->aliases != NULL && *c->aliases != NULL)
		str_puts(out, ".\n");
	for (const struct opt *o = c->opts; o != NULL && o->type != OPT_TYPE_END; o++) {
		str_puts(out, ".br\n.B ");
		put_spelling(&text, o);
		put_man(out, str_text(&text));
		str_puts(out, "\n");
		str_free(&text);
		put_man(out, o->help != NULL ? o->help : "");
		str_puts(out, ".\n");
	}
}

static const char man_head[] =
	".TH MDBISH 1 \"\" \"mdbish " MDBISH_VERSION "\"\n"
	".SH NAME\nmdbish \\- look into the JavaScript heap of a Node.js core dump\n"
	".SH SYNOPSIS\n.B mdbish\n[options]\n.I CORE\n.br\n.B mdbish\n[options] \\-e\n.I CMD\n.I "
	"CORE\n"
	".br\n.B mdbish\n[options] \\-s\n.I SCRIPT CORE\n.br\n.B mdbish stack\n.I CORE...\n"
	".br\n.B mdbish layout export\n[\\-o\n.I FILE\n]\n.I EXECUTABLE|CORE\n"
	".br\n.B mdbish help\n.I [COMMAND]\n"
	".SH DESCRIPTION\nOpens the core dump of a Node.js process and tells what V8 kept in it: "
	"objects, their properties, strings, functions and stacks, beside the native memory, "
	"threads "
	"and symbols.\n.SH OPTIONS\n";

void docs_man(struct str *out)
{
	const struct command *list[COMMANDS_MAX] = {NULL};
	size_t n = sorted_commands(list);

	str_puts(out, man_head);
	for (const struct option_text *o = option_texts; o->spelling != NULL; o++) {
		str_puts(out, ".TP\n.B ");
		put_man(out, o->spelling);
		str_putc(out, '\n');
		put_man(out, o->help);
		str_puts(out, ".\n");
	}
	str_puts(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < n; i++)
		man_command(out, list[i]);
	str_puts(out,
		 ".SH EXIT STATUS\n0: fine. 1: some command or row failed. 2: wrong usage, or the "
		 "target could not be opened.\n");
}
