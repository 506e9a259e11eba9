/*
 * expr - see the header. A recursive descent over the text that computes as it goes; with `dry` set
 * the same walk finds only where the expression ends, since the radix of a bare number depends on
 * the command that follows it.
 */
#include "cmd/expr.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define DEPTH_MAX 64
#define NAME_MAX_ 256

static enum rc parse_level(struct expr *e, unsigned level, uint64_t *v);

__attribute__((format(printf, 3, 4))) static enum rc fail(struct expr *e, enum rc rc,
							  const char *fmt, ...)
{
	struct str text = STR_INIT;
	va_list ap;

	if (e->message != NULL)
		return rc;
	va_start(ap, fmt);
	str_vprintf(&text, fmt, ap);
	va_end(ap);
	e->message = arena_strdup(e->arena, str_text(&text));
	str_free(&text);
	return rc;
}

static void skip_space(struct expr *e)
{
	while (*e->p == ' ' || *e->p == '\t')
		e->p++;
}

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : 99;
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$' || c == '@';
}

bool expr_number(const char *s, unsigned radix, const char **end, uint64_t *value)
{
	uint64_t v = 0;
	bool overflow = false;

	if (s[0] == '0' && s[1] != '\0' && strchr("xXtToOiI", s[1]) != NULL) {
		char c = (char)tolower((unsigned char)s[1]);
		unsigned wanted = c == 'x' ? 16 : c == 't' ? 10 : c == 'o' ? 8 : 2;

		if (digit(s[2]) >= (int)wanted)
			return false;
		radix = wanted;
		s += 2;
	}
	if (digit(*s) >= (int)radix)
		return false;
	for (; digit(*s) < (int)radix; s++)
		overflow |= __builtin_mul_overflow(v, radix, &v) ||
			    __builtin_add_overflow(v, (uint64_t)digit(*s), &v);
	*end = s;
	*value = v;
	return !overflow;
}

static enum rc take_register(struct expr *e, const char *name, size_t len, uint64_t *v)
{
	const struct thread *th = session_thread(e->session);

	for (size_t i = 0; i < REG_COUNT; i++) {
		if (strlen(reg_names[i]) != len || memcmp(reg_names[i], name, len) != 0)
			continue;
		if (th == NULL)
			return fail(e, RC_USAGE, "no thread to take the register %.*s from",
				    (int)len, name);
		*v = th->regs[i];
		return RC_OK;
	}
	return RC_DONE;
}

/* `<name` and `$name`: variables first, then registers; $pc, $sp, $fp as in gdb. */
static enum rc take_variable(struct expr *e, uint64_t *v)
{
	static const char *const nicks[][2] = {{"pc", "rip"}, {"sp", "rsp"}, {"fp", "rbp"}};
	const char *name = ++e->p;

	while (isalnum((unsigned char)*e->p) || *e->p == '_')
		e->p++;
	size_t len = (size_t)(e->p - name);
	if (len == 0)
		return fail(e, RC_USAGE, "a variable or register name is missing");
	if (e->dry)
		return RC_OK;
	const uint64_t *var = session_get(e->session, name, len);
	if (var != NULL) {
		*v = *var;
		return RC_OK;
	}
	enum rc rc = take_register(e, name, len, v);
	for (size_t i = 0; rc == RC_DONE && i < sizeof nicks / sizeof *nicks; i++)
		if (len == 2 && memcmp(nicks[i][0], name, 2) == 0)
			rc = take_register(e, nicks[i][1], 3, v);
	if (rc == RC_DONE)
		return fail(e, RC_USAGE, "no variable or register is called \"%.*s\"", (int)len,
			    name);
	return rc;
}

static enum rc take_symbol(struct expr *e, const char *name, size_t len, uint64_t *v)
{
	char text[NAME_MAX_];
	struct objfile *o;
	struct symbol sym;

