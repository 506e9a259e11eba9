/*
 * lex - see the header.
 */
#include "cmd/lex.h"
#include "base/vec.h"
#include "cmd/expr.h"
#include "cmd/opts.h"

#include <ctype.h>
#include <string.h>

#define WORDS_MAX 1024

struct lexer {
	struct session *s;
	struct arena *arena;
	const char *p;
	const char **message;
	struct statement *st;
};

bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_statement(char c)
{
	return c == '\0' || c == ';' || c == '\n';
}

/* Blanks, and a comment up to the end of its line. */
static void skip_blanks(struct lexer *l)
{
	while (is_blank(*l->p))
		l->p++;
	if (l->p[0] == '/' && l->p[1] == '/')
		l->p += strcspn(l->p, "\n");
}

static enum rc wrong(struct lexer *l, const char *message)
{
	*l->message = message != NULL ? message : "out of memory";
	return message != NULL ? RC_USAGE : RC_NOMEM;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c)    ? c - '0'
	       : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
					    : -1;
}

/* A C escape; l->p stands behind the backslash. */
static void take_escape(struct lexer *l, struct str *out)
{
	static const char letters[] = "abefnrtv", bytes[] = "\a\b\033\f\n\r\t\v";
	const char *known;
	char c = *l->p;

	if (c == '\0')
		return;
	l->p++;
	if (c == 'x' && hex_digit(*l->p) >= 0) {
		int v = hex_digit(*l->p++);

		if (hex_digit(*l->p) >= 0)
			v = v * 16 + hex_digit(*l->p++);
		if (v != 0)
			str_putc(out, (char)v);
		return;
	}
	known = strchr(letters, c);
	str_putc(out, known != NULL ? bytes[known - letters] : c);
}

static enum rc take_quoted(struct lexer *l, struct str *out)
{
	char quote = *l->p++;

	while (*l->p != quote && *l->p != '\0') {
		if (quote == '"' && *l->p == '\\') {
			l->p++;
			take_escape(l, out);
		} else {
			str_putc(out, *l->p++);
		}
	}
	if (*l->p != quote)
		return wrong(l, arena_printf(l->arena, "the quote %c is not closed", quote));
	l->p++;
	return RC_OK;
}

/* $[ EXPR ] is replaced by its value. */
static enum rc take_value(struct lexer *l, struct str *out)
{
	struct expr e = {.session = l->s, .arena = l->arena, .p = l->p + 2, .radix = 16};
	uint64_t v = 0;
	enum rc rc = expr_parse(&e, &v);

	if (rc != RC_OK)
		return wrong(l, e.message);
	l->p = e.p + strspn(e.p, " \t");
	if (*l->p != ']')
		return wrong(l, "a ] is missing behind $[");
	l->p++;
	str_printf(out, "0x%llx", (unsigned long long)v);
	return RC_OK;
}

static bool ends_word(const char *p)
{
	return is_blank(*p) || ends_statement(*p) || *p == '|' || *p == '!';
}

static enum rc take_word(struct lexer *l, struct word *w)
{
	struct str out = STR_INIT;
	enum rc rc = RC_OK;

	*w = (struct word){0};
	while (rc == RC_OK && !ends_word(l->p)) {
		if (*l->p == '\'' || *l->p == '"') {
			w->quoted = true;
			rc = take_quoted(l, &out);
		} else if (l->p[0] == '$' && l->p[1] == '[') {
			rc = take_value(l, &out);
		} else {
			str_putc(&out, *l->p++);
		}
	}
	if (rc == RC_OK && (w->s = arena_strndup(l->arena, str_text(&out), out.n)) == NULL)
		rc = wrong(l, NULL);
	str_free(&out);
	return rc;
}

