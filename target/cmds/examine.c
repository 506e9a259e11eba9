/*
 * examine - memory the way of gdb: x/NFU ADDR.
 */
#include "target/cmds/native.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES   16
#define STRING_BYTES 4096
#define COUNT_MAX    (1u << 24)

struct args {
	const char *format;
};

static const struct opt opts[] = {
	OPT_STRING('f', "format", struct args, format,
		   "a count, a letter of x d u o t c f a s z, and a size of b h w g"),
	OPT_END,
};
static const struct record *const records[] = {&record_memory, NULL};
static const struct example examples[] = {
	{"x/4gx $rsp", "four 8-byte words, hexadecimal"},
	{"x/2a $rsp", "two words with the symbols they point to"},
	{"x/s $rsp", "a string"},
	EXAMPLE_END,
};

struct format {
	uint64_t count;
	char letter;
	unsigned size;
	char text[32];
};

/* "4gx": digits, then letter and size in any order. */
static enum rc parse(struct run *r, const char *s, struct format *f)
{
	const char *all = s;
	char *end;

	f->count = 1;
	f->letter = 'x';
	f->size = 8;
	if (isdigit((unsigned char)*s)) {
		f->count = strtoull(s, &end, 10);
		s = end;
	}
	for (; *s != '\0'; s++) {
		const char *size = strchr("b h w   g", *s);

		if (*s != ' ' && size != NULL)
			f->size = *s == 'b' ? 1 : *s == 'h' ? 2 : *s == 'w' ? 4 : 8;
		else if (strchr("xduotcfasz", *s) != NULL)
			f->letter = *s;
		else
			return run_error(
				r, RC_USAGE, 0,
				"'%c' in \"%.32s\" is no format; known are a count, one of "
				"x d u o t c f a s z, and a size of b h w g",
				*s, all);
	}
	if (f->letter == 'c' && strpbrk(all, "hwg") == NULL)
		f->size = 1;
	if (f->letter == 'a')
		f->size = 8;
	if (f->letter == 'f' && f->size < 4)
		f->size = 8;
	if (f->count > COUNT_MAX)
		return run_error(r, RC_USAGE, 0, "%" PRIu64 " values are too many", f->count);
	f->text[0] = f->letter;
	return RC_OK;
}

static void put_label(struct run *r, addr_t addr, struct str *out)
{
	struct str symbol = STR_INIT;

	str_printf(out, "0x%" PRIx64, addr);
	if (put_symbol(r->target, addr, false, &symbol))
		str_printf(out, " <%s>", str_text(&symbol));
	str_putc(out, ':');
	str_free(&symbol);
}

static enum rc put_line(struct run *r, const struct format *f, addr_t addr, struct str *line,
			const char *const *values, size_t n)
{
	return row(r->sink, &record_memory, S(str_text(line)), A(addr), S(f->text), U(f->size),
		   SS(values, n));
}

/* Up to `n` numbers on one line; *done gets how many could be read. */
static enum rc number_line(struct run *r, const struct format *f, addr_t addr, size_t n,
			   size_t *done)
{
	char texts[LINE_BYTES][300];
	const char *values[LINE_BYTES];
	struct str line = STR_INIT;
	enum rc rc = RC_OK, out;

	put_label(r, addr, &line);
	for (*done = 0; *done < n; ++*done) {
		struct str value = STR_INIT;
		uint64_t v = 0;

		rc = mem_read(&r->target->mem, addr + *done * f->size, &v, f->size);
		if (rc != RC_OK)
			break;
		put_value(r->target, &value, f->letter, f->size, v);
		str_printf(&line, "  %s", str_text(&value));
		snprintf(texts[*done], sizeof *texts, "%s", str_text(&value));
		values[*done] = texts[*done];
		str_free(&value);
	}
	out = *done != 0 ? put_line(r, f, addr, &line, values, *done) : RC_OK;
	str_free(&line);
	if (out == RC_OK && rc != RC_OK)
		return run_error(r, rc, addr + *done * f->size, "cannot read %u bytes", f->size);
	return out;
}

static enum rc put_numbers(struct run *r, const struct format *f)
{
	size_t a_line = f->letter == 'a' ? 1 : LINE_BYTES / f->size;
	size_t done;

	if (f->letter == 'c' || f->letter == 't')
		a_line = f->size == 1 ? 8 : 1;
	for (uint64_t i = 0; i < f->count; i += a_line) {
		size_t n = f->count - i < a_line ? (size_t)(f->count - i) : a_line;

		TRY(number_line(r, f, r->dot + i * f->size, n, &done));
	}
	return RC_OK;
}

static enum rc put_strings(struct run *r, const struct format *f)
{
	addr_t addr = r->dot;

	for (uint64_t i = 0; i < f->count; i++) {
		struct str line = STR_INIT, text = STR_INIT;
		enum rc rc = RC_OK;
		uint64_t n = put_cstring(r->target, addr, STRING_BYTES, &text, &rc);
		const char *value = str_text(&text);

		if (n != 0) {
			put_label(r, addr, &line);
			str_printf(&line, "  %s", value);
			rc = put_line(r, f, addr, &line, &value, 1);
		} else {
			rc = run_error(r, rc, addr, "cannot read a string");
		}
		str_free(&line);
		str_free(&text);
		TRY(rc);
		addr += n;
	}
	return RC_OK;
}

static enum rc examine_run(struct run *r)
{
	const struct args *a = r->args;
	struct format f = {0};

	TRY(parse(r, a->format != NULL ? a->format : "", &f));
	if (!r->has_dot)
		r->dot = r->session->dot;
	if (r->count != 1)
		f.count = r->count < COUNT_MAX ? r->count : COUNT_MAX;
	return f.letter == 's' ? put_strings(r, &f) : put_numbers(r, &f);
}

static const char *const aliases[] = {"x", "examinemem", NULL};
const struct command cmd_examine = {
	.name = "examine",
	.aliases = aliases,
	.summary = "print memory in the formats of gdb: x/4gx ADDR",
	.needs = NEEDS_TARGET,
	.in = KIND_ADDR,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = examine_run,
};
