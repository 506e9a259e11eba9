/*
 * record - rows and cells: what is the same for every sink.
 */
#include "cmd/sink.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct cell cell_str(const char *s)
{
	if (s == NULL)
		return NUL;
	return SN(s, strlen(s));
}

size_t record_width(const struct record *r)
{
	size_t n = 0;

	while (r->cols[n].name != NULL)
		n++;
	return n;
}

enum rc sink_row(struct sink *s, const struct record *rec, const struct cell *cells, size_t n)
{
	assert(n == record_width(rec));
	(void)n;
	if (s->interrupted != NULL && *s->interrupted)
		return RC_INTR;
	errno = 0;
	/* The parentheses keep the macro row() out. */
	enum rc rc = (s->ops->row)(s, rec, cells);
	if (rc == RC_OS && s->error == 0)
		s->error = errno;
	return rc;
}

void sink_heading(struct sink *s, const char *fmt, ...)
{
	struct str text = STR_INIT;
	va_list ap;

	if (s->ops->heading == NULL || !s->text)
		return;
	va_start(ap, fmt);
	str_vprintf(&text, fmt, ap);
	va_end(ap);
	s->ops->heading(s, str_text(&text));
	str_free(&text);
}

bool sink_is_text(const struct sink *s)
{
	return s->text;
}

bool sink_is_json(const struct sink *s)
{
	return s->json;
}

enum rc sink_flush(struct sink *s)
{
	if (s->ops->flush == NULL)
		return RC_OK;
	errno = 0;
	enum rc rc = s->ops->flush(s);
	if (rc == RC_OS && s->error == 0)
		s->error = errno;
	return rc;
}

void sink_free(struct sink *s)
{
	if (s == NULL)
		return;
	if (s->ops->free != NULL)
		s->ops->free(s);
	free(s);
}

enum rc stream_write(FILE *out, const struct str *text)
{
	if (text->failed)
		return RC_NOMEM;
	if (text->n != 0 && fwrite(text->s, 1, text->n, out) != text->n)
		return RC_OS;
	return RC_OK;
}

/* Decode one UTF-8 sequence; its length, or 0 when it is broken. Lone surrogates are broken here:
 * a terminal cannot show them. */
static size_t decode(const unsigned char *s, size_t left, uint32_t *c)
{
	size_t n = s[0] < 0x80                   ? 1
		   : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
		   : (s[0] & 0xf0) == 0xe0       ? 3
		   : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
						 : 0;

	if (n == 0 || n > left)
		return 0;
	*c = n == 1 ? s[0] : s[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && *c < 0x800) || (n == 4 && (*c < 0x10000 || *c > 0x10ffff)) ||
	    (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

/* Characters that move the cursor or turn the direction of the text around. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void put_control(struct str *out, uint32_t c)
{
	if (c == '\n')
		str_puts(out, "\\n");
	else if (c == '\t')
		str_puts(out, "\\t");
	else if (c == '\r')
		str_puts(out, "\\r");
	else
		str_printf(out, c < 0x100 ? "\\x%02" PRIx32 : "\\u%04" PRIx32, c);
}

void text_safe(struct str *out, const char *s, size_t len, bool lines)
{
	const unsigned char *u = (const unsigned char *)s;

	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t n = decode(u + i, len - i, &c);

		if (n == 0) {
			str_printf(out, "\\x%02x", u[i++]);
			continue;
		}
		if (is_control(c) && !(lines && (c == '\n' || c == '\t')))
			put_control(out, c);
		else
			str_write(out, s + i, n);
		i += n;
	}
}