/* The arguments of a command; the words already in `first` stand before them. */
static enum rc take_words(struct lexer *l, struct stage_text *stage)
{
	VEC(struct word) words = {0};
	struct word w;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < stage->words.n && rc == RC_OK; i++)
		rc = vec_push(&words, stage->words.at[i]);
	for (skip_blanks(l); rc == RC_OK && !ends_word(l->p); skip_blanks(l)) {
		rc = words.n < WORDS_MAX ? take_word(l, &w) : wrong(l, "too many words");
		if (rc == RC_OK)
			rc = vec_push(&words, w);
	}
	struct word *copy = arena_array(l->arena, words.n, sizeof *copy);
	if (rc == RC_OK && copy == NULL)
		rc = wrong(l, NULL);
	if (rc == RC_OK && words.n != 0)
		memcpy(copy, words.at, words.n * sizeof *copy);
	stage->words = (struct words){copy, words.n};
	vec_free(&words);
	return rc;
}

/* Put words before the ones of the line, such as the format of x/4gx. */
static enum rc put_first(struct lexer *l, struct stage_text *stage, size_t n,
			 const char *const *texts)
{
	struct word *w = arena_array(l->arena, n, sizeof *w);

	if (w == NULL)
		return wrong(l, NULL);
	for (size_t i = 0; i < n; i++) {
		w[i].s = texts[i];
		w[i].quoted = i != 0; /* "--format" is an option, its value is what it is */
	}
	stage->words = (struct words){w, n};
	return RC_OK;
}

/* The format letters of `/X` or `x/4gx`: up to a blank, with "literal text" inside. */
static const char *take_format(struct lexer *l)
{
	const char *start = l->p;

	while (!is_blank(*l->p) && !ends_statement(*l->p) && *l->p != '|' && *l->p != '!') {
		if (*l->p == '"') {
			const char *end = strchr(l->p + 1, '"');

			l->p = end != NULL ? end : l->p;
		}
		l->p++;
	}
	return arena_strndup(l->arena, start, (size_t)(l->p - start));
}

static enum rc find_command(struct lexer *l, struct stage_text *stage, const char *name)
{
	stage->name = name;
	stage->command = session_command(l->s, name);
	if (stage->command == NULL)
		return wrong(l, unknown_command(l->s, l->arena, name));
	return RC_OK;
}

/* `/fmt` and `=fmt`: the command "format"; `>name`: the command "assign". */
static enum rc take_sign(struct lexer *l, struct stage_text *stage)
{
	char sign = *l->p++;
	const char *texts[2] = {sign == '=' ? "--value" : NULL, NULL};

	TRY(find_command(l, stage, sign == '>' ? "assign" : "format"));
	if (sign == '>')
		return take_words(l, stage);
	while (is_blank(*l->p))
		l->p++;
	texts[1] = take_format(l);
	if (texts[1] == NULL)
		return wrong(l, NULL);
	if (sign == '/')
		return put_first(l, stage, 1, texts + 1);
	return put_first(l, stage, 2, texts);
}

/* `::name words` */
static enum rc take_dcmd(struct lexer *l, struct stage_text *stage)
{
	l->p += 2;
	const char *start = l->p;

	while (is_name_char(*l->p))
		l->p++;
	const char *name = arena_strndup(l->arena, start, (size_t)(l->p - start));
	if (name == NULL)
		return wrong(l, NULL);
	if (*name == '\0')
		return wrong(l, "the name of a command is missing behind ::");
	TRY(find_command(l, stage, name));
	return take_words(l, stage);
}

/* The longest run of up to three words at l->p that names a command; *end gets where it ends. */
static const struct command *bare_command(struct lexer *l, const char **end, char *name,
					  size_t size)
{
	const struct command *found = NULL;
	const char *p = l->p;
	size_t n = 0;

	for (int words = 0; words < 3; words++) {
		size_t len = 0;

		while (is_name_char(p[len]))
			len++;
		if (len == 0 || n + len + 2 > size)
			break;
		if (n != 0)
			name[n++] = ' ';
		memcpy(name + n, p, len);
		n += len;
		name[n] = '\0';
		p += len;
		const struct command *c = session_command(l->s, name);
		bool format = *p == '/' && c != NULL && opts_long(c, "format", 6) != NULL;
		if (c != NULL && (ends_word(p) || format)) {
			found = c;
			*end = p;
		}
		if (!is_blank(*p))
			break;
		p += strspn(p, " \t\r");
	}
	return found;
}

