/*
 * format - memory or a number in the format letters of mdb: ADDR/X and VALUE=D.
 */
#include "target/cmds/native.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STRING_BYTES 4096
#define COUNT_MAX    (1u << 24)
#define UNITS_MAX    (1u << 16) /* of one line */
#define LABEL_WIDTH  18

struct args {
	const char *format;
	bool value;
};

static const struct opt opts[] = {
	ARG_STRING("format", struct args, format, true,
		   "letters of mdb, each with a count before it"),
	OPT_FLAG(0, "value", struct args, value, "format the number itself, as `=` does"),
	OPT_END,
};
static const struct record *const records[] = {&record_memory, NULL};
static const struct example examples[] = {
	{"$rsp/4J", "four 8-byte words of the stack, hexadecimal"},
	{"$rsp,3/p", "three words with the symbols they point to, one a line"},
	{"0x1f=D", "a number in decimal"},
	EXAMPLE_END,
};
static const char help[] =
	"Letters (bytes): B b v V C c (1), x d u o q (2), X D U O Q f (4), J K Z E e g G F p P R y "
	"(8),\n"
	"S s strings, a the address with its symbol, Y time (4), n newline, t tab, r blank,\n"
	"+ - ^ step over one unit. Capital X J B: hexadecimal; D e v: signed; U E V: unsigned; O G "
	"Q b:\n"
	"octal; p: symbol; R: binary; f F: floating point; y Y: time.";

/* What a letter of mdb is: its size, and how gdb's letter would be. */
static const struct letter {
	char mdb;
	unsigned size;
	char as;
} letters[] = {
	{'B', 1, 'x'}, {'b', 1, 'o'}, {'v', 1, 'd'}, {'V', 1, 'u'}, {'C', 1, 'c'}, {'c', 1, 'c'},
	{'x', 2, 'x'}, {'d', 2, 'd'}, {'u', 2, 'u'}, {'o', 2, 'o'}, {'q', 2, 'o'}, {'w', 2, 'x'},
	{'X', 4, 'x'}, {'D', 4, 'd'}, {'U', 4, 'u'}, {'O', 4, 'o'}, {'Q', 4, 'o'}, {'W', 4, 'x'},
	{'f', 4, 'f'}, {'J', 8, 'x'}, {'Z', 8, 'x'}, {'K', 8, 'x'}, {'e', 8, 'd'}, {'E', 8, 'u'},
	{'g', 8, 'o'}, {'G', 8, 'o'}, {'F', 8, 'f'}, {'R', 8, 't'}, {'p', 8, 'a'}, {'P', 8, 'a'},
	{'y', 8, 'y'}, {'Y', 4, 'y'},
};

struct job {
	struct run *r;
	const struct args *a;
	addr_t at;         /* where the next letter reads */
	unsigned last;     /* bytes of the last unit */
	struct str line;   /* values of this line */
	struct str values; /* the same as a list, NUL between them, for JSON */
	size_t nvalues, units;
};

static const struct letter *find_letter(char c)
{
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (letters[i].mdb == c)
			return &letters[i];
	return NULL;
}

static void keep(struct job *j, const char *text)
{
	str_printf(&j->line, "%s%s", j->line.n != 0 ? "  " : "", text);
	str_write(&j->values, text, strlen(text) + 1);
	j->nvalues++;
}

static enum rc put_letter(struct job *j, const struct letter *l)
{
	struct str text = STR_INIT;
	uint64_t v = 0;
	struct tm tm;
	char date[32];
	time_t when;

	if (j->a->value) {
		memcpy(&v, &j->at, l->size);
	} else {
		enum rc rc = mem_read(&j->r->target->mem, j->at, &v, l->size);

		if (rc != RC_OK)
			return run_error(j->r, rc, j->at, "cannot read %u bytes", l->size);
		j->at += l->size;
	}
	when = (time_t)v;
	if (l->as == 'y' && gmtime_r(&when, &tm) != NULL &&
	    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm) != 0)
		str_puts(&text, date);
	else
		put_value(j->r->target, &text, l->as, l->size, v);
	keep(j, str_text(&text));
	str_free(&text);
	j->last = l->size;
	return RC_OK;
}

static enum rc put_string(struct job *j)
{
	struct str text = STR_INIT;
	enum rc rc = RC_OK;