	if (e->dry)
		return RC_OK;
	if (len >= sizeof text)
		return fail(e, RC_USAGE, "the name \"%.32s...\" is too long", name);
	memcpy(text, name, len);
	text[len] = '\0';
	if (e->session->target == NULL ||
	    target_symbol(e->session->target, text, &o, &sym) != RC_OK) {
		if (session_command(e->session, text) != NULL)
			return fail(e, RC_USAGE, "\"%.*s\" is a command, not a value", (int)len,
				    name);
		return fail(e, RC_USAGE, "\"%.*s\" is neither a number, a symbol nor a command",
			    (int)len, name);
	}
	*v = sym.addr;
	return RC_OK;
}

/* A number, a symbol, or the single dot. Words of hexadecimal digits alone are numbers. */
static enum rc take_word(struct expr *e, uint64_t *v)
{
	const char *start = e->p, *end;

	while (is_word_char(*e->p))
		e->p++;
	size_t len = (size_t)(e->p - start);
	if (len == 1 && *start == '.') {
		*v = e->session->dot;
		return RC_OK;
	}
	bool number = expr_number(start, e->radix, &end, v);
	if (number && end == e->p)
		return RC_OK;
	if (isdigit((unsigned char)*start)) {
		if (e->dry)
			return RC_OK;
		return fail(e, RC_USAGE,
			    e->radix == 10
				    ? "\"%.*s\" is not a number of 64 bits (0x for hexadecimal)"
				    : "\"%.*s\" is not a number of 64 bits",
			    (int)len, start);
	}
	return take_symbol(e, start, len, v);
}

/* 'abcd': up to 8 bytes, the last one lowest. */
static enum rc take_chars(struct expr *e, uint64_t *v)
{
	const char *start = ++e->p;

	*v = 0;
	for (; *e->p != '\'' && *e->p != '\0' && *e->p != '\n'; e->p++)
		*v = *v << 8 | (unsigned char)*e->p;
	if (*e->p != '\'')
		return fail(e, RC_USAGE, "a ' is missing");
	size_t len = (size_t)(e->p++ - start);
	if (len == 0 || len > 8)
		return fail(e, RC_USAGE, "'%.*s' is not 1 to 8 characters", (int)len, start);
	return RC_OK;
}

static enum rc read_target(struct expr *e, uint64_t addr, unsigned size, uint64_t *v)
{
	if (e->dry)
		return RC_OK;
	enum rc rc = RC_FAULT;

	*v = 0;
	if (e->session->target != NULL)
		rc = mem_read(&e->session->target->mem, addr, v, size);
	if (rc != RC_OK)
		e->message = arena_printf(e->arena, "cannot read %u bytes at 0x%" PRIx64 ": %s",
					  size, addr, rc_meaning(rc));
	return rc;
}

/* `*e` or `*` slash size slash `e`. */
static enum rc take_read(struct expr *e, uint64_t *v)
{
	unsigned size = 8;
	uint64_t addr = 0;

	e->p++;
	if (e->p[0] == '/' && e->p[1] != '\0' && e->p[2] == '/') {
		size = (unsigned)digit(e->p[1]);
		if (size != 1 && size != 2 && size != 4 && size != 8)
			return fail(e, RC_USAGE, "a read has 1, 2, 4 or 8 bytes, not %c", e->p[1]);
		e->p += 3;
	}
	TRY(parse_level(e, 0, &addr));
	return read_target(e, addr, size, v);
}

static enum rc take_parens(struct expr *e, uint64_t *v)
{
	e->p++;
	e->parens++;
	TRY(parse_level(e, 8, v));
	e->parens--;
	skip_space(e);
	if (*e->p != ')')
		return fail(e, RC_USAGE, "a ) is missing before \"%.*s\"", (int)strnlen(e->p, 16),
			    e->p);
	e->p++;
	return RC_OK;
}

static enum rc take_unary(struct expr *e, uint64_t *v)
{
	char op = *e->p;