/* A command by its name alone. RC_DONE when there is none at l->p. */
static enum rc take_bare(struct lexer *l, struct stage_text *stage)
{
	char name[128];
	const char *start = l->p, *end = NULL;
	const struct command *c = bare_command(l, &end, name, sizeof name);
	const char *format[2] = {"--format", NULL};

	if (c == NULL)
		return RC_DONE;
	stage->command = c;
	stage->name = arena_strndup(l->arena, start, (size_t)(end - start));
	stage->bare = true;
	l->p = end;
	if (stage->name == NULL)
		return wrong(l, NULL);
	if (*l->p == '/') {
		l->p++;
		if ((format[1] = take_format(l)) == NULL)
			return wrong(l, NULL);
		TRY(put_first(l, stage, 2, format));
	}
	return take_words(l, stage);
}

/* The word at l->p, for messages. */
static const char *this_word(struct lexer *l)
{
	size_t len = strcspn(l->p, " \t\r\n;|!");

	return arena_strndup(l->arena, l->p, len != 0 ? len : strnlen(l->p, 1));
}

/* No command stands at l->p. With the first word of one of gdb's ("info thread") the second tells
 * more about what was meant. */
static enum rc wrong_command(struct lexer *l, const char *word)
{
	size_t len = strlen(word), gap = strspn(l->p + len, " \t");
	size_t more = strcspn(l->p + len + gap, " \t\r\n;|!");
	const char *both = arena_printf(l->arena, "%s %.*s", word, (int)more, l->p + len + gap);

	if (both == NULL)
		return wrong(l, NULL);
	if (gap != 0 && more != 0 && begins_alias(l->s, both, len + 1))
		return wrong(l, unknown_command(l->s, l->arena, both));
	return wrong(l, unknown_command(l->s, l->arena, word));
}

static enum rc take_stage(struct lexer *l, bool first)
{
	struct stage_text *stage;

	if (l->st->nstages == STAGES_MAX)
		return wrong(l, "too many commands in one pipeline");
	stage = &l->st->stages[l->st->nstages++];
	skip_blanks(l);
	if (l->p[0] == ':' && l->p[1] == ':')
		return take_dcmd(l, stage);
	if (*l->p == '/' || *l->p == '=' || *l->p == '>')
		return take_sign(l, stage);
	enum rc rc = first ? RC_DONE : take_bare(l, stage);
	if (rc != RC_DONE)
		return rc;
	const char *word = this_word(l);
	if (word == NULL)
		return wrong(l, NULL);
	if (*word == '\0' || ends_word(word))
		return wrong(l, "a command is missing behind the |");
	if (first && !isalpha((unsigned char)*word))
		return wrong(l, arena_printf(l->arena, "\"%.64s\" is not expected here", word));
	return wrong_command(l, word);
}

/* Find the end of an expression and keep its text. */
static enum rc take_expr(struct lexer *l, const char **text)
{
	struct expr e = {.session = l->s, .arena = l->arena, .p = l->p, .radix = 16, .dry = true};
	uint64_t unused;

	if (expr_parse(&e, &unused) != RC_OK)
		return wrong(l, e.message);
	*text = arena_strndup(l->arena, l->p, (size_t)(e.p - l->p));
	l->p = e.p;
	return *text != NULL ? RC_OK : wrong(l, NULL);
}

static enum rc take_shell(struct lexer *l)
{
	size_t len = strcspn(l->p, ";\n");

	l->st->shell = arena_strndup(l->arena, l->p, len);
	l->p += len;
	return l->st->shell != NULL ? RC_OK : wrong(l, NULL);
}