	if (j->a->value)
		return run_error(j->r, RC_USAGE, 0, "a number is no string");
	uint64_t n = put_cstring(j->r->target, j->at, STRING_BYTES, &text, &rc);
	if (n == 0)
		rc = run_error(j->r, rc, j->at, "cannot read a string");
	else
		keep(j, str_text(&text));
	str_free(&text);
	j->at += n;
	j->last = (unsigned)n;
	return n == 0 ? rc : RC_OK;
}

static enum rc put_address(struct job *j)
{
	struct str text = STR_INIT;

	put_value(j->r->target, &text, 'a', 8, j->at);
	keep(j, str_text(&text));
	str_free(&text);
	return RC_OK;
}

static enum rc put_unit(struct job *j, char c)
{
	const struct letter *l = find_letter(c);

	if (l != NULL)
		return put_letter(j, l);
	switch (c) {
	case 's':
	case 'S':
		return put_string(j);
	case 'a':
		return put_address(j);
	case 'n':
	case 'N':
		str_putc(&j->line, '\n');
		return RC_OK;
	case 't':
	case 'T':
		str_putc(&j->line, '\t');
		return RC_OK;
	case 'r':
		str_putc(&j->line, ' ');
		return RC_OK;
	case '+':
		j->at++;
		return RC_OK;
	case '-':
		j->at--;
		return RC_OK;
	case '^':
		j->at -= j->last;
		return RC_OK;
	default:
		return run_error(j->r, RC_USAGE, 0,
				 "no format letter '%c'; ::help format lists them", c);
	}
}

/* The whole format once: one row. */
static enum rc put_format(struct job *j)
{
	for (const char *p = j->a->format; *p != '\0'; p++) {
		uint64_t n = 1;
		char *end;

		if (*p == '"') {
			size_t len = strcspn(p + 1, "\"");

			str_write(&j->line, p + 1, len);
			p += len + (p[len + 1] == '"');
			continue;
		}
		if (isdigit((unsigned char)*p)) {
			n = strtoull(p, &end, 10);
			p = end;
		}
		if (*p == '\0' || n > COUNT_MAX)
			return run_error(j->r, RC_USAGE, 0,
					 "a format letter is missing, or its count "
					 "is too large");
		for (uint64_t i = 0; i < n; i++) {
			if (j->units++ == UNITS_MAX)
				return run_error(j->r, RC_LIMIT, 0,
						 "more than %u units on one line; ADDR,COUNT/X "
						 "prints lines",
						 UNITS_MAX);
			TRY(put_unit(j, *p));
		}
	}
	return RC_OK;
}

static enum rc put_row(struct job *j, addr_t start)
{
	const char **values = arena_array(j->r->arena, j->nvalues, sizeof *values);
	const char *p = str_text(&j->values);
	struct str text = STR_INIT;

	if (values == NULL || j->line.failed || j->values.failed)
		return RC_NOMEM;
	for (size_t i = 0; i < j->nvalues; i++, p += strlen(p) + 1)
		values[i] = p;
	if (!j->a->value) {
		str_printf(&text, "0x%" PRIx64 ":", start);
		str_pad(&text, ' ', text.n < LABEL_WIDTH ? LABEL_WIDTH - text.n : 1);
	} else {
		str_pad(&text, ' ', LABEL_WIDTH);
	}
	str_puts(&text, str_text(&j->line));
	enum rc rc = row(j->r->sink, &record_memory, S(str_text(&text)), A(start), S(j->a->format),
			 U(j->last), SS(values, j->nvalues));
	str_free(&text);
	return rc;
}

static enum rc format_run(struct run *r)
{
	struct job j = {.r = r, .a = r->args, .at = r->has_dot ? r->dot : r->session->dot};
	enum rc rc = RC_OK;

	if (r->target == NULL && !j.a->value)
		return run_error(r, RC_BAD, 0, "no core is open: mdbish CORE opens one");
	uint64_t count = r->count < COUNT_MAX ? r->count : COUNT_MAX;
	for (uint64_t i = 0; i < count && rc == RC_OK; i++) {
		addr_t start = j.at;

		str_clear(&j.line);
		str_clear(&j.values);
		j.nvalues = j.units = 0;
		rc = put_format(&j);
		if (j.line.n != 0) {
			enum rc out = put_row(&j, start);

			rc = rc == RC_OK ? out : rc;
		}
	}
	str_free(&j.line);
	str_free(&j.values);
	return rc;
}

const struct command cmd_format = {
	.name = "format",
	.summary = "print memory or a number in the formats of mdb: ADDR/X, VALUE=D",
	.help = help,
	.in = KIND_ADDR,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = format_run,
};
