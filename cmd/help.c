/*
 * help - usage lines and help texts, made from the declarations alone.
 */
#include "cmd/session.h"

#include <ctype.h>
#include <string.h>

/* The name of an option's value: "--limit N", "--constructor NAME" as CONSTRUCTOR. */
static void put_value(struct str *out, const struct opt *o)
{
	if (o->type == OPT_TYPE_COUNT) {
		str_puts(out, "N");
	} else if (o->type == OPT_TYPE_ADDR) {
		str_puts(out, "ADDR");
	} else {
		for (const char *p = o->name != NULL ? o->name : "text"; *p != '\0'; p++)
			str_putc(out, (char)toupper((unsigned char)*p));
	}
}

static void put_positional(struct str *out, const struct opt *o)
{
	str_puts(out, o->required ? " " : " [");
	for (const char *p = o->name; *p != '\0'; p++)
		str_putc(out, (char)toupper((unsigned char)*p));
	str_puts(out, o->type == OPT_TYPE_WORDS ? " ..." : "");
	str_puts(out, o->required ? "" : "]");
}

static void put_option(struct str *out, const struct opt *o)
{
	str_puts(out, " [");
	if (o->letter != '\0')
		str_printf(out, "-%c", o->letter);
	else
		str_printf(out, "--%s", o->name);
	if (o->type != OPT_TYPE_FLAG) {
		str_putc(out, ' ');
		put_value(out, o);
	}
	str_putc(out, ']');
}

static const char *dot_name(enum kind k)
{
	return k == KIND_THREAD ? "TID" : "ADDR";
}

void command_usage(const struct command *c, struct str *out)
{
	bool behind_pipe = c->row != NULL;

	if (behind_pipe)
		str_puts(out, "COMMAND | ");
	else if (c->in != KIND_NONE)
		str_printf(out, c->dot_required ? "%s" : "[%s]", dot_name(c->in));
	str_printf(out, "::%s", c->name);
	for (const struct opt *o = c->opts; o != NULL && o->type != OPT_TYPE_END; o++)
		if (!o->positional)
			put_option(out, o);
	for (const struct opt *o = c->opts; o != NULL && o->type != OPT_TYPE_END; o++)
		if (o->positional)
			put_positional(out, o);
}

static void help_option(struct str *out, const struct opt *o)
{
	struct str left = STR_INIT;

	if (o->positional) {
		put_positional(&left, o);
	} else {
		if (o->letter != '\0')
			str_printf(&left, " -%c%s", o->letter, o->name != NULL ? "," : "");
		if (o->name != NULL)
			str_printf(&left, " --%s", o->name);
		if (o->type != OPT_TYPE_FLAG) {
			str_putc(&left, ' ');
			put_value(&left, o);
		}
	}
	str_printf(out, " %-26s  %s", str_text(&left), o->help != NULL ? o->help : "");
	if (o->type == OPT_TYPE_COUNT && o->otherwise != NOT_GIVEN && o->otherwise != 0)
		str_printf(out, " (default %llu)", (unsigned long long)o->otherwise);
	str_putc(out, '\n');
	str_free(&left);
}

static void help_options(struct str *out, const struct command *c)
{
	if (c->opts == NULL || c->opts->type == OPT_TYPE_END)
		return;
	str_puts(out, "\noptions:\n");
	for (const struct opt *o = c->opts; o->type != OPT_TYPE_END; o++)
		help_option(out, o);
}

static void help_records(struct str *out, const struct command *c)
{
	for (const struct record *const *r = c->records; r != NULL && *r != NULL; r++) {
		const char *comma = "";

		str_printf(out, "%s  %s: ", r == c->records ? "\nrecords (--json):\n" : "",
			   (*r)->type);
		for (const struct col *col = (*r)->cols; col->name != NULL; col++) {
			if ((col->flags & COL_TEXT_ONLY) != 0)
				continue;
			str_printf(out, "%s%s", comma, col->name);
			comma = ", ";
		}
		str_putc(out, '\n');
	}
}

static void help_examples(struct str *out, const struct command *c)
{
	if (c->examples == NULL || c->examples->line == NULL)
		return;
	str_puts(out, "\nexamples:\n");
	for (const struct example *e = c->examples; e->line != NULL; e++)
		str_printf(out, "  %-44s  %s\n", e->line, e->what);
}

void command_help(const struct command *c, struct str *out)
{
	str_printf(out, "%s - %s\n\nusage: ", c->name, c->summary);
	command_usage(c, out);
	str_putc(out, '\n');
	for (const char *const *a = c->aliases; a != NULL && *a != NULL; a++)
		str_printf(out, "%s%s", a == c->aliases ? "also:  " : ", ", *a);
	if (c->aliases != NULL && *c->aliases != NULL)
		str_putc(out, '\n');
	if (c->help != NULL)
		str_printf(out, "\n%s\n", c->help);
	help_options(out, c);
	help_records(out, c);
	help_examples(out, c);
	if ((c->needs & NEEDS_LIVE) != 0)
		str_puts(out, "\nworks on running processes only\n");
}