/* Behind the address: commands, pipes, the shell. */
static enum rc take_pipeline(struct lexer *l)
{
	skip_blanks(l);
	if (l->st->nstages == 0 && !ends_statement(*l->p) && *l->p != '!')
		TRY(take_stage(l, true));
	for (skip_blanks(l); *l->p == '|'; skip_blanks(l)) {
		l->p++;
		TRY(take_stage(l, false));
	}
	if (*l->p == '!') {
		l->p++;
		return take_shell(l);
	}
	if (!ends_statement(*l->p)) {
		const char *word = this_word(l);

		return wrong(l, word == NULL
					? NULL
					: arena_printf(l->arena, "\"%.64s\" is not expected here",
						       word));
	}
	return RC_OK;
}

/* An expression may begin with a word that is neither number nor symbol: say which commands are
 * near, instead of complaining about an expression. */
static enum rc check_first_word(struct lexer *l)
{
	struct symbol sym;
	struct objfile *o;
	const char *end = l->p;
	uint64_t v;

	while (is_name_char(*end))
		end++;
	if (!isalpha((unsigned char)*l->p) || !ends_word(end))
		return RC_OK;
	if (expr_number(l->p, 16, &end, &v) && ends_word(end))
		return RC_OK;
	const char *word = this_word(l);
	if (word == NULL)
		return wrong(l, NULL);
	if (l->s->target != NULL && target_symbol(l->s->target, word, &o, &sym) == RC_OK)
		return RC_OK;
	return wrong_command(l, word);
}

static enum rc take_statement(struct lexer *l)
{
	enum rc rc;

	if (ends_statement(*l->p))
		return RC_OK;
	if (*l->p == '!' || *l->p == '|')
		return *l->p == '|' ? wrong(l, "a command is missing before the |")
				    : take_pipeline(l);
	if ((l->p[0] == ':' && l->p[1] == ':') || *l->p == '/' || *l->p == '=' || *l->p == '>')
		return take_pipeline(l);
	rc = take_bare(l, &l->st->stages[0]);
	if (rc != RC_DONE) {
		l->st->nstages = 1;
		return rc == RC_OK ? take_pipeline(l) : rc;
	}
	TRY(check_first_word(l));
	if (*l->p != ',')
		TRY(take_expr(l, &l->st->expr));
	skip_blanks(l);
	if (*l->p == ',') {
		l->p++;
		TRY(take_expr(l, &l->st->count));
	}
	return take_pipeline(l);
}

/* Where a statement ends that could not be understood: at the next `;` or newline outside of
 * quotes. */
static const char *statement_end(const char *p)
{
	char quote = '\0';

	for (; *p != '\0'; p++) {
		if (quote == '\0' && (*p == ';' || *p == '\n'))
			break;
		if (quote == '"' && *p == '\\' && p[1] != '\0')
			p++;
		else if (quote != '\0' && *p == quote)
			quote = '\0';
		else if (quote == '\0' && (*p == '\'' || *p == '"'))
			quote = *p;
	}
	return p;
}

enum rc lex_statement(struct session *s, const char **line, struct arena *arena,
		      struct statement *st, const char **message)
{
	struct lexer l = {.s = s, .arena = arena, .p = *line, .message = message, .st = st};
	enum rc rc;

	*st = (struct statement){0};
	for (skip_blanks(&l); *l.p == ';' || *l.p == '\n'; skip_blanks(&l))
		l.p++;
	if (*l.p == '\0')
		return RC_DONE;
	const char *start = l.p;
	rc = take_statement(&l);
	*line = rc == RC_OK ? l.p : statement_end(start);
	return rc;
}

const char *lex_last_stage(const char *line)
{
	const char *start = line;
	char quote = '\0';

	for (const char *p = line; *p != '\0'; p++) {
		if (quote != '\0') {
			if (*p == '\\' && quote == '"' && p[1] != '\0')
				p++;
			else if (*p == quote)
				quote = '\0';
		} else if (*p == '\'' || *p == '"') {
			quote = *p;
		} else if (*p == '|' || *p == ';' || *p == '\n') {
			start = p + 1;
		}
	}
	return start + strspn(start, " \t");
}