	if (op == '-' || op == '~' || op == '#') {
		e->p++;
		TRY(parse_level(e, 0, v));
		*v = op == '-' ? -*v : op == '~' ? ~*v : (uint64_t)(*v == 0);
		return RC_OK;
	}
	if (op == '*')
		return take_read(e, v);
	if (op == '(')
		return take_parens(e, v);
	if (op == '<' || op == '$')
		return take_variable(e, v);
	if (op == '\'')
		return take_chars(e, v);
	if (is_word_char(op))
		return take_word(e, v);
	if (op == '\0' || op == '\n')
		return fail(e, RC_USAGE, "a value is missing");
	return fail(e, RC_USAGE, "a value is expected before \"%.*s\"", (int)strnlen(e->p, 16),
		    e->p);
}

/* The binary operator at e->p: its level (1 binds tightest) and length, or level 0. Those that
 * mean something else outside of parentheses (`|` a pipe, `!` the shell, `=` a format) need them.
 */
static unsigned operator_at(const struct expr *e, size_t *len)
{
	const char *p = e->p;

	*len = 1;
	if (*p == '*' || *p == '%' || *p == '#')
		return 1;
	if (*p == '+' || *p == '-')
		return 2;
	*len = 2;
	if ((p[0] == '<' && p[1] == '<') || (p[0] == '>' && p[1] == '>'))
		return 3;
	if (e->parens != 0 && (p[0] == '=' || p[0] == '!') && p[1] == '=')
		return 4;
	*len = 1;
	if (*p == '&')
		return 5;
	if (*p == '^')
		return 6;
	if (*p == '|' && e->parens != 0)
		return 7;
	return 0;
}

static enum rc apply(struct expr *e, const char *op, uint64_t a, uint64_t b, uint64_t *v)
{
	if ((*op == '%' || *op == '#') && b == 0 && !e->dry)
		return fail(e, RC_USAGE, "attempted to divide by zero");
	switch (*op) {
	case '*':
		*v = a * b;
		break;
	case '%':
		*v = b != 0 ? a / b : 0;
		break;
	case '#':
		*v = b != 0 ? (a / b + (a % b != 0)) * b : 0;
		break;
	case '+':
		*v = a + b;
		break;
	case '-':
		*v = a - b;
		break;
	case '<':
		*v = b < 64 ? a << b : 0;
		break;
	case '>':
		*v = b < 64 ? a >> b : 0;
		break;
	case '=':
		*v = a == b;
		break;
	case '!':
		*v = a != b;
		break;
	case '&':
		*v = a & b;
		break;
	case '^':
		*v = a ^ b;
		break;
	default:
		*v = a | b;
	}
	return RC_OK;
}

/* Everything that binds at least as tightly as `level`; 0: one unary. */
static enum rc parse_level(struct expr *e, unsigned level, uint64_t *v)
{
	size_t len;

	if (++e->depth > DEPTH_MAX)
		return fail(e, RC_LIMIT, "the expression is nested too deeply");
	skip_space(e);
	TRY(take_unary(e, v));
	for (;;) {
		const char *before = e->p;

		skip_space(e);
		unsigned op = operator_at(e, &len);
		if (op == 0 || op > level) {
			e->p = before;
			break;
		}
		const char *sign = e->p;
		uint64_t right = 0;
		e->p += len;
		TRY(parse_level(e, op - 1, &right));
		TRY(apply(e, sign, *v, right, v));
	}
	e->depth--;
	return RC_OK;
}

enum rc expr_parse(struct expr *e, uint64_t *value)
{
	*value = 0;
	return parse_level(e, 8, value);
}

enum rc session_eval(struct session *s, const char *text, unsigned radix, uint64_t *value,
		     struct arena *arena, const char **message)
{
	struct expr e = {.session = s, .arena = arena, .p = text, .radix = radix};
	enum rc rc = expr_parse(&e, value);

	if (rc == RC_OK) {
		skip_space(&e);
		if (*e.p == '\0')
			return RC_OK;
		rc = fail(&e, RC_USAGE, "\"%.*s\" does not belong to an expression",
			  (int)strnlen(e.p, 32), e.p);
	}
	*message = e.message != NULL ? e.message : rc_meaning(rc);
	return rc;
}
